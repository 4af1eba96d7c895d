"""A schema as CREATE statements that PostgreSQL accepts in their order, and what of it cannot be written."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.schema.model import Constraint, Schema, Table, Thing
from avion_lint.schema.printing.definitions import constraint_sql, index_sql, is_serial, listed, relation
from avion_lint.schema.printing.order import Unit, ordered
from avion_lint.schema.printing.statements import columns_of_statistics, comes_with_column, statement_of
from avion_lint.schema.printing.tables import columns_sql, is_told
from avion_lint.sql.actions import ConstraintKind, Name, ObjectKind, identifier

_PUBLIC = ("public",)
_INLINE = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE, ConstraintKind.CHECK, ConstraintKind.EXCLUSION)


@record
class Written:
    """CREATE statements, and a sentence for each object that they leave out."""

    text: str
    missing: tuple[str, ...]


def as_sql(schema: Schema) -> Written:
    """The statements that make a schema in an empty database.

    Objects of which not all is known are left out, with everything that needs them, and named.
    """
    writer = _Writer(schema, frozenset(name for name, table in schema.tables.items() if is_told(table)))
    units = [*writer.units()]
    printed = [unit for unit in units if not unit.missing]
    missing = tuple(f"{unit.title}: {unit.missing}" for unit in units if unit.missing)
    parts = [_head(schema), *(f"{unit.sql};" for unit in ordered(printed)), *(f"-- left out: {why}" for why in missing)]
    return Written("\n\n".join(part for part in parts if part) + "\n", missing)


def _head(schema: Schema) -> str:
    lines = ["SET check_function_bodies = off;"]
    if schema.search_path != _PUBLIC:
        lines.append(f"SET search_path = {listed(schema.search_path)};")
    return "\n".join(lines)


@record
class _Writer:
    """Writes the objects of one schema; `told` are the tables of which all is known."""

    schema: Schema
    told: frozenset[Name]

    def units(self) -> Iterator[Unit]:
        """All statements, each with what it makes."""
        yield from self._schemas()
        for thing in self.schema.things.values():
            if thing.kind is not ObjectKind.SCHEMA and not comes_with_column(thing):
                yield self._thing(thing)
                yield from self._owner(thing)
        for table in self.schema.tables.values():
            yield from self._table(table)
        for index in self.schema.indexes.values():
            if not index.constraint and index.table in self.told:
                text = index_sql(index)
                yield Unit(
                    f"index {index.name}", index.name.name, text, 3, missing="has a key not known" * ("?" in text)
                )
        for table in self.schema.tables.values():
            if table.name in self.told:
                yield from self._after(table)

    def _schemas(self) -> Iterator[Unit]:
        used = {name.schema for name in (*self.schema.tables, *(key[1] for key in self.schema.things))}
        made = {key[1].name for key in self.schema.things if key[0] is ObjectKind.SCHEMA}
        for name in sorted({each for each in (*used, *made) if each} - {"public", "pg_temp"}):
            yield Unit(f"schema {name}", name, f"CREATE SCHEMA {identifier(name)}", 0)

    def _thing(self, thing: Thing) -> Unit:
        title = f"{thing.kind} {thing.name}"
        unknown = [name for name in (*thing.reads, *thing.tables, thing.table) if name and not self._is_known(name)]
        if unknown:
            return Unit(title, thing.name.name, "", 2, missing=f"needs {unknown[0]}, which is not known")
        text = statement_of(thing)
        if not text or not self._has_statistics_columns(thing):
            return Unit(title, thing.name.name, "", 2, missing="the statement that made it is not known as it is now")
        return Unit(title, thing.name.name, text, 4 if thing.kind in _LAST else 2)

    def _has_statistics_columns(self, thing: Thing) -> bool:
        """Whether the columns that extended statistics are about are still there under their names."""
        if thing.kind is not ObjectKind.STATISTICS or not thing.tables:
            return True
        return {*columns_of_statistics(thing.sql)} <= {*self.schema.tables[thing.tables[0]].columns}

    def _owner(self, thing: Thing) -> Iterator[Unit]:
        """Whose column a sequence belongs to."""
        if thing.owner is not None and thing.owner.relation in self.told:
            column = f"{relation(thing.owner.relation)}.{identifier(thing.owner.column)}"
            text = f"ALTER SEQUENCE {relation(thing.name)} OWNED BY {column}"
            yield Unit(f"owner of {thing.name}", "", text, 6, missing="" if thing.sql else "it is not known")

    def _is_known(self, name: Name) -> bool:
        if name in self.told or name.schema in ("pg_catalog", "information_schema"):
            return True
        if name in self.schema.tables:
            return False
        return any(key[1] == name for key in self.schema.things) or name.name.startswith("pg_")

    def _table(self, table: Table) -> Iterator[Unit]:
        title = f"table {table.name}"
        if table.temporary:
            return
        if table.name not in self.told:
            why = "it is older than the known migrations" if table.origin is None else "not all of it is known"
            yield Unit(title, table.name.name, "", 1, missing=why)
            return
        lines = [*columns_sql(table), *(self._named(made) for made in table.constraints.values() if _is_inline(made))]
        body = ",\n".join(f"    {line}" for line in lines)
        words = [
            f"CREATE {'UNLOGGED ' if table.unlogged else ''}TABLE {relation(table.name)} (\n{body}\n)",
            f"INHERITS ({', '.join(map(relation, table.inherits))})" if table.inherits else "",
            f"PARTITION BY {table.partition_by}" if table.partitioned else "",
        ]
        yield Unit(title, table.name.name, " ".join(word for word in words if word), 1)

    def _named(self, constraint: Constraint) -> str:
        return f"CONSTRAINT {identifier(constraint.name)} {constraint_sql(constraint)}"

    def _after(self, table: Table) -> Iterator[Unit]:
        """What is added when all tables are there: partitions, then what refers to other tables or is not valid."""
        name = relation(table.name)
        yield from _sequences(table)
        if table.partition_of:
            yield self._partition(table, table.partition_of)
        whole = self.schema.tables.get(table.partition_of) if table.partition_of else None
        for constraint in table.constraints.values():
            if _is_inline(constraint) or _is_in_column(constraint) or (whole and constraint.name in whole.constraints):
                continue
            title = f"constraint {constraint.name} of {table.name}"
            text = f"ALTER TABLE {name} ADD {self._named(constraint)}"
            missing = ""
            if constraint.references and constraint.references not in self.told:
                missing = f"refers to {constraint.references}, which is not known"
            yield Unit(title, constraint.name, text, 6, missing=missing or "is not known as it is now" * ("?" in text))

    def _partition(self, table: Table, whole: Name) -> Unit:
        text = f"ALTER TABLE {relation(whole)} ATTACH PARTITION {relation(table.name)} {table.bound}"
        missing = "" if whole in self.told and table.bound else f"{whole} or its bound is not known"
        return Unit(f"partition {table.name}", "", text, 5, missing=missing)


def _sequences(table: Table) -> Iterator[Unit]:
    """Names of the sequences of serial and identity columns that were made under other names."""
    for column in table.columns.values():
        made = Name(table.name.schema, f"{table.name.name}_{column.name}_seq")
        short = len(made.name.encode()) <= _LONGEST  # a longer one is cut, and as it was
        if column.sequence in (None, made) or not short or not (column.identity or is_serial(column)):
            continue
        name = column.sequence.name if column.sequence else made.name
        yield Unit(f"sequence {name}", "", f"ALTER SEQUENCE {relation(made)} RENAME TO {identifier(name)}", 6)


def _is_in_column(constraint: Constraint) -> bool:
    """Whether the column says it."""
    return constraint.kind is ConstraintKind.NOT_NULL and constraint.valid


_LONGEST = 63  # bytes of a name
# What reads tables and is made when they and their indexes are there.
_LAST = {ObjectKind.TRIGGER, ObjectKind.POLICY, ObjectKind.RULE, ObjectKind.PUBLICATION, ObjectKind.STATISTICS}


def _is_inline(constraint: Constraint) -> bool:
    """Whether CREATE TABLE can say it: NOT VALID has no effect there, and other tables may be made later."""
    return constraint.kind in _INLINE and constraint.valid and constraint.enforced
