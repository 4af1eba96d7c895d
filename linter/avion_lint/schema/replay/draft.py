"""A schema while it is being changed, and what looks things up in it."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.schema.catalogue import Catalogue
from avion_lint.schema.model import TEMPORARY, Index, Key, Table, Thing, candidates, resolve
from avion_lint.sql import actions as a


@record(frozen=False)
class Draft:
    """A schema while it is being changed; never leaves this module."""

    tables: Catalogue[a.Name, Table]
    indexes: Catalogue[a.Name, Index]
    things: Catalogue[Key, Thing]
    search_path: tuple[str, ...]

    def name(self, name: a.Name) -> a.Name:
        """The known table that a name stands for, or where it would be."""
        return resolve(name, self.tables, self.search_path)

    def new_name(self, name: a.Name, *, temporary: bool = False) -> a.Name:
        """Name of an object that is made now."""
        if temporary:
            return a.Name(TEMPORARY, name.name)
        return name if name.schema else a.Name(self.search_path[0] if self.search_path else "public", name.name)

    def table(self, name: a.Name) -> Table:
        """The table, or one that is older than the known migrations."""
        resolved = self.name(name)
        return self.tables.get(resolved) or Table(resolved)

    def heirs(self, name: a.Name) -> list[a.Name]:
        """Partitions of a table and the tables that inherit from it."""
        found = (table for table in self.tables.about(name) if table.partition_of == name or name in table.inherits)
        return [table.name for table in found]

    def has_index(self, name: str) -> bool:
        """Whether an index has that name, in whatever schema."""
        return bool(self.indexes.keys_about(name))

    def put(self, table: Table) -> None:
        """Put a table, in place of the one of that name."""
        self.tables[table.name] = table

    def key(self, kind: a.ObjectKind, name: a.Name, table: a.Name | None = None) -> Key:
        """Key of a known object of that kind, or the one that it would have."""
        owner = self.name(table) if table else None
        keys: list[Key] = [(kind, candidate, owner) for candidate in candidates(name, self.search_path)]
        return next((key for key in keys if key in self.things), (kind, self.new_name(name), owner))


RELATIONS = {a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE}


VIEWS = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW)


DEPRECATED_SUFFIX = "_deprecated"


def is_view(draft: Draft, name: a.Name) -> bool:
    """Whether a name stands for a view."""
    return draft.name(name) not in draft.tables and any(draft.key(kind, name) in draft.things for kind in VIEWS)


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
    if resolve(action.name, draft.indexes, draft.search_path) in draft.indexes:
        return a.ObjectKind.INDEX
    views = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW, a.ObjectKind.SEQUENCE)
    return next((kind for kind in views if draft.key(kind, action.name) in draft.things), action.kind)
