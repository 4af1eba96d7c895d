"""A schema for people: a paragraph a table, with its columns, keys, constraints and indexes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from avion_lint.schema.model import Column, Origin, Schema, Table, Thing
from avion_lint.schema.printing.definitions import constraint_sql, default_sql, generated_sql, index_sql, type_sql
from avion_lint.schema.printing.statements import comes_with_column
from avion_lint.sql.actions import ObjectKind

_OF_TABLE = (ObjectKind.TRIGGER, ObjectKind.POLICY, ObjectKind.RULE)


def as_text(schema: Schema) -> str:
    """The schema, tables first, each object with the place that made it."""
    paragraphs = ["\n".join(_table(schema, schema.tables[name])) for name in sorted(schema.tables, key=str)]
    paragraphs += ["\n".join(lines) for lines in _things(schema)]
    return "\n\n".join(paragraphs) + "\n" if paragraphs else "nothing: no migration makes an object\n"


def _table(schema: Schema, table: Table) -> Iterator[str]:
    yield f"{_what(table)} {table.name}  {_where(table.origin)}"
    width = max((len(name) for name in table.columns), default=0)
    yield from (f"  {column.name:<{width}}  {_column(column)}" for column in table.columns.values())
    if table.origin is None:
        yield "  … what else it has is not known"
    for name in sorted(table.constraints):
        yield f"  {name}: {constraint_sql(table.constraints[name])}"
    for index in sorted(schema.indexes_of(table.name), key=lambda index: index.name):
        if not index.constraint:
            yield f"  {index_sql(index)}"
    for thing in schema.things.values():
        if thing.table == table.name and thing.kind in _OF_TABLE:
            yield f"  {thing.kind} {thing.name.name}"


def _what(table: Table) -> str:
    words = [
        "temporary" if table.temporary else "",
        "unlogged" if table.unlogged else "",
        "partitioned" if table.partitioned else "",
        "table",
    ]
    return " ".join(word for word in words if word)


def _where(origin: Origin | None) -> str:
    if origin is None:
        return "(older than the known migrations)"
    return f"({origin.place.document.path}:{origin.place.start.line})"


def _column(column: Column) -> str:
    default = default_sql(column)
    words = [
        type_sql(column.type),
        f"COLLATE {column.collation}" if column.collation else "",
        "NOT NULL" if column.not_null else "",
        generated_sql(column),
        f"DEFAULT {default}" if default else "",
    ]
    return " ".join(word for word in words if word)


def _things(schema: Schema) -> Iterator[list[str]]:
    """Objects that belong to no table, kind by kind."""
    things = (thing for thing in schema.things.values() if thing.kind not in _OF_TABLE)
    free = [thing for thing in things if not comes_with_column(thing)]
    free.sort(key=lambda thing: (thing.kind, thing.name))
    for kind, members in groupby(free, key=lambda thing: thing.kind):
        yield [f"{kind} {thing.name}{_more(thing)}  {_where(thing.origin)}" for thing in members]


def _more(thing: Thing) -> str:
    if thing.values is not None:
        return f": {', '.join(thing.values)}"
    return f" ({', '.join(thing.columns)})" if thing.columns else ""
