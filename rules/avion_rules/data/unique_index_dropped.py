"""Unique indexes that are dropped, and the INSERT … ON CONFLICT that needs them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Index
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._standing import is_free


@rule("DA112", subject=Migration, on=(a.Drop, a.DropConstraint))
def unique_index_dropped(migration: Migration) -> Iterator[Finding]:
    """Find a unique index or constraint that is dropped although an INSERT … ON CONFLICT may name its columns."""
    for statement in migration.up:
        for action in statement.all_actions():
            index = _dropped(statement, action)
            if index is None or statement.made_here(index.origin) or statement.is_new(index.table, action):
                continue
            if _is_kept(migration, index) or _is_deprecated(statement, action, index):
                continue
            columns = ", ".join(column or "" for column in index.columns)
            yield statement.finding(
                action,
                f"Every running release that says INSERT … ON CONFLICT ({columns}) on {index.table} "
                f"fails{_let_in(migration, index)}.",
                f"First release code that does without ON CONFLICT ({columns}); drop it in a later release.",
                object=index.name,
            )


def _is_deprecated(statement: Statement, action: a.Action, index: Index) -> bool:
    """Whether the index, or the constraint that owns it, was called deprecated long enough before."""
    if isinstance(action, a.DropConstraint):
        table = statement.schema_before(action).table(action.table)
        made = table.constraints.get(action.constraint) if table else None
        return made is not None and is_free(statement, made, f"{action.table}.{action.constraint}")
    return is_free(statement, index, str(index.name))


def _dropped(statement: Statement, action: a.Action) -> Index | None:
    """The unique index that an action takes away, one without expressions."""
    schema = statement.schema_before(action)
    match action:
        case a.Drop(kind=a.ObjectKind.INDEX, name=name):
            index = schema.index(name)
            if index and index.constraint:
                return None  # refused: the constraint must be dropped
        case a.DropConstraint(table=name, constraint=constraint):
            table = schema.table(name)
            index = schema.index(a.Name(table.name.schema, constraint)) if table else None
        case _:
            return None
    usable = index is not None and index.unique and index.plain and index.columns and None not in index.columns
    return index if usable else None


def _let_in(migration: Migration, index: Index) -> str:
    """What else happens, "" where another unique index still refuses the same rows."""
    others = (each for each in migration.after.indexes_of(index.table) if each.unique and not each.partial)
    kept = any(None not in each.columns and set(each.columns) <= set(index.columns) for each in others)
    return "" if kept else ", and rows with the same values are let in"


def _is_kept(migration: Migration, index: Index) -> bool:
    """Whether the table or a column is gone as well, or another unique index has the same columns."""
    table = migration.after.table(index.table)
    if table is None or not set(index.columns) <= set(table.columns):
        return True
    others = (each for each in migration.after.indexes_of(table.name) if each.unique and each.partial == index.partial)
    return any(set(each.columns) == set(index.columns) for each in others)
