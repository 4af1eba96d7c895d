"""The facts of a replayed schema, in the words in which a server's catalogue is told (see observed.py)."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.executor.catalog.facts import UNKNOWN, Facts, column_words, constraint_words, type_name
from avion_lint.schema.model import Column, Constraint, Index, Schema, Table, Thing
from avion_lint.sql.actions import ConstraintKind, Name, ObjectKind, Type


def replayed(schema: Schema) -> Facts:
    """The facts of a replayed schema in the same words."""
    found: Facts = {}
    for table in schema.tables.values():
        found.update(_of_table(table))
    for index in schema.indexes.values():
        found.update(_of_index(index))
    for thing in schema.things.values():
        found.update(_of_thing(thing))
    return {key: fact for key, fact in found.items() if " pg_temp." not in key}


def _dotted(name: Name) -> str:
    return f"{name.schema}.{name.name}"


def _of_table(table: Table) -> Iterator[tuple[str, str]]:
    parent = f" partition of {_dotted(table.partition_of)}" if table.partition_of else ""
    kind = "partitioned table" if table.partitioned else "table"
    yield f"relation {_dotted(table.name)}", kind + " unlogged" * table.unlogged + parent
    for column in table.columns.values():
        yield f"column {_dotted(table.name)}.{column.name}", _of_column(column)
    for constraint in table.constraints.values():
        if constraint.kind is not ConstraintKind.NOT_NULL:
            yield f"constraint {_dotted(table.name)}.{constraint.name}", _of_constraint(constraint)


def _of_column(column: Column) -> str:
    generated = f" {column.generated}" if column.generated else ""
    default = column.default is not None and not generated
    return column_words(_known(column.type), column.not_null, default, column.identity, generated)


_INTEGERS = {
    "serial": "integer", "bigserial": "bigint", "smallserial": "smallint",
    "serial4": "integer", "serial8": "bigint", "serial2": "smallint",
}  # fmt: skip
_ONE = {"character": "character(1)", "bit": "bit(1)"}


def _known(type_: Type | None) -> str:
    if type_ is None:
        return UNKNOWN
    array = "[]" if type_.array else ""
    name = type_.name.rpartition(".")[2]
    if name in _INTEGERS:
        return _INTEGERS[name]
    if name == "numeric" and len(type_.modifiers) == 1:
        return f"numeric({type_.modifiers[0]},0){array}"
    if name in _ONE and not type_.modifiers:
        return _ONE[name] + array
    return str(Type(name, type_.modifiers, array=type_.array))


def _of_constraint(made: Constraint) -> str:
    ordered = made.kind in {ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE, ConstraintKind.FOREIGN_KEY}
    columns = list(made.columns) if ordered else sorted(set(made.columns))
    other = f" to {_dotted(made.references)}" if made.references else ""
    return constraint_words(made.kind.value, columns, other, made.valid and made.enforced, made.deferred)


def _of_index(index: Index) -> dict[str, str]:
    columns = ", ".join(column or "expression" for column in index.columns)
    words = f"{index.method} on {_dotted(index.table)} ({columns})"
    words += " unique" * index.unique + " partial" * index.partial + " invalid" * (not index.valid)
    return {f"index {_dotted(index.name)}": words + (f" of {index.part_of.name}" if index.part_of else "")}


def _of_thing(thing: Thing) -> Facts:
    reader = _OF_THINGS.get(thing.kind)
    return reader(thing) if reader else {}


def _of_view(thing: Thing) -> Facts:
    where = _dotted(thing.name)
    columns = {f"column {where}.{column}": "of a view" for column in thing.columns or (UNKNOWN,)}
    return {f"relation {where}": thing.kind.value, **columns}


def _of_plain_type(thing: Thing) -> Facts:
    return {f"type {_dotted(thing.name)}": "type" if thing.values is None else "enum " + ", ".join(thing.values)}


def _of_domain(thing: Thing) -> Facts:
    domain = thing.domain
    if domain is None:
        return {}
    words = column_words(_known(domain.type), domain.not_null, domain.default is not None)
    return {f"type {_dotted(thing.name)}": f"domain {words} {sorted(domain.constraints)}"}


def _of_sequence(thing: Thing) -> Facts:
    owner = thing.owner
    of = f" of {owner.relation.name}.{owner.column}" if owner and owner.relation else ""
    return {f"sequence {_dotted(thing.name)}": "sequence" + of}


def _of_function(thing: Thing) -> Facts:
    types = ", ".join(type_name(each) for each in thing.arguments or ())
    return {f"function {_dotted(thing.name)}({types})": "function"}


def _of_part(thing: Thing) -> Facts:
    kind = thing.kind.value
    return {f"{kind} {_dotted(thing.table)}.{thing.name.name}": kind} if thing.table else {}


def _of_named(thing: Thing) -> Facts:
    hidden = thing.name.name in {"plpgsql", "public"}
    return {} if hidden else {f"{thing.kind.value} {thing.name.name}": thing.kind.value}


_OF_THINGS = {
    ObjectKind.VIEW: _of_view,
    ObjectKind.MATERIALIZED_VIEW: _of_view,
    ObjectKind.TYPE: _of_plain_type,
    ObjectKind.DOMAIN: _of_domain,
    ObjectKind.SEQUENCE: _of_sequence,
    ObjectKind.FUNCTION: _of_function,
    ObjectKind.TRIGGER: _of_part,
    ObjectKind.POLICY: _of_part,
    ObjectKind.SCHEMA: _of_named,
    ObjectKind.EXTENSION: _of_named,
}
