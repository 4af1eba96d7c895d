"""What actions are about, so that the way back can be told from the way there."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.fixes._layout import Piece
from avion_rules.locks._clauses import constraint_name


def things(statement: Statement, action: a.Action) -> frozenset[str]:  # noqa: C901, PLR0911 - one a case
    """What an action makes, changes or takes away; empty where that cannot be told."""
    match action:
        case a.CreateIndex(index=str() as name):
            return frozenset({f"index {name}"})
        case a.Drop(kind=kind, name=name):
            return frozenset({f"{kind} {name.name}"})
        case a.AddConstraint(table=table):
            return frozenset({f"constraint {table.name} {constraint_name(statement, action)}"})
        case a.DropConstraint(table=table, constraint=name) | a.ValidateConstraint(table=table, constraint=name):
            return frozenset({f"constraint {table.name} {name}"})
        case a.AddColumn(table=table, column=made):
            return frozenset({f"column {table.name} {made.name}"})
        case a.DropColumn() | a.SetNotNull() | a.DropNotNull() | a.SetDefault() | a.AlterColumnType():
            return frozenset({f"column {action.table.name} {action.column}"})
        case a.CreateTable(table=table):
            return frozenset({f"table {table.name}"})
        case a.CreateType(type=name) | a.AddEnumValue(type=name):
            return frozenset({f"type {name.name}"})
        case a.CreateView(view=name, materialized=materialized):
            return frozenset({f"{'materialized view' if materialized else 'view'} {name.name}"})
        case a.CreateTrigger(trigger=trigger):
            return frozenset({f"trigger {trigger}"})
        case a.CreateObject(kind=kind, name=name) | a.CommentOn(kind=kind, name=name):
            return frozenset({f"{kind} {name.name}"})
        case a.Insert(table=table) | a.Update(table=table) | a.Delete(table=table):
            return frozenset({f"rows {table.name}"})
    return frozenset()


def things_of(piece: Piece) -> frozenset[str]:
    """What the statements of a piece are about; empty where one of them cannot be told."""
    found = [things(statement, action) for statement in piece.statements for action in statement.actions]
    return frozenset().union(*found) if found and all(found) else frozenset()


def undoing(down: Iterable[Piece], moved: Iterable[Piece]) -> tuple[tuple[Piece, ...], bool]:
    """The pieces of Down that undo what the moved pieces do, and whether each is about nothing else."""
    wanted = frozenset().union(*(things_of(piece) for piece in moved))
    found = tuple(piece for piece in down if things_of(piece) & wanted)
    return found, all(things_of(piece) <= wanted for piece in found)


def is_quiet(piece: Piece) -> bool:
    """Whether a piece only sets parameters."""
    return all(isinstance(action, a.SetVariable) for action in piece.actions)


def in_another_path(migration: Migration) -> bool:
    """Whether Up changes its search_path: in another file the same names would mean other objects, or none."""
    return any(each.schema.search_path != migration.before.search_path for each in migration.up)
