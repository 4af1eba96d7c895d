"""The schema as a value: tables, indexes and other objects, each knowing where it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from avion_lint.record import cached_property, field, record
from avion_lint.schema.catalogue import Catalogue
from avion_lint.source import Place
from avion_lint.sql.actions import ColumnUse, ConstraintKind, Expression, Name, ObjectKind, Term, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PUBLIC = ("public",)
TEMPORARY = "pg_temp"


@record
class Origin:
    """Where something was made or marked: the place, the migration's version, and when it reaches the database.

    `deployment` is the order of the deployment (avion_lint.subjects.Deployment) that brings it; `applied` tells
    whether that deployment is taken as done.
    """

    place: Place
    version: str
    deployment: int
    applied: bool


@record
class Column:
    """A column. `origin` is None where it is older than the known migrations.

    `sequence` is the one that serial or identity made, `reads` are the columns that a generated one is computed from by
    `expression`; `always` tells an identity column that is GENERATED ALWAYS.
    """

    name: str
    type: Type | None
    not_null: bool = False
    default: Expression | None = None
    generated: str = ""
    identity: bool = False
    origin: Origin | None = None
    deprecated: Origin | None = None
    sequence: Name | None = None
    reads: tuple[str, ...] = ()
    collation: str | None = None
    expression: Expression | None = field(default=None, compare=False)
    always: bool = field(default=False, compare=False)
    filled: Origin | None = field(default=None, compare=False)


@record
class Constraint:
    """A constraint of a table; `deferred` tells that it is checked at the end of the transaction.

    `check`, `clauses`, `elements`, `include` and `distinct` are as for sql.actions.ConstraintDefinition.
    """

    name: str
    kind: ConstraintKind
    columns: tuple[str, ...]
    valid: bool = True
    references: Name | None = None
    not_null_column: str | None = None
    origin: Origin | None = None
    deferred: bool = False
    enforced: bool = True
    terms: tuple[Term, ...] = ()
    referenced_columns: tuple[str, ...] = ()
    check: Expression | None = field(default=None, compare=False)
    clauses: str = field(default="", compare=False)
    elements: str = field(default="", compare=False)
    include: tuple[str, ...] = field(default=(), compare=False)
    distinct: bool = field(default=True, compare=False)
    deprecated: Origin | None = None


@record
class Table:
    """A table. `origin` is None where it is older than the known migrations; then its columns are not all known.

    `partition_key` are the columns that it is partitioned by, an expression among them None; empty where not known.
    `inherits` are its parents by INHERITS. `partition_by` and `bound` are as for CREATE TABLE.
    """

    name: Name
    origin: Origin | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    partitioned: bool = False
    partition_of: Name | None = None
    temporary: bool = False
    deprecated: Origin | None = None
    partition_key: tuple[str | None, ...] = ()
    default_partition: bool = False
    unlogged: bool = False
    inherits: tuple[Name, ...] = ()
    partition_by: str = field(default="", compare=False)
    bound: str = field(default="", compare=False)


@record
class Index:
    """An index; an expression among `columns` is None. `constraint` tells that a constraint owns it.

    `part_of` is the index of the partitioned table that it belongs to, `uses` are all columns that it needs.
    `valid` is False for that of a partitioned table until each partition has one attached.
    `plain`, `words`, `keys`, `include`, `where` and `distinct` are as for CREATE INDEX.
    """

    name: Name
    table: Name
    columns: tuple[str | None, ...] = ()
    unique: bool = False
    partial: bool = False
    constraint: bool = False
    origin: Origin | None = None
    deprecated: Origin | None = None
    method: str = "btree"
    plain: bool = True
    part_of: Name | None = None
    uses: tuple[str, ...] = ()
    keys: tuple[str, ...] = field(default=(), compare=False)
    include: tuple[str, ...] = field(default=(), compare=False)
    where: Expression | None = field(default=None, compare=False)
    distinct: bool = field(default=True, compare=False)
    valid: bool = True
    words: tuple[str, ...] = field(default=(), compare=False)


@record
class Domain:
    """What a domain adds to its type."""

    type: Type | None
    not_null: bool = False
    default: Expression | None = None
    constraints: Mapping[str, Constraint] = field(default_factory=dict)


@record
class Thing:
    """Any other object: view, type, sequence, function, trigger …; `table` for those that belong to one.

    `trigger` tells a function that only triggers can call. `columns` are those of a view, None where not known;
    `empty` tells a materialized view that was made WITH NO DATA and not filled since, `deferred` a constraint trigger
    that waits for the end of the transaction. `volatility` is a function's, "" where it cannot be relied on.
    `uses` are the columns that a view, a trigger or a policy names; `tables` are those of a publication or statistics.
    `sql` is the statement that made it, under the names of that time. `arguments` are the types that tell a function
    from others of its name, `owner` is the column that a sequence belongs to, `function` what a trigger calls.
    `returns` and `inputs` are as for CREATE FUNCTION.
    """

    kind: ObjectKind
    name: Name
    table: Name | None = None
    reads: tuple[Name, ...] = ()
    values: tuple[str, ...] | None = None
    origin: Origin | None = None
    deprecated: Origin | None = None
    trigger: bool = False
    columns: tuple[str, ...] | None = None
    empty: bool = False
    deferred: bool = False
    volatility: str = ""
    uses: tuple[ColumnUse, ...] = ()
    tables: tuple[Name, ...] = ()
    domain: Domain | None = None
    sql: str = field(default="", compare=False)
    arguments: tuple[str, ...] | None = None
    owner: ColumnUse | None = None
    function: Name | None = None
    returns: str = field(default="", compare=False)
    inputs: tuple[str, ...] = field(default=(), compare=False)


# Kind, name, and the table of what belongs to one; of a function its signature() stands in that place.
Key = tuple[ObjectKind, Name, Name | None]


def signature(arguments: tuple[str, ...] | None) -> Name | None:
    """The last part of a function's key: its argument types, without their schemas; None where they are not known."""
    return None if arguments is None else Name(None, f"({', '.join(each.rpartition('.')[2] for each in arguments)})")


