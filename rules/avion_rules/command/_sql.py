"""SQL that commands send by hand: which statements change a database, what they lock, and in which words."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.delivery.acts import Act
from avion_lint.delivery.by_hand import HandStatement
from avion_lint.schema.model import Schema
from avion_lint.shell.syntax import Simple
from avion_lint.shell.wrappers import program
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Lock, statement_effects

_NOT_THE_SCHEMA = frozenset({a.ObjectKind.SCHEMA, a.ObjectKind.EXTENSION, a.ObjectKind.PUBLICATION, a.ObjectKind.OTHER})
_CHANGES = (
    a.AddColumn, a.DropColumn, a.AlterColumnType, a.SetNotNull, a.DropNotNull, a.SetDefault, a.AddConstraint,
    a.DropConstraint, a.ValidateConstraint, a.CreateIndex, a.Update, a.Delete, a.Drop, a.Rename, a.SetSchema,
    a.CreateTable, a.AlterTable, a.Truncate, a.CreateTrigger, a.AddEnumValue, a.CreateType, a.AlterDomain, a.CreateView,
)  # fmt: skip
_HISTORY = {
    "flyway_schema_history": "Flyway",
    "schema_version": "Flyway",
    "goose_db_version": "goose",
    "schema_migrations": "the migration runner",
    "alembic_version": "Alembic",
    "databasechangelog": "Liquibase",
    "databasechangeloglock": "Liquibase",
    "_prisma_migrations": "Prisma",
    "_sqlx_migrations": "SQLx",
    "ar_internal_metadata": "Rails",
    "knex_migrations": "Knex",
    "atlas_schema_revisions": "Atlas",
}
"""Tables in which runners keep what they have applied."""
_UNPACKS = frozenset(
    {
        "gunzip",
        "zcat",
        "gzip",
        "bunzip2",
        "bzcat",
        "xz",
        "xzcat",
        "zstd",
        "zstdcat",
        "lz4",
        "unzip",
        "aws",
        "gsutil",
        "gcloud",
        "mc",
        "rclone",
    }
)


def changing(statement: HandStatement) -> a.Action | None:
    """The first action of a statement that changes tables or their rows, None where none does."""
    return next((action for action in statement.actions if _changes(action)), None)


def _changes(action: a.Action) -> bool:
    if isinstance(action, a.Drop) and action.kind in _NOT_THE_SCHEMA:
        return False
    if isinstance(action, a.CreateTable) and action.temporary:
        return False
    return isinstance(action, _CHANGES)


def keeper(statement: HandStatement) -> tuple[str, str] | None:
    """The history table that a statement writes, and whose it is; None where it writes none."""
    for action in statement.actions:
        for name in _written(action):
            if name.name in _HISTORY:
                return str(name), _HISTORY[name.name]
    return None


def _written(action: a.Action) -> Iterable[a.Name]:
    match action:
        case a.Insert() | a.Update() | a.Delete():
            return (action.table,)
        case a.Truncate():
            return action.tables
        case a.Drop(kind=a.ObjectKind.TABLE):
            return (action.name,)
    return ()


def locked(statement: HandStatement) -> tuple[str, Lock] | None:
    """The relation on which a statement takes its strongest lock; None where it takes none on what is there."""
    found = statement_effects(statement.actions, Schema())
    if not found:
        return None
    strongest = max(found, key=lambda effect: list(Lock).index(effect.lock))
    return str(strongest.relation), strongest.lock


def reads_dump(act: Act) -> bool:
    """Whether a client is fed by what unpacks or fetches a file: that is how dumps are restored."""
    member = act.call.command.membership
    if member is None or member.index == 0:
        return False
    before = member.pipeline.parts[member.index - 1]
    return isinstance(before, Simple) and program(before.words) in _UNPACKS
