"""The schema before a statement, asked as locking asks it: partitions, indexes, references, dependent views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.record import record
from avion_lint.schema.model import Constraint, Index, Schema, Table, Thing, default_of, of_type, resolve
from avion_lint.sql.actions import ColumnUse, ConstraintKind, Name, ObjectKind, Type
from avion_lint.sql.effects.locks import Effect, Lock

VIEWS = (ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW)


@record
class Scope:
    """A schema and the major version of the server."""

    schema: Schema
    version: int

    def resolve(self, name: Name) -> Name:
        """The relation that a name stands for."""
        for known in (self.schema.tables, self.schema.indexes):
            found = resolve(name, known, self.schema.search_path)
            if found in known:
                return found
        view = self.view(name)
        return view.name if view else resolve(name, {}, self.schema.search_path)

    def table(self, name: Name) -> Table | None:
        """The table, None where no migration names it."""
        return self.schema.table(name)

    def view(self, name: Name) -> Thing | None:
        """The view or materialized view of that name."""
        return next((made for kind in VIEWS if (made := self.schema.thing(kind, name))), None)

    def is_partitioned(self, name: Name) -> bool:
        """Whether the table is known to be partitioned; then it has no rows of its own."""
        table = self.table(name)
        return table is not None and table.partitioned

    def everything(self) -> Iterator[Name]:
        """All known tables and materialized views."""
        yield from self.schema.tables
        stored = ObjectKind.MATERIALIZED_VIEW
        yield from (thing.name for thing in self.schema.things.values() if thing.kind is stored)

    def family(self, name: Name, *, only: bool = False) -> tuple[Name, ...]:
        """The table as it was named, then its partitions and children, and theirs."""
        return (name,) if only else (name, *dict.fromkeys([child.name for child in self.schema.children(name)]))

    def partitions(self, name: Name) -> tuple[Table, ...]:
        """The partitions of a table, without theirs."""
        table = self.table(name)
        return tuple(each for each in self.schema.heirs(table.name) if each.partition_of == table.name) if table else ()

    def default_partition(self, name: Name) -> Table | None:
        """The partition for all other rows."""
        table = self.table(name)
        return next(iter(self.schema.tables.about(default_of(table.name))), None) if table else None

    def indexes(self, name: Name) -> tuple[Index, ...]:
        """Indexes of a table or materialized view."""
        own = self.resolve(name)
        return tuple(index for index in self.schema.indexes.about(own) if index.table == own)

    def references(self, name: Name) -> tuple[Constraint, ...]:
        """Foreign keys of a table to other tables, without those that its partitioned table hands it."""
        table = self.table(name)
        if table is None:
            return ()
        above = self.schema.tables.get(table.partition_of) if table.partition_of else None
        handed = above.constraints if above else {}
        found = (made for made in table.constraints.values() if made.references)
        return tuple(made for made in found if made.references != table.name and made.name not in handed)

    def referring(self, name: Name) -> Iterator[tuple[Table, Constraint]]:
        """Foreign keys of other tables to this one."""
        own = self.resolve(name)
        for table in self.schema.tables.about(own):
            for made in table.constraints.values():
                if made.references == own and table.name != own:
                    yield table, made

    def views_over(self, relation: Name, column: str | None = None) -> Iterator[Thing]:
        """Views that use a relation, or one of its columns; and views that use those."""
        own = self.resolve(relation)
        for view in self.schema.things.about(own):
            used = ColumnUse(own, column) in view.uses if column else own in view.reads
            if view.kind in VIEWS and used:
                yield view
                yield from self.views_over(view.name)

    def key_index(self, made: Constraint) -> Index | None:
        """The index of the key that a foreign key refers to."""
        if made.references is None:
            return None
        table = self.table(made.references)
        keys = [one for one in table.constraints.values() if one.kind is ConstraintKind.PRIMARY_KEY] if table else []
        columns = made.referenced_columns or (keys[0].columns if keys else ())
        unique = (index for index in self.indexes(made.references) if index.unique and not index.partial)
        return next((index for index in unique if set(index.columns) == set(columns)), None)


def on_index(index: Index, lock: Lock, *, rewrite: bool | None = False) -> Effect:
    """An effect on an index."""
    return Effect(index.name, lock, rewrite, part_of=index.table)


def on_indexes(indexes: Iterable[Index], lock: Lock, *, rewrite: bool | None = False) -> Iterator[Effect]:
    """The same effect on several indexes."""
    return (on_index(index, lock, rewrite=rewrite) for index in indexes)


_PLANS_WHOLE_INDEXES = 16  # since then the planner looks at the indexes of a partitioned table itself


def planned(scope: Scope, relation: Name, lock: Lock, *, scan: bool | None = None) -> Iterator[Effect]:
    """What a query does to a relation that it reads or writes: its indexes get the same lock, as do a view's tables."""
    for name in scope.family(relation):
        whole = False if scope.is_partitioned(name) else scan
        yield Effect(name, lock, scan=whole)
        if scope.version >= _PLANS_WHOLE_INDEXES or not scope.is_partitioned(name):
            yield from on_indexes(scope.indexes(name), lock)
    view = scope.view(relation)
    if view is not None and view.kind is ObjectKind.VIEW:
        for read in view.reads:
            yield from planned(scope, read, lock)


def using_type(name: Name, scope: Scope) -> Iterator[Table]:
    """Tables with a column of a type, or of a domain over it."""
    over = [
        thing.name
        for thing in scope.schema.things.about(of_type(name.name))
        if thing.domain and thing.domain.type and _is(thing.domain.type, name, scope)
    ]
    for table in scope.schema.tables.about(of_type(name.name)):
        types = [column.type for column in table.columns.values() if column.type]
        if any(_is(each, name, scope) for each in types if each.name.endswith(name.name)):
            yield table
    for domain in over:
        yield from using_type(domain, scope)


def _is(given: Type, name: Name, scope: Scope) -> bool:
    schema, _, last = given.name.rpartition(".")
    if last != name.name:
        return False
    kinds = (ObjectKind.DOMAIN, ObjectKind.TYPE)
    found = (scope.schema.thing(kind, Name(schema or None, last)) for kind in kinds)
    return any(thing is not None and thing.name == name for thing in found)
