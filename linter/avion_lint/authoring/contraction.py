"""What a schema has that is deprecated, and the statement that drops each; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.record import record
from avion_lint.schema.model import PUBLIC, Column, Index, Origin, Schema, Table, Thing
from avion_lint.sql import actions as a
from avion_lint.subjects import Deprecation

_K = a.ObjectKind
# What is dropped first may need what is dropped later.
_ORDER = (
    "materialized view",
    "view",
    "constraint",
    "index",
    "column",
    "table",
    "function",
    "sequence",
    "domain",
    "type",
)
THINGS = {_K.VIEW, _K.MATERIALIZED_VIEW, _K.FUNCTION, _K.SEQUENCE, _K.TYPE, _K.DOMAIN}


@record
class Deprecated:
    """A deprecated object: its kind and name for people, the statement that drops it, and what is lost with it.

    `mark` is where a migration deprecates it, None where the settings do, with their `reason`. `alone` tells that the
    statement must not run in a transaction.
    """

    kind: str
    name: str
    sql: str
    lost: str
    mark: Origin | None
    reason: str = ""
    alone: bool = False


def deprecated(schema: Schema, settings: Iterable[Deprecation]) -> tuple[Deprecated, ...]:
    """Everything in the schema that is deprecated, in the order in which it can be dropped."""
    reasons = {given.object: given.reason for given in settings}
    found = (*_tables(schema, reasons), *_indexes(schema, reasons), *_things(schema, reasons))
    return tuple(sorted(found, key=lambda each: (_rank(each.kind), each.name)))


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def known_as(name: a.Name) -> a.Name:
    """The name as people write it: without the schema `public`."""
    return a.Name(None, name.name) if name.schema in PUBLIC else name


def _tables(schema: Schema, reasons: dict[str, str]) -> Iterator[Deprecated]:
    for table in schema.tables.values():
        name = known_as(table.name)
        if table.deprecated or str(name) in reasons:
            reason = reasons.get(str(name), "")
            yield Deprecated("table", str(name), f"DROP TABLE {name.sql};", "its rows", table.deprecated, reason)
            continue
        for column in table.columns.values():
            if column.deprecated or f"{name}.{column.name}" in reasons:
                yield _column(table, column, reasons)
        for made in table.constraints.values():
            full = f"{name}.{made.name}"
            if made.deprecated or full in reasons:
                sql = f"ALTER TABLE {name.sql} DROP CONSTRAINT {a.identifier(made.name)};"
                yield Deprecated("constraint", full, sql, "", made.deprecated, reasons.get(full, ""))


def _column(table: Table, column: Column, reasons: dict[str, str]) -> Deprecated:
    name = known_as(table.name)
    full = f"{name}.{column.name}"
    sql = f"ALTER TABLE {name.sql} DROP COLUMN {a.identifier(column.name)};"
    return Deprecated("column", full, sql, "its values", column.deprecated, reasons.get(full, ""))


def _indexes(schema: Schema, reasons: dict[str, str]) -> Iterator[Deprecated]:
    for index in schema.indexes.values():
        name = known_as(index.name)
        if not index.constraint and (index.deprecated or str(name) in reasons):
            parted = _is_of_partitions(schema, index)
            sql = f"DROP INDEX {'' if parted else 'CONCURRENTLY '}{name.sql};"
            yield Deprecated(
                "index", str(name), sql, "", index.deprecated, reasons.get(str(name), ""), alone=not parted
            )


def _is_of_partitions(schema: Schema, index: Index) -> bool:
    """Whether it is the index of a partitioned table, which PostgreSQL does not drop concurrently."""
    table = schema.tables.get(index.table)
    return table is not None and table.partitioned


def _things(schema: Schema, reasons: dict[str, str]) -> Iterator[Deprecated]:
    for thing in schema.things.values():
        name = known_as(thing.name)
        if thing.kind in THINGS and (thing.deprecated or str(name) in reasons):
            lost = "its numbering" if thing.kind is _K.SEQUENCE else ""
            sql = f"DROP {thing.kind.upper()} {name.sql}{_arguments(thing)};"
            yield Deprecated(str(thing.kind), str(name), sql, lost, thing.deprecated, reasons.get(str(name), ""))


def _arguments(thing: Thing) -> str:
    if thing.kind is not _K.FUNCTION or thing.arguments is None:
        return ""
    return f"({', '.join(thing.arguments)})"
