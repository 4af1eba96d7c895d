"""Views, with the columns that they give and those that they need."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Origin, Thing
from avion_lint.schema.replay.draft import VIEWS, Draft, columns_of, has_column
from avion_lint.schema.replay.indexes import drop_indexes
from avion_lint.sql import actions as a


def create_view(draft: Draft, action: a.CreateView, origin: Origin) -> None:
    """Make a view, which knows the columns that it needs."""
    kind = a.ObjectKind.MATERIALIZED_VIEW if action.materialized else a.ObjectKind.VIEW
    name = draft.new_name(action.view, temporary=action.temporary)
    known = draft.things.get((kind, name, None))
    if known and action.if_not_exists:
        return
    reads = tuple(draft.name(read) for read in action.reads)
    made = Thing(
        kind,
        name,
        reads=reads,
        origin=known.origin if known and action.replace else origin,
        columns=action.columns or _columns(draft, action.outputs),
        empty=not action.with_data,
        uses=_resolved_uses(draft, action.uses, reads),
        sql=action.sql,
    )
    draft.put_thing(made)


def _columns(draft: Draft, outputs: tuple[a.Output, ...]) -> tuple[str, ...] | None:
    """Names of a view's columns; None where not all of them can be told."""
    found: list[str] = []
    for output in outputs:
        if output.name is not None:
            found.append(output.name)
            continue
        of_relation = columns_of(draft, draft.name(output.relation)) if output.relation else ()
        if not of_relation:
            return None
        found.extend(of_relation)
    return tuple(found) or None


def drop_view(draft: Draft, name: a.Name) -> None:
    """Drop a view with its indexes, triggers and rules."""
    for kind in VIEWS:
        draft.things.pop((kind, name, None), None)
    drop_indexes(draft, name)
    for key in [key for key in draft.things.keys_about(name) if key[2] == name]:
        del draft.things[key]


def drop_views(draft: Draft, relation: a.Name, column: str | None = None) -> None:
    """Drop the views that use a relation, or a column of it, and those over them."""
    use = a.ColumnUse(relation, column or "")
    for key in draft.things.keys_about(relation):
        thing = draft.things.get(key)
        if thing and thing.kind in VIEWS and (use in thing.uses if column else relation in thing.reads):
            drop_view(draft, thing.name)
            drop_views(draft, thing.name)


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
