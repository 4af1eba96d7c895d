"""COMMENT ON, as far as it marks an object as deprecated."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Column, Origin, Thing, resolve
from avion_lint.schema.replay.draft import Draft, is_view
from avion_lint.sql import actions as a


def mark(draft: Draft, action: a.CommentOn, origin: Origin) -> None:
    """Mark an object as deprecated where the comment says so, and take the mark away where it does not."""
    marks = origin if action.text and "deprecated" in action.text.lower() else None
    match action.kind:
        case a.ObjectKind.TABLE if marks or draft.name(action.name) in draft.tables:
            draft.put(replace(draft.table(action.name), deprecated=marks))
        case a.ObjectKind.COLUMN if action.column and not is_view(draft, action.name):
            table = draft.table(action.name)
            column = table.columns.get(action.column) or Column(action.column, None)
            draft.put(replace(table, columns={**table.columns, action.column: replace(column, deprecated=marks)}))
        case a.ObjectKind.CONSTRAINT if action.column:
            table = draft.table(action.name)
            if action.column in table.constraints:
                made = replace(table.constraints[action.column], deprecated=marks)
                draft.put(replace(table, constraints={**table.constraints, action.column: made}))
        case a.ObjectKind.INDEX:
            name = resolve(action.name, draft.indexes, draft.search_path)
            if name in draft.indexes:
                draft.indexes[name] = replace(draft.indexes[name], deprecated=marks)
        case _:
            key = draft.key(action.kind, action.name, arguments=action.arguments)
            thing = draft.things.get(key)
            if thing is None and marks is not None:
                thing = Thing(action.kind, key[1], arguments=action.arguments)
            if thing is not None:
                draft.put_thing(replace(thing, deprecated=marks))
