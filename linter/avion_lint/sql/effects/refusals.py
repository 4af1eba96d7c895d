"""Statements that this server's version or the sort of the table makes fail."""

from __future__ import annotations

from avion_lint.schema.model import Table
from avion_lint.sql import actions as a
from avion_lint.sql.effects.legality import Failure
from avion_lint.sql.effects.scope import Scope

_SYNTAX = "42601"
_NOT_SUPPORTED = "0A000"
_WRONG_OBJECT = "42809"
_NOT_READY = "55000"
_BAD_DEFINITION = "42P16"
_NO_KEY = "42830"


def too_new(action: a.Action, version: int) -> Failure | None:
    """A form of SQL that only a later version reads."""
    since, what = _since(action) if type(action) in _NEWER else (0, "")
    if version >= since:
        return None
    return Failure(_SYNTAX, f"{what} is not known before PostgreSQL {since}")


_FORMS = {
    "SetCompression": (14, "SET COMPRESSION"),
    "DropExpression": (13, "DROP EXPRESSION"),
    "SetAccessMethod": (15, "SET ACCESS METHOD"),
    "SetExpression": (17, "SET EXPRESSION"),
    "AlterConstraintEnforced": (18, "ENFORCED"),
    "AlterConstraintNotEnforced": (18, "NOT ENFORCED"),
}


_NEWER = {a.AlterTable, a.AddConstraint, a.DetachPartition, a.CreateTrigger, a.Command, a.AddColumn, a.CreateTable}
"""The sorts of actions that `_since` knows newer forms of."""


def _since(action: a.Action) -> tuple[int, str]:
    match action:
        case a.AlterTable(form=form) if form in _FORMS:
            return _FORMS[form]
        case a.AddConstraint(constraint=a.ConstraintDefinition(kind=a.ConstraintKind.NOT_NULL)):
            return 18, "NOT NULL as a constraint of the table"
        case a.AddConstraint(constraint=a.ConstraintDefinition(enforced=False)):
            return 18, "NOT ENFORCED"
        case a.DetachPartition(concurrently=True):
            return 14, "DETACH PARTITION … CONCURRENTLY"
        case a.CreateTrigger(replace=True):
            return 14, "CREATE OR REPLACE TRIGGER"
        case a.Command(words="MERGE"):
            return 15, "MERGE"
        case a.AddColumn(column=a.ColumnDefinition(generated="virtual")):
            return 18, "a virtual generated column"
        case a.CreateTable(columns=columns) if any(column.generated == "virtual" for column in columns):
            return 18, "a virtual generated column"
    return 0, ""


def refused(action: a.Action, scope: Scope) -> Failure | None:
    """What a table of this sort does not allow."""
    if type(action) in _OF_COLUMNS:
        return _column(action, scope)
    match action:
        case a.CreateIndex() if scope.is_partitioned(action.table):
            return _partitioned_index(action, scope)
        case a.AddConstraint() if scope.is_partitioned(action.table):
            return _partitioned_constraint(action, scope) or _constraint(action, scope)
        case a.AddConstraint():
            return _constraint(action, scope)
        case a.Drop(kind=a.ObjectKind.INDEX, concurrently=True):
            index = scope.schema.index(action.name)
            if index and scope.is_partitioned(index.table):
                return Failure(_NOT_SUPPORTED, "the index of a partitioned table cannot be dropped CONCURRENTLY")
        case a.DetachPartition(concurrently=True) if scope.default_partition(action.table):
            return Failure(_NOT_READY, "a partition is not detached CONCURRENTLY where there is a default partition")
        case a.Reindex(kind="index", name=a.Name() as name) if scope.version < 14:  # noqa: PLR2004 - a fact
            index = scope.schema.index(name)
            if index and scope.is_partitioned(index.table):
                return Failure(_NOT_SUPPORTED, "REINDEX of a partitioned index is not known before PostgreSQL 14")
        case a.Cluster(table=a.Name() as table) if scope.version < 15 and scope.is_partitioned(table):  # noqa: PLR2004
            return Failure(_NOT_SUPPORTED, "CLUSTER of a partitioned table is not known before PostgreSQL 15")
        case a.RefreshView(concurrently=True):
            return _refresh(action, scope)
        case a.CreateView(replace=True):
            return _replaced_view(action, scope)
    return None


def _partitioned_index(action: a.CreateIndex, scope: Scope) -> Failure | None:
    if action.concurrently:
        return Failure(_NOT_SUPPORTED, "CONCURRENTLY does not work on a partitioned table")
    return _missing_key(scope.table(action.table), action.columns) if action.unique else None