@record
class Doubt:
    """A relation, or everything (None), that a migration may have changed unseen; without `origin` it is sure again."""

    relation: Name | None
    origin: Origin | None


@record(caches=True)
class Schema:
    """All objects that the migrations so far have made, by resolved name."""

    tables: Catalogue[Name, Table] = field(default_factory=lambda: Catalogue(_around_table))
    indexes: Catalogue[Name, Index] = field(default_factory=lambda: Catalogue(_around_index))
    things: Catalogue[Key, Thing] = field(default_factory=lambda: Catalogue(_around_thing))
    search_path: tuple[str, ...] = PUBLIC
    doubts: tuple[Doubt, ...] = ()

    def doubt(self, name: Name) -> Origin | None:
        """What may have changed a relation, or made or dropped it, unseen; None where its facts are sure."""
        names = (None, *candidates(name, self.search_path)) if self.doubts else ()
        found = [doubt for doubt in self.doubts if doubt.relation in names]
        return found[-1].origin if found else None

    def table(self, name: Name) -> Table | None:
        """The table of that name, resolved by the search path; None where no migration has named it."""
        known = self._known
        if name not in known:
            known[name] = _found(name, self.tables, self.search_path)
        return known[name]

    @cached_property
    def _known(self) -> dict[Name, Table | None]:
        """Tables that were asked for, by the names under which they were."""
        return {}

    def index(self, name: Name) -> Index | None:
        """The index of that name, resolved by the search path."""
        found: Index | None = _found(name, self.indexes, self.search_path)
        return found

    def thing(self, kind: ObjectKind, name: Name, table: Name | None = None) -> Thing | None:
        """Another object of that kind and name; `table` for triggers, policies and rules."""
        owner = resolve(table, self.tables, self.search_path) if table else None
        get: Any = self.things.get
        schema = owner.schema if owner else name.schema
        for place in (TEMPORARY, *self.search_path) if schema is None else (schema,):
            found: Thing | None = get((kind, (place, name.name), owner))  # a name is a tuple, and is found by one
            if found is None and kind is ObjectKind.FUNCTION:
                found = next(self.functions(Name(place, name.name)), None)
            if found is not None:
                return found
        return None

    def functions(self, name: Name) -> Iterator[Thing]:
        """All functions of a full name, in order of creation; they differ in the types of their arguments."""
        return iter(self.things.about(functions_of(name)))

    def children(self, table: Name) -> Iterator[Table]:
        """Partitions of a table and tables that inherit from it, and theirs, by name."""
        resolved = resolve(table, self.tables, self.search_path)
        for child in sorted(self.heirs(resolved), key=lambda child: child.name):
            yield child
            yield from self.children(child.name)

    def heirs(self, table: Name) -> list[Table]:
        """Partitions of a table and tables that inherit from it, without theirs, in order of creation."""
        return self.tables.about(heirs_of(table))

    def indexes_of(self, table: Name) -> Iterator[Index]:
        """Indexes of a table, in order of creation."""
        resolved = resolve(table, self.tables, self.search_path)
        return (index for index in self.indexes.about(resolved) if index.table == resolved)


