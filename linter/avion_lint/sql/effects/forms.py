"""What the other forms of ALTER lock: ALTER TABLE's many small ones, ALTER INDEX, VIEW, SEQUENCE, DOMAIN, RENAME."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.schema.model import Table
from avion_lint.sql import actions as a
from avion_lint.sql.effects.columns import on_all, rewritten
from avion_lint.sql.effects.constraints import enforcement
from avion_lint.sql.effects.locks import Effect, Lock
from avion_lint.sql.effects.scope import Scope, on_index, using_type

_STRONG = Lock.ACCESS_EXCLUSIVE
_SUE = Lock.SHARE_UPDATE_EXCLUSIVE
_SRE = Lock.SHARE_ROW_EXCLUSIVE

# Forms (the parser's names) that take less than ACCESS EXCLUSIVE on their table.
_WEAKER = {
    **dict.fromkeys(("SetStatistics", "SetOptions", "ResetOptions", "ClusterOn", "DropCluster"), _SUE),
    **dict.fromkeys(("EnableTrig", "EnableAlwaysTrig", "EnableReplicaTrig", "EnableTrigAll", "EnableTrigUser"), _SRE),
    **dict.fromkeys(("DisableTrig", "DisableTrigAll", "DisableTrigUser"), _SRE),
}
# Forms that partitions and children follow.
_INHERITED = {
    "SetStatistics", "SetStorage", "SetCompression", "AddIdentity", "SetIdentity", "DropIdentity", "DropExpression",
    "SetExpression",
}  # fmt: skip
_TABLES = {a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE}
_RELATIONS = _TABLES | {a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW, a.ObjectKind.SEQUENCE}


def alter_table(action: a.AlterTable, scope: Scope) -> Iterator[Effect]:
    """A form of ALTER TABLE, INDEX, VIEW … that has no action of its own."""
    index = scope.schema.index(action.table) if action.kind in _TABLES | {a.ObjectKind.INDEX} else None
    if action.kind is a.ObjectKind.INDEX or (index and scope.table(action.table) is None):
        weak = action.form in ("SetRelOptions", "ResetRelOptions", "SetStatistics")
        yield Effect(action.table, _SUE if weak else _STRONG, part_of=index.table if index else None)
    elif action.kind in _TABLES:
        yield from _of_table(action, scope)
    elif action.kind in _RELATIONS:
        yield Effect(action.table, _STRONG)


def _of_table(action: a.AlterTable, scope: Scope) -> Iterator[Effect]:
    table = scope.table(action.table)
    rewrite = _writes(action, table)
    for name in scope.family(action.table, only=action.only or action.form not in _INHERITED):
        if rewrite is False:
            yield Effect(name, _lock(action))
        else:
            yield from rewritten(scope, name, rewrite)
    match action.form:
        case "SetIdentity" | "DropIdentity":
            column = table.columns.get(action.detail) if table else None
            if column and column.sequence:
                lock = _STRONG if action.form == "DropIdentity" else _SRE
                yield Effect(column.sequence, lock, part_of=action.table)
        case "SetUnLogged" | "SetLogged" if rewrite and table and scope.version >= 15:  # noqa: PLR2004 - a fact
            for column in table.columns.values():
                if column.sequence:
                    yield Effect(column.sequence, _STRONG, part_of=action.table)
        case "AddInherit" | "DropInherit" if action.other:
            yield Effect(action.other, _SUE if action.form == "AddInherit" else Lock.ACCESS_SHARE)
        case "AlterConstraintEnforced" | "AlterConstraintNotEnforced":
            yield from enforcement(action, scope)
        case "ClusterOn":
            index = scope.schema.index(a.Name(scope.resolve(action.table).schema, action.detail))
            if index:
                yield on_index(index, _SUE)


def _lock(action: a.AlterTable) -> Lock:
    if action.form in ("SetRelOptions", "ResetRelOptions"):
        return _STRONG if "user_catalog_table" in action.detail.split(",") else _SUE
    return _WEAKER.get(action.form, _STRONG)


def _writes(action: a.AlterTable, table: Table | None) -> bool | None:
    """Whether a form writes the table anew."""
    match action.form:
        case "SetUnLogged" | "SetLogged":
            wanted = action.form == "SetUnLogged"
            return None if table is None or table.origin is None else table.unlogged != wanted
        case "SetTableSpace":
            return None if action.detail == "pg_default" else True
        case "SetAccessMethod":
            usual = table is not None and table.origin is not None
            return (False if usual else None) if action.detail == "heap" else None if not action.detail else True
        case "SetExpression":
            column = table.columns.get(action.detail) if table else None
            return None if column is None else column.generated == "stored"
    return False


# --- RENAME, SET SCHEMA ------------------------------------------------------------------------------------------


def rename(action: a.Rename, scope: Scope) -> Iterator[Effect]:
    """RENAME of an object, or of a part of one."""
    match action.kind:
        case a.ObjectKind.COLUMN if action.table:
            yield from on_all(scope, action.table, _STRONG)
        case a.ObjectKind.CONSTRAINT if action.table:
            yield from _rename_constraint(action, action.table, scope)
        case a.ObjectKind.TRIGGER | a.ObjectKind.POLICY | a.ObjectKind.RULE if action.table:
            yield Effect(action.table, _STRONG)
        case a.ObjectKind.INDEX:
            index = scope.schema.index(action.name)
            yield Effect(action.name, _SUE, part_of=index.table if index else None)
        case kind if kind in _RELATIONS:
            index = scope.schema.index(action.name) if scope.table(action.name) is None else None
            yield Effect(action.name, _STRONG, part_of=index.table if index else None)


def _rename_constraint(action: a.Rename, table: a.Name, scope: Scope) -> Iterator[Effect]:
    known = scope.table(table)
    made = known.constraints.get(action.name.name) if known else None
    handed = made is not None and made.kind is a.ConstraintKind.CHECK
    yield from on_all(scope, table, _STRONG, only=not handed)
    index = scope.schema.indexes.get(a.Name(scope.resolve(table).schema, action.name.name))
    if index:
        yield on_index(index, _SUE)


def set_schema(action: a.SetSchema, scope: Scope) -> Iterator[Effect]:
    """SET SCHEMA; the sequences of a table's columns move with it."""
    if action.kind not in _RELATIONS:
        return
    yield Effect(action.name, _STRONG)
    table = scope.table(action.name)
    for column in table.columns.values() if table else ():
        if column.sequence:
            yield Effect(column.sequence, _STRONG, part_of=action.name)


# --- DOMAIN, SEQUENCE --------------------------------------------------------------------------------------------


def alter_domain(action: a.AlterDomain, scope: Scope) -> Iterator[Effect]:
    """ALTER DOMAIN reads every table that uses the domain when it makes a constraint hold."""
    added = action.form == "add" and action.constraint is not None and action.constraint.valid
    if not (added or action.form in ("validate", "set not null")):
        return
    made = scope.schema.thing(a.ObjectKind.DOMAIN, action.domain)
    if made is not None:
        for table in using_type(made.name, scope):
            yield Effect(table.name, Lock.SHARE, scan=not table.partitioned)


def alter_sequence(action: a.AlterSequence) -> Iterator[Effect]:
    """ALTER SEQUENCE: nextval of others waits."""
    yield Effect(action.sequence, _SRE)
    if action.owned_by:
        yield Effect(action.owned_by, Lock.ACCESS_SHARE)
