"""What actions are about, so that the way back can be told from the way there, and what must keep its order."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.fixes._layout import Piece
from avion_rules.locks._clauses import constraint_name

_QUIET = (a.SetVariable, a.TransactionControl)


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


def keeps_order(moved: Iterable[a.Action], other: Iterable[a.Action]) -> bool:
    """Whether index builds and the like must stay before (or after) what is done by the others."""
    about = _About()
    for action in moved:
        about.add(action)
    return any(about.concerns(action) for action in other)


class _About:
    """Names of indexes and tables that moved statements need as they are."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.tables: set[str] = set()
        self.unique: set[str] = set()
        self.leading: set[tuple[str, str]] = set()

    def add(self, action: a.Action) -> None:
        """Note what an action needs."""
        match action:
            case a.CreateIndex(index=name, table=table, unique=unique, columns=columns):
                self.leading |= {(table.name, column) for column in columns[:1] if column}
                self.names |= {name} if name else set()
                self.tables.add(table.name)
                self.unique |= {table.name} if unique else set()
            case a.Drop(name=name):
                self.names.add(name.name)
            case a.Reindex(name=a.Name() as name):
                self.names.add(name.name)
                self.tables.add(name.name)
            case a.AddConstraint(table=table, constraint=made) | a.ValidateConstraint(table=table, constraint=made):
                self.names.add(made if isinstance(made, str) else made.name or "")
                self.tables.add(table.name)
                self.unique.add(table.name)
            case _:
                self.tables |= {_table_of(action)} - {""}

    def concerns(self, action: a.Action) -> bool:  # noqa: C901, PLR0911 - one a case
        """Whether an action must not change places with them."""
        table = _table_of(action)
        on_table = table in self.tables
        match action:
            case a.SetVariable() | a.CreateTable():
                return False
            case a.CommentOn(name=name):
                return name.name in self.names
            case a.Drop(name=name) | a.Rename(name=name) | a.SetSchema(name=name):
                return name.name in self.names | self.tables or on_table
            case a.CreateIndex(index=name):
                return name in self.names
            case a.AddConstraint(constraint=made):
                by_name = on_table and bool({made.using_index, made.name} & self.names)
                return by_name or self._serves(table, made) or _refers(made, self.unique)
            case a.DropColumn() | a.AlterColumnType() | a.DropConstraint() | a.AttachPartition() | a.DetachPartition():
                return on_table
            case a.Insert(on_conflict=on_conflict):
                return on_table and (on_conflict or table in self.unique)
            case a.Update() | a.Delete():
                return on_table and table in self.unique
            case a.AddColumn() | a.SetNotNull() | a.DropNotNull() | a.SetDefault() | a.CreateTrigger() | a.CreateType():
                return False
            case a.AddEnumValue() | a.CreateView() | a.CreateObject() | a.ValidateConstraint():
                return False
            case a.AlterTable(detail=detail):
                return detail in self.names or table in self.names
        return True

    def _serves(self, table: str, made: a.ConstraintDefinition) -> bool:
        """Whether an index among them serves a foreign key, which would be slow without it."""
        foreign = made.kind is a.ConstraintKind.FOREIGN_KEY
        return foreign and any((table, column) in self.leading for column in made.columns)


def _table_of(action: a.Action) -> str:
    table = getattr(action, "table", None)
    return table.name if isinstance(table, a.Name) else ""


def _refers(made: a.ConstraintDefinition, unique: set[str]) -> bool:
    """Whether a foreign key may need a key that is among them."""
    return made.references is not None and made.references.name in unique
