"""Types, functions, triggers, sequences and other objects."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Origin, Thing
from avion_lint.schema.replay.domains import made_domain
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.sequences import own
from avion_lint.sql import actions as a


def create_type(draft: Draft, action: a.CreateType, origin: Origin) -> None:
    """Make a type; an enum has its values."""
    made = Thing(a.ObjectKind.TYPE, draft.new_name(action.type), values=action.values, origin=origin, sql=action.sql)
    draft.put_thing(made)


def create_trigger(draft: Draft, action: a.CreateTrigger, origin: Origin) -> None:
    """Make a trigger of a table."""
    owner = draft.name(action.table)
    made = Thing(
        a.ObjectKind.TRIGGER,
        a.Name(owner.schema, action.trigger),
        owner,
        origin=origin,
        deferred=action.deferred,
        uses=tuple(a.ColumnUse(owner, column) for column in action.columns),
        sql=action.sql,
        function=draft.key(a.ObjectKind.FUNCTION, action.function, arguments=())[1] if action.function else None,
    )
    _put(draft, made, keeps=action.replace)


def create_object(draft: Draft, action: a.CreateObject, origin: Origin) -> None:
    """Make one of the objects of which little but the name matters, or a domain."""
    table = draft.name(action.table) if action.table else None
    owner = a.ColumnUse(draft.name(action.owned_by), action.owned_column) if action.owned_by else None
    made = Thing(
        action.kind,
        a.Name(table.schema, action.name.name) if table else draft.new_name(action.name),
        table,
        origin=origin,
        trigger=action.trigger,
        volatility=action.volatility,
        uses=tuple(a.ColumnUse(table, column) for column in action.columns),
        tables=tuple(draft.name(each) for each in action.tables),
        domain=made_domain(draft, action, origin),
        sql=action.sql,
        arguments=action.arguments,
        owner=owner,
        returns=action.returns,
        inputs=action.inputs,
    )
    if action.if_not_exists and draft.key_of(made) in draft.things:
        return
    _put(draft, made, keeps=action.replace)
    if owner:
        own(draft, owner, made.name)


def _put(draft: Draft, made: Thing, *, keeps: bool) -> None:
    """Put an object; with `keeps` one that is there already stays the one that was made then."""
    known = draft.things.get(draft.key_of(made)) if keeps else None
    draft.put_thing(replace(made, origin=known.origin) if known else made)


def add_value(draft: Draft, action: a.AddEnumValue, _origin: Origin) -> None:
    """Add a value to an enum, at the end or beside another one."""
    key = draft.key(a.ObjectKind.TYPE, action.type)
    thing = draft.things.get(key)
    if thing is None or thing.values is None or action.value in thing.values:
        return
    values = thing.values
    at = len(values)
    if action.neighbour in values:
        at = values.index(action.neighbour) + (0 if action.before else 1)
    draft.things[key] = replace(thing, values=(*values[:at], action.value, *values[at:]))
