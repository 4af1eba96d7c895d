"""The way back: which actions ask for one, and the SQL that drops what an Up section made."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.schema.model import Origin
from avion_lint.sql import actions as a
from avion_rules.migrations._objects import Key

_KIND = a.ObjectKind
_OWNED = {_KIND.TRIGGER, _KIND.POLICY, _KIND.RULE}
_DROPPED = {
    _KIND.TABLE,
    _KIND.INDEX,
    _KIND.VIEW,
    _KIND.MATERIALIZED_VIEW,
    _KIND.SEQUENCE,
    _KIND.TYPE,
    _KIND.DOMAIN,
}


def drops(made: Iterable[tuple[Key, Origin]]) -> str:
    """Write SQL that drops these objects, the last made first; "" where it cannot be done for each of them."""
    backwards = sorted(made, key=_when, reverse=True)
    statements = [_drop(key) for key, _ in backwards]
    return " ".join(statements) if all(statements) else ""


def _when(item: tuple[Key, Origin]) -> tuple[int, bool]:
    """Order in which things were made: a column comes before its constraints, which go with it when it is dropped."""
    key, origin = item
    return origin.place.span.start, key.kind is not _KIND.COLUMN


def _drop(key: Key) -> str:
    name = _quoted(key.name)
    match key.kind, key.table:
        case _KIND.COLUMN | _KIND.CONSTRAINT, a.Name() as table:
            return f"ALTER TABLE {_quoted(table)} DROP {key.kind.upper()} {name};"
        case kind, a.Name() as table if kind in _OWNED:
            return f"DROP {key.kind.upper()} {name} ON {_quoted(table)};"
        case kind, _ if kind in _DROPPED:
            return f"DROP {key.kind.upper()} {name};"
    return ""


def _quoted(name: a.Name) -> str:
    """Write a name as SQL, without the schema that everybody means."""
    return a.identifier(name.name) if name.schema == "public" else name.sql


_CHANGES = (
    a.AddColumn | a.DropColumn | a.AlterColumnType | a.SetNotNull | a.DropNotNull | a.SetDefault | a.AddConstraint
    | a.DropConstraint | a.AttachPartition | a.DetachPartition | a.CreateIndex | a.Drop | a.Rename | a.SetSchema
    | a.CreateType | a.CreateTrigger
)  # fmt: skip


def needs_undoing(action: a.Action) -> bool:
    """Whether an action is sure to change the schema, so that the way back has something to do."""
    if getattr(action, "if_exists", False) or getattr(action, "if_not_exists", False):
        return False
    match action:
        case a.CreateTable() | a.CreateView():
            return not action.temporary
        case a.CreateObject():
            return True
        case a.DoBlock():
            return any(needs_undoing(inner.action) for inner in action.inner if not inner.conditional)
    return isinstance(action, _CHANGES)


def dropping_undoes(action: a.Action, made: Iterable[Key]) -> bool:
    """Whether nothing is left to undo of an action once these objects, which the file made, are dropped."""
    names = {key.name.name for key in made}
    match action:
        case a.Drop(name=name) | a.Rename(name=name) | a.SetSchema(name=name):
            return name.name in names
        case a.DropConstraint(table=table, constraint=name):
            return bool(names & {table.name, name})
        case a.DropColumn() | a.AlterColumnType() | a.SetNotNull() | a.DropNotNull() | a.SetDefault():
            return bool(names & {action.table.name, action.column})
        case a.DetachPartition(partition=partition):
            return partition.name in names
    return True
