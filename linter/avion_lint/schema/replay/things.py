"""Views, types, domains, functions, triggers and other objects."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Origin, Thing
from avion_lint.schema.replay.domains import made_domain
from avion_lint.schema.replay.draft import Draft, columns_of, has_column
from avion_lint.sql import actions as a


def create_view(draft: Draft, action: a.CreateView, origin: Origin) -> None:
    """Make a view, which knows the columns that it needs."""
    kind = a.ObjectKind.MATERIALIZED_VIEW if action.materialized else a.ObjectKind.VIEW
    name = draft.new_name(action.view, temporary=action.temporary)
    reads = tuple(draft.name(read) for read in action.reads)
    uses = _resolved_uses(draft, action.uses, reads)
    made = Thing(
        kind,
        name,
        reads=reads,
        origin=origin,
        columns=action.columns,
        empty=not action.with_data,
        uses=uses,
        sql=action.sql,
    )
    _put(draft, made, keeps=action.replace or action.if_not_exists)


def create_type(draft: Draft, action: a.CreateType, origin: Origin) -> None:
    """Make a type; an enum has its values."""
    made = Thing(a.ObjectKind.TYPE, draft.new_name(action.type), values=action.values, origin=origin, sql=action.sql)
    _put(draft, made, keeps=False)


def create_trigger(draft: Draft, action: a.CreateTrigger, origin: Origin) -> None:
    """Make a trigger of a table."""
    owner = draft.name(action.table)
    name = draft.new_name(a.Name(None, action.trigger))
    uses = tuple(a.ColumnUse(owner, column) for column in action.columns)
    made = Thing(a.ObjectKind.TRIGGER, name, owner, origin=origin, deferred=action.deferred, uses=uses, sql=action.sql)
    _put(draft, made, keeps=action.replace)


def create_object(draft: Draft, action: a.CreateObject, origin: Origin) -> None:
    """Make one of the objects of which little but the name matters, or a domain."""
    table = draft.name(action.table) if action.table else None
    made = Thing(
        action.kind,
        draft.new_name(action.name),
        table,
        origin=origin,
        trigger=action.trigger,
        volatility=action.volatility,
        uses=tuple(a.ColumnUse(table, column) for column in action.columns),
        tables=tuple(draft.name(each) for each in action.tables),
        domain=made_domain(action, origin),
        sql=action.sql,
    )
    _put(draft, made, keeps=action.replace or action.if_not_exists)


def _put(draft: Draft, made: Thing, *, keeps: bool) -> None:
    """Put an object; with `keeps` one that is there already stays the one that was made then."""
    key = (made.kind, made.name, made.table)
    known = draft.things.get(key) if keeps else None
    draft.things[key] = replace(made, origin=known.origin) if known else made


def _resolved_uses(draft: Draft, uses: tuple[a.ColumnUse, ...], reads: tuple[a.Name, ...]) -> tuple[a.ColumnUse, ...]:
    """Columns that a view names, each with its relation; a name that two of its relations have is left out."""
    found: dict[a.ColumnUse, None] = {}
    for use in uses:
        owners = (
            [draft.name(use.relation)]
            if use.relation
            else [name for name in reads if has_column(draft, name, use.column)]
        )
        if len(owners) != 1:
            continue
        columns = columns_of(draft, owners[0]) if use.column == "*" else (use.column,)
        found.update(dict.fromkeys(a.ColumnUse(owners[0], column) for column in columns))
    return tuple(found)


def refresh_view(draft: Draft, action: a.RefreshView, _origin: Origin) -> None:
    """Fill a materialized view, or empty it."""
    key = draft.key(a.ObjectKind.MATERIALIZED_VIEW, action.view)
    thing = draft.things.get(key)
    if thing:
        draft.things[key] = replace(thing, empty=not action.with_data)


def add_value(draft: Draft, action: a.AddEnumValue, _origin: Origin) -> None:
    """Add a value to an enum."""
    key = draft.key(a.ObjectKind.TYPE, action.type)
    thing = draft.things.get(key)
    if thing and thing.values is not None and action.value not in thing.values:
        draft.things[key] = replace(thing, values=(*thing.values, action.value))
