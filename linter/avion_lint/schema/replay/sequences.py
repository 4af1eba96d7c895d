"""Sequences: those of their own, and those that belong to a column by serial, identity or OWNED BY."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Column, Origin, Thing
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.naming import relation_name
from avion_lint.sql import actions as a

_KIND = a.ObjectKind.SEQUENCE


def own_sequence(draft: Draft, table: a.Name, column: str, origin: Origin) -> a.Name:
    """Make the sequence of a serial or identity column, under the name that PostgreSQL chooses."""
    name = a.Name(table.schema, relation_name(draft, table, column, "seq"))
    draft.put_thing(Thing(_KIND, name, origin=origin, owner=a.ColumnUse(table, column)))
    return name


def alter_sequence(draft: Draft, action: a.AlterSequence, _origin: Origin) -> None:
    """Give a sequence to a column, or make it belong to none."""
    if action.owned_by is None and not action.released:
        return
    key = draft.key(_KIND, action.sequence)
    thing = draft.things.get(key) or Thing(_KIND, key[1])
    disown(draft, thing)
    owner = a.ColumnUse(draft.name(action.owned_by), action.owned_column) if action.owned_by else None
    draft.put_thing(replace(thing, owner=owner))
    if owner:
        own(draft, owner, thing.name)


def own(draft: Draft, owner: a.ColumnUse, sequence: a.Name | None) -> None:
    """Note with a column the sequence that belongs to it."""
    table = draft.tables.get(owner.relation) if owner.relation else None
    column: Column | None = table.columns.get(owner.column) if table else None
    if table and column:
        draft.put(replace(table, columns={**table.columns, column.name: replace(column, sequence=sequence)}))


def disown(draft: Draft, sequence: Thing) -> None:
    """Take the note away."""
    if sequence.owner:
        own(draft, sequence.owner, None)


def drop_owned(draft: Draft, table: a.Name, column: str | None = None) -> None:
    """Drop the sequences that belong to a table, or to a column of it."""
    for key in draft.things.keys_about(table):
        owner = draft.things[key].owner
        if owner and owner.relation == table and column in (None, owner.column):
            del draft.things[key]


def drop_sequence(draft: Draft, name: a.Name) -> None:
    """Drop a sequence; the default of the column that it belongs to goes along."""
    thing = draft.things.pop(draft.key(_KIND, name), None)
    owner = thing.owner if thing else None
    table = draft.tables.get(owner.relation) if owner and owner.relation else None
    column = table.columns.get(owner.column) if table and owner else None
    if table and column:
        kept = replace(column, sequence=None, default=None)
        draft.put(replace(table, columns={**table.columns, column.name: kept}))


def renamed_sequence(draft: Draft, old: Thing, new: Thing) -> None:
    """Put a sequence under another name, here and with its column."""
    draft.things.pop(draft.key_of(old), None)
    draft.put_thing(new)
    if new.owner:
        own(draft, new.owner, new.name)