def _missing_key(table: Table | None, columns: tuple[str | None, ...]) -> Failure | None:
    """A unique index of a partitioned table must have all columns that it is partitioned by."""
    missing = [key for key in (table.partition_key if table else ()) if key not in columns]
    if not missing:
        return None
    what = ", ".join(key or "an expression" for key in missing)
    return Failure(_NOT_SUPPORTED, f"unique on a partitioned table must include what it is partitioned by: {what}")


def _partitioned_constraint(action: a.AddConstraint, scope: Scope) -> Failure | None:
    made = action.constraint
    match made.kind:
        case _ if made.using_index:
            return Failure(_NOT_SUPPORTED, "USING INDEX does not work on a partitioned table")
        case a.ConstraintKind.EXCLUSION if scope.version < 17:  # noqa: PLR2004 - the version is the fact
            return Failure(_NOT_SUPPORTED, "EXCLUDE on a partitioned table is not known before PostgreSQL 17")
        case a.ConstraintKind.UNIQUE | a.ConstraintKind.PRIMARY_KEY:
            return _missing_key(scope.table(action.table), made.columns)
        case a.ConstraintKind.FOREIGN_KEY if action.only:
            return Failure(_WRONG_OBJECT, "a foreign key of a partitioned table cannot be for the parent ONLY")
        case a.ConstraintKind.FOREIGN_KEY if not made.valid and made.enforced and scope.version < 18:  # noqa: PLR2004
            return Failure(_WRONG_OBJECT, "before PostgreSQL 18 a partitioned table takes no NOT VALID foreign key")
    return None


def _constraint(action: a.AddConstraint, scope: Scope) -> Failure | None:
    made = action.constraint
    table = scope.table(action.table)
    if made.kind is a.ConstraintKind.PRIMARY_KEY and table:
        first = next((one for one in table.constraints.values() if one.kind is made.kind), None)
        return Failure(_BAD_DEFINITION, f"{table.name} has a primary key, {first.name}") if first else None
    if made.kind is a.ConstraintKind.FOREIGN_KEY and made.references and made.referenced_columns:
        return _missing_target(made.references, made.referenced_columns, scope)
    return None


def _missing_target(references: a.Name, columns: tuple[str, ...], scope: Scope) -> Failure | None:
    other = scope.table(references)
    if other is None or other.origin is None:
        return None
    unique = (index for index in scope.indexes(references) if index.unique and not index.partial)
    if any(set(index.columns) == set(columns) for index in unique):
        return None
    return Failure(_NO_KEY, f"nothing makes {', '.join(columns)} unique in {other.name}")


def _refresh(action: a.RefreshView, scope: Scope) -> Failure | None:
    view = scope.view(action.view)
    if view is None or view.origin is None:
        return None
    if any(each.unique and not each.partial and None not in each.columns for each in scope.indexes(action.view)):
        return None
    return Failure(_NOT_READY, f"{view.name} has no unique index on whole columns, which CONCURRENTLY needs")


def _replaced_view(action: a.CreateView, scope: Scope) -> Failure | None:
    old = scope.view(action.view)
    if old is None or old.columns is None or action.columns is None:
        return None
    if action.columns[: len(old.columns)] == old.columns:
        return None
    had = ", ".join(old.columns)
    return Failure(_BAD_DEFINITION, f"OR REPLACE only adds columns behind those that {old.name} has: {had}")


_OF_COLUMNS = {a.AddColumn, a.DropColumn, a.AlterColumnType, a.DropNotNull, a.AlterTable}


def _column(action: a.Action, scope: Scope) -> Failure | None:
    """What partitioning and keys forbid to do with a column."""
    match action:
        case a.AddColumn() if (table := scope.table(action.table)) and table.partition_of:
            return Failure(_WRONG_OBJECT, f"a column is added to {table.partition_of}, not to one of its partitions")
        case a.DropColumn() | a.AlterColumnType():
            table = scope.table(action.table)
            if table and action.column in table.partition_key:
                return Failure(_BAD_DEFINITION, f"{table.name} is partitioned by {action.column}")
        case a.DropNotNull():
            table = scope.table(action.table)
            keys = [one for one in table.constraints.values() if action.column in one.columns] if table else []
            if any(one.kind is a.ConstraintKind.PRIMARY_KEY for one in keys):
                return Failure(_BAD_DEFINITION, f"{action.column} is in the primary key")
        case a.AlterTable(form="SetUnLogged" | "SetLogged") if scope.version >= 18:  # noqa: PLR2004 - a fact
            if scope.is_partitioned(action.table):
                return Failure(_WRONG_OBJECT, "a partitioned table has no data to be logged or not")
        case a.AlterTable(form="SetAccessMethod") if scope.version < 17 and scope.is_partitioned(action.table):  # noqa: PLR2004
            return Failure(_WRONG_OBJECT, "before PostgreSQL 17 a partitioned table has no access method")
    return None
