"""From raw statements to actions: what each statement does."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import replace
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.alter import alter_table, rename, set_schema
from avion_lint.sql.extract.access import alter_role, create_role, drop_role, grant
from avion_lint.sql.extract.data import DATA_READERS, call, copy_rows, merge, select
from avion_lint.sql.extract.indexes import create_index, reindex
from avion_lint.sql.extract.objects import (
    alter_policy,
    alter_publication,
    comment_on,
    create_named,
    create_rule,
    create_statistics,
    drop_objects,
)
from avion_lint.sql.extract.routines import create_function, create_trigger
from avion_lint.sql.extract.sequences import alter_sequence, create_sequence
from avion_lint.sql.extract.session import (
    alter_database,
    alter_sessions,
    alter_subscription,
    cluster,
    create_subscription,
    discard,
    set_variable,
    transaction,
    vacuum,
)
from avion_lint.sql.extract.tables import create_foreign_table, create_table, create_table_as, lock_tables, truncate
from avion_lint.sql.extract.types import (
    alter_domain,
    alter_enum,
    create_composite,
    create_domain,
    create_enum,
    create_range,
    define,
)
from avion_lint.sql.extract.views import create_view, refresh
from avion_lint.sql.parse import Node, RawStatement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.sql.extract.reader import Reader


def extract(statement: RawStatement, text: str) -> tuple[a.Action, ...]:
    """Actions of a statement that was parsed from `text`; a statement that is of no interest gives a Command."""
    span, kind = statement.span, statement.kind
    if (reader := _READERS.get(kind)) is not None:
        made = tuple(reader(statement.node, span))
        return tuple(_with_text(action, text) for action in made) if kind in _KEPT else made
    if kind == "AlterTableStmt":
        return tuple(alter_table(statement, text))
    if kind == "DoStmt":
        from avion_lint.sql.plpgsql import do_block  # noqa: PLC0415 - few migrations have one

        return (do_block(statement, text, extract),)
    return (a.Command(span, _WORDS.get(kind) or _spelt(kind)),)


# A schema keeps the text of what these make: it is not told by the facts that are read of it.
_KEPT = {
    "ViewStmt", "CreateTableAsStmt", "CompositeTypeStmt", "CreateRangeStmt", "DefineStmt", "CreateFunctionStmt",
    "CreateTrigStmt", "CreateSeqStmt", "CreateDomainStmt", "CreateStatsStmt", "CreateExtensionStmt",
    "CreatePolicyStmt", "CreatePublicationStmt", "RuleStmt",
}  # fmt: skip


def _with_text(action: a.Action, text: str) -> a.Action:
    if isinstance(action, a.CreateView | a.CreateType | a.CreateTrigger | a.CreateObject):
        return replace(action, sql=text[action.span.start : action.span.end])
    return action


def _spelt(kind: str) -> str:
    """`CreateFdwStmt` → `CREATE FDW`: good enough for a command that no rule knows."""
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in kind.removesuffix("Stmt"))
    return spaced.strip().upper()


def _create_schema(node: Node, span: Span) -> Iterator[a.Action]:
    name = node.get("schemaname") or node.get("authrole", {}).get("rolename", "")
    yield a.CreateObject(span, a.ObjectKind.SCHEMA, a.Name(None, name), bool(node.get("if_not_exists")))
    for element in node.get("schemaElts", []):
        for tag, inner in element.items():
            if tag in _READERS:
                yield from (_in_schema(made, name) for made in _READERS[tag](inner, span))


def _in_schema(action: a.Action, schema: str) -> a.Action:
    if isinstance(action, a.CreateTable) and action.table.schema is None:
        return replace(action, table=a.Name(schema, action.table.name))
    return action


_READERS: dict[str, Reader] = {
    **DATA_READERS,
    "CreateStmt": create_table,
    "CreateForeignTableStmt": create_foreign_table,
    "CreateTableAsStmt": create_table_as,
    "SelectStmt": select,
    "CallStmt": call,
    "CopyStmt": copy_rows,
    "MergeStmt": merge,
    "IndexStmt": create_index,
    "ReindexStmt": reindex,
    "DropStmt": drop_objects,
    "CommentStmt": comment_on,
    "RenameStmt": rename,
    "AlterObjectSchemaStmt": set_schema,
    "ViewStmt": create_view,
    "RefreshMatViewStmt": refresh,
    "CreateEnumStmt": create_enum,
    "CompositeTypeStmt": create_composite,
    "CreateRangeStmt": create_range,
    "DefineStmt": define,
    "AlterEnumStmt": alter_enum,
    "CreateTrigStmt": create_trigger,
    "CreateFunctionStmt": create_function,
    "CreateSchemaStmt": _create_schema,
    "CreateSeqStmt": create_sequence,
    "CreateDomainStmt": create_domain,
    "AlterDomainStmt": alter_domain,
    "AlterSeqStmt": alter_sequence,
    "AlterPolicyStmt": alter_policy,
    "AlterPublicationStmt": alter_publication,
    "CreateStatsStmt": create_statistics,
    "CreateExtensionStmt": create_named(a.ObjectKind.EXTENSION, "extname"),
    "CreatePolicyStmt": create_named(a.ObjectKind.POLICY, "policy_name"),
    "CreatePublicationStmt": create_named(a.ObjectKind.PUBLICATION, "pubname"),
    "RuleStmt": create_rule,
    "TransactionStmt": transaction,
    "VariableSetStmt": set_variable,
    "TruncateStmt": truncate,
    "LockStmt": lock_tables,
    "VacuumStmt": vacuum,
    "ClusterStmt": cluster,
    "AlterDatabaseStmt": alter_database,
    "AlterDatabaseSetStmt": alter_sessions("ALTER DATABASE SET"),
    "AlterRoleSetStmt": alter_sessions("ALTER ROLE SET"),
    "DiscardStmt": discard,
    "CreateSubscriptionStmt": create_subscription,
    "AlterSubscriptionStmt": alter_subscription,
    "GrantStmt": grant,
    "CreateRoleStmt": create_role,
    "AlterRoleStmt": alter_role,
    "DropRoleStmt": drop_role,
}


# Statements of which a rule needs to know that they are there, and no more.
_WORDS = {
    "CreatedbStmt": "CREATE DATABASE",
    "DropdbStmt": "DROP DATABASE",
    "CreateTableSpaceStmt": "CREATE TABLESPACE",
    "DropTableSpaceStmt": "DROP TABLESPACE",
    "AlterSystemStmt": "ALTER SYSTEM",
    "DropSubscriptionStmt": "DROP SUBSCRIPTION",
    "DropOwnedStmt": "DROP OWNED",
}