# The types of most columns: nobody asks who uses them.
_USUAL_TYPES = frozenset(
    (
        "bigint", "bigserial", "boolean", "bytea", "character", "character varying", "date", "double precision",
        "integer", "interval", "json", "jsonb", "real", "serial",
        "numeric", "smallint", "text", "timestamp with time zone", "timestamp without time zone", "uuid",
    )
)  # fmt: skip


def of_type(name: str) -> tuple[str, str]:
    """Under which tables and domains of a type are found; the name is told without its schema."""
    return ("type", name)


def heirs_of(table: Name) -> tuple[str, Name]:
    """Under which the partitions of a table, and those that inherit from it, are found."""
    return ("heirs", table)


def functions_of(name: Name) -> tuple[str, Name]:
    """Under which all functions of a full name are found."""
    return ("functions", name)


def _last_part(given: Type) -> str:
    return given.name.rpartition(".")[2]


def default_of(table: Name) -> tuple[str, Name]:
    """Under which the default partition of a table is found."""
    return ("default", table)


def _around_table(table: Table) -> list[Name | str | tuple[str, str | Name]]:
    """What refers to a table is found under its name, what is below it under heirs_of(): there may be thousands."""
    found: list[Name | str | tuple[str, str | Name]] = []
    if table.inherits:
        found += map(heirs_of, table.inherits)
    if table.partition_of is not None:
        found.append(heirs_of(table.partition_of))
        if table.default_partition:
            found.append(default_of(table.partition_of))
    for made in table.constraints.values():
        if made.references:
            found.append(made.references)
    for column in table.columns.values():
        if column.type is not None and column.type.name not in _USUAL_TYPES:
            found.append(of_type(_last_part(column.type)))
    found += table.constraints  # names that the server chooses must be free in the whole schema
    return found


def _around_index(index: Index) -> Iterator[Name | str]:
    yield index.table
    yield index.name.name  # names that the server chooses must be free
    if index.part_of is not None:
        yield index.part_of


def _around_thing(thing: Thing) -> Iterator[Name | tuple[str, str | Name]]:
    over = thing.domain.type if thing.domain is not None else None
    if over is not None and over.name not in _USUAL_TYPES:
        yield of_type(_last_part(over))
    if thing.table is not None:
        yield thing.table
    yield from thing.reads
    yield from thing.tables
    yield from (use.relation for use in thing.uses if use.relation)
    if thing.kind is ObjectKind.FUNCTION:
        yield functions_of(thing.name)
    if thing.owner is not None and thing.owner.relation is not None:
        yield thing.owner.relation
    if thing.function is not None:
        yield thing.function


def candidates(name: Name, search_path: tuple[str, ...]) -> Iterator[Name]:
    """Names that an object's name may stand for, first match first."""
    if name.schema is not None:
        yield name
        return
    yield Name(TEMPORARY, name.name)
    for schema in search_path:
        yield Name(schema, name.name)


def _found(name: Name, known: Any, search_path: tuple[str, ...]) -> Any:
    """The value of the known object that a name stands for, None where none is known."""
    if name.schema is not None:
        return known.get(name)
    for schema in (TEMPORARY, *search_path):
        value = known.get((schema, name.name))  # a name is a tuple, and is found by one
        if value is not None:
            return value
    return None


def resolve(name: Name, known: Mapping[Name, object], search_path: tuple[str, ...]) -> Name:
    """The known object that a name stands for; where none is known, the name in the first schema of the path."""
    if name.schema is not None:
        return name
    for schema in (TEMPORARY, *search_path):
        if (schema, name.name) in known:  # a name is a tuple, and is found by one
            return Name(schema, name.name)
    return Name(search_path[0] if search_path else "public", name.name)
