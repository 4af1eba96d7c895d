"""Types by their names: which columns and functions use one, and what becomes of them when it is renamed."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Thing
from avion_lint.schema.replay.draft import Draft
from avion_lint.sql import actions as a


def same_type(given: a.Type, name: a.Name) -> bool:
    """Whether a type as it is written is the one of that full name."""
    schema, _, last = given.name.rpartition(".")
    return last == name.name and schema in ("", name.schema or "")


def has_type(thing: Thing, name: a.Name) -> bool:
    """Whether a function takes a type, or a domain is over it."""
    if thing.domain and thing.domain.type:
        return same_type(thing.domain.type, name)
    return any(same_type(a.Type(each.removesuffix("[]")), name) for each in thing.arguments or ())


def retype(draft: Draft, old: a.Name, new: a.Name) -> None:
    """Give columns, functions and domains the new name of a type."""
    for table in list(draft.tables.values()):
        changed = {
            name: replace(column, type=_renamed(column.type, new))
            for name, column in table.columns.items()
            if column.type and same_type(column.type, old)
        }
        if changed:
            draft.put(replace(table, columns={**table.columns, **changed}))
    for key, thing in list(draft.things.items()):
        if has_type(thing, old):
            del draft.things[key]
            draft.put_thing(_retyped(thing, old, new))


def _retyped(thing: Thing, old: a.Name, new: a.Name) -> Thing:
    if thing.domain and thing.domain.type:
        return replace(thing, domain=replace(thing.domain, type=_renamed(thing.domain.type, new)))
    given = (a.Type(each.removesuffix("[]"), array=each.endswith("[]")) for each in thing.arguments or ())
    return replace(thing, arguments=tuple(str(_renamed(each, new) if same_type(each, old) else each) for each in given))


def _renamed(given: a.Type, new: a.Name) -> a.Type:
    return replace(given, name=new.name if new.schema in (None, "public") else f"{new.schema}.{new.name}")
