"""What a statement needs to be there, and whether a schema has it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record, replace
from avion_lint.schema.model import Index, Schema, Table, Thing
from avion_lint.sql import actions as a

_RELATIONS = {
    a.ObjectKind.TABLE: "42P01",
    a.ObjectKind.FOREIGN_TABLE: "42P01",
    a.ObjectKind.VIEW: "42P01",
    a.ObjectKind.MATERIALIZED_VIEW: "42P01",
    a.ObjectKind.SEQUENCE: "42P01",
    a.ObjectKind.INDEX: "42704",
}
_THINGS = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW, a.ObjectKind.SEQUENCE)
_OF_TABLES = (
    a.AddColumn,
    a.DropColumn,
    a.AlterColumnType,
    a.SetNotNull,
    a.DropNotNull,
    a.SetDefault,
    a.AddConstraint,
    a.DropConstraint,
    a.ValidateConstraint,
    a.CreateIndex,
    a.Insert,
    a.Update,
    a.Delete,
)
_OF_COLUMNS = (a.DropColumn, a.AlterColumnType, a.SetNotNull, a.DropNotNull, a.SetDefault)


@record
class Target:
    """A relation, or a column or constraint of one, with the SQLSTATE for its absence."""

    relation: a.Name
    sqlstate: str
    column: str = ""
    constraint: str = ""

    def __str__(self) -> str:
        part = self.column or self.constraint
        return f"{self.relation}.{part}" if part else str(self.relation)

    def called(self, relation: a.Name) -> Target:
        """The same under the relation's full name."""
        return replace(self, relation=relation)


def targets(action: a.Action, text: str) -> Iterator[Target]:
    """What an action fails without; nothing where IF EXISTS may stand for it."""
    match action:
        case a.Drop(kind=kind, if_exists=False) if kind in _RELATIONS:
            yield Target(action.name, _RELATIONS[kind])
        case a.Drop(if_exists=False, table=a.Name() as table):
            yield Target(table, "42P01")
        case a.Truncate() | a.LockTable():
            yield from (Target(table, "42P01") for table in action.tables)
        case a.Rename(kind=a.ObjectKind.COLUMN, table=a.Name() as table) if not _asks(text):
            yield from (Target(table, "42P01"), Target(table, "42703", column=action.name.name))
        case _ if isinstance(action, _OF_TABLES) and not _asks(text):
            yield Target(action.table, "42P01")
            if isinstance(action, _OF_COLUMNS):
                yield Target(action.table, "42703", column=action.column)
            if isinstance(action, a.DropConstraint | a.ValidateConstraint):
                yield Target(action.table, "42704", constraint=action.constraint)


def _asks(text: str) -> bool:
    folded = text.lower()
    return "exists" in folded and "if exists" in " ".join(folded.split())


def stands(target: Target, schema: Schema) -> bool:
    """Whether the schema may have it: it is there, or something unseen may have made it."""
    relation = _relation(target.relation, schema)
    if schema.doubt(target.relation) is not None:
        return True
    if relation is None or not isinstance(relation, Table):
        return relation is not None
    return (not target.column or target.column in relation.columns) and (
        not target.constraint or target.constraint in relation.constraints
    )


def found(target: Target, schema: Schema) -> a.Name | None:
    """The relation's full name where the schema surely has it, and a known migration made it; None where not."""
    relation = _relation(target.relation, schema)
    if relation is None or relation.origin is None or schema.doubt(target.relation) is not None:
        return None
    if isinstance(relation, Table):
        column = relation.columns.get(target.column) if target.column else None
        constraint = relation.constraints.get(target.constraint) if target.constraint else None
        if (target.column and column is None) or (target.constraint and constraint is None):
            return None
    elif target.column or target.constraint:
        return None
    return relation.name


def _relation(name: a.Name, schema: Schema) -> Table | Index | Thing | None:
    things = (schema.thing(kind, name) for kind in _THINGS)
    return schema.table(name) or schema.index(name) or next((each for each in things if each), None)
