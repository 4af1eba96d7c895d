"""A schema while it is being changed, and what looks things up in it."""

from __future__ import annotations

from avion_lint.record import record, replace
from avion_lint.schema.catalogue import Catalogue
from avion_lint.schema.model import (
    TEMPORARY,
    Doubt,
    Index,
    Key,
    Table,
    Thing,
    candidates,
    functions_of,
    heirs_of,
    resolve,
    signature,
)
from avion_lint.sql import actions as a

RELATIONS = {a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE}
VIEWS = (_VIEW, _MATERIALIZED) = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW)
_NAMED_LIKE_TABLES = (*VIEWS, _SEQUENCE := a.ObjectKind.SEQUENCE)
_OF_NO_SCHEMA = {a.ObjectKind.SCHEMA, a.ObjectKind.EXTENSION, a.ObjectKind.PUBLICATION}
DEPRECATED_SUFFIX = "_deprecated"


@record(frozen=False)
class Draft:
    """A schema while it is being changed; never leaves this package."""

    tables: Catalogue[a.Name, Table]
    indexes: Catalogue[a.Name, Index]
    things: Catalogue[Key, Thing]
    search_path: tuple[str, ...]
    doubts: tuple[Doubt, ...] = ()

    def name(self, name: a.Name) -> a.Name:
        """The known table or view that a name stands for, or where it would be."""
        tables, things = self.tables, self.things
        for schema in (TEMPORARY, *self.search_path) if name.schema is None else (name.schema,):
            found = a.Name(schema, name.name)
            known: Table | None = tables.get(found)
            if known is not None:
                return known.name  # the same for all that refer to it
            if (_VIEW, found, None) in things or (_MATERIALIZED, found, None) in things:
                return found
        return self.new_name(name)

    def new_name(self, name: a.Name, *, temporary: bool = False) -> a.Name:
        """Name of an object that is made now."""
        if temporary:
            return a.Name(TEMPORARY, name.name)
        return name if name.schema else a.Name(self.search_path[0] if self.search_path else "public", name.name)

    def table(self, name: a.Name) -> Table:
        """The table, or one that is older than the known migrations."""
        resolved = self.name(name)
        return self.tables.get(resolved) or Table(resolved)

    def index(self, name: a.Name) -> a.Name:
        """The known index that a name stands for, or where it would be."""
        return resolve(name, self.indexes, self.search_path)

    def indexes_of(self, table: a.Name) -> list[Index]:
        """Indexes of a table, in order of creation."""
        return [index for index in self.indexes.about(table) if index.table == table]

    def heirs(self, name: a.Name) -> list[a.Name]:
        """Partitions of a table and the tables that inherit from it."""
        return list(self.tables.keys_about(heirs_of(name)))

    def is_relation(self, name: a.Name) -> bool:
        """Whether a table, index, view or sequence has that full name."""
        if name in self.tables or name in self.indexes:
            return True
        things = self.things
        return (
            (_VIEW, name, None) in things or (_MATERIALIZED, name, None) in things or (_SEQUENCE, name, None) in things
        )

    def put(self, table: Table) -> None:
        """Put a table, in place of the one of that name; one that would stand below itself loses its parents."""
        if (table.partition_of or table.inherits) and self._is_below_itself(table):
            table = replace(table, partition_of=None, inherits=())
        self.tables[table.name] = table

    def _is_below_itself(self, table: Table) -> bool:
        """No server takes that, but any file may say it, and whoever follows the parents must come to an end."""
        pending = [table]
        seen: set[a.Name] = set()
        while pending:
            current = pending.pop()
            for parent in (*((current.partition_of,) if current.partition_of else ()), *current.inherits):
                if parent == table.name:
                    return True
                if parent in self.tables and parent not in seen:
                    seen.add(parent)
                    pending.append(self.tables[parent])
        return False

    def put_thing(self, thing: Thing) -> None:
        """Put another object, in place of the one of that kind and name."""
        self.things[self.key_of(thing)] = thing

    def key_of(self, thing: Thing) -> Key:
        """Key of an object."""
        last = signature(thing.arguments) if thing.kind is a.ObjectKind.FUNCTION else thing.table
        return (thing.kind, thing.name, last)

    def key(
        self,
        kind: a.ObjectKind,
        name: a.Name,
        table: a.Name | None = None,
        arguments: tuple[str, ...] | None = None,
    ) -> Key:
        """Key of a known object of that kind, or the one that it would have."""
        if kind is a.ObjectKind.FUNCTION:
            return self._function(name, arguments)
        owner = self.name(table) if table else None
        if owner is not None:
            return (kind, a.Name(owner.schema, name.name), owner)
        keys: list[Key] = [(kind, candidate, None) for candidate in candidates(name, self.search_path)]
        found = next((key for key in keys if key in self.things), None)
        if found is None and kind in _OF_NO_SCHEMA:
            found = next((key for key in self.things if key[0] is kind and key[1].name == name.name), None)
        return found or (kind, self.new_name(name), None)

    def _function(self, name: a.Name, arguments: tuple[str, ...] | None) -> Key:
        """Without arguments the first function of that name counts."""
        kind, last = a.ObjectKind.FUNCTION, signature(arguments)
        for candidate in candidates(name, self.search_path):
            known = self.things.keys_about(functions_of(candidate))
            fitting = known if last is None else [key for key in known if key[2] in (last, None)]
            if fitting:
                return fitting[0]
        return (kind, self.new_name(name), last)


def is_view(draft: Draft, name: a.Name) -> bool:
    """Whether a name stands for a view."""
    found = draft.name(name)
    return any((kind, found, None) in draft.things for kind in VIEWS)


def columns_of(draft: Draft, relation: a.Name) -> tuple[str, ...]:
    """Columns of a table or view, as far as they are known."""
    if relation in draft.tables:
        return tuple(draft.tables[relation].columns)
    views = (draft.things.get((kind, relation, None)) for kind in VIEWS)
    return next((view.columns for view in views if view and view.columns), ())


def has_column(draft: Draft, relation: a.Name, column: str) -> bool:
    """Whether a table or view is known to have that column."""
    return column in columns_of(draft, relation)


def kind_of(draft: Draft, action: a.Rename | a.SetSchema) -> a.ObjectKind:
    """What is renamed or moved: ALTER TABLE takes indexes, views and sequences as well."""
    if action.kind is not a.ObjectKind.TABLE or draft.name(action.name) in draft.tables:
        return action.kind
    if draft.index(action.name) in draft.indexes:
        return a.ObjectKind.INDEX
    return next((kind for kind in _NAMED_LIKE_TABLES if draft.key(kind, action.name) in draft.things), action.kind)
