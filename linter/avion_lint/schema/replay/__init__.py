"""The fold: a schema and the actions of a statement give the next schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from avion_lint.record import replace
from avion_lint.schema.model import PUBLIC, Origin, Schema
from avion_lint.schema.replay.columns import add_column, change_default, change_null, change_type, drop_column, fill
from avion_lint.schema.replay.comments import mark
from avion_lint.schema.replay.constraints import add_to_table, drop_constraint, validate_constraint
from avion_lint.schema.replay.domains import alter_domain
from avion_lint.schema.replay.doubts import call, doubt, trust
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.drops import drop_object
from avion_lint.schema.replay.heirs import HANDED_ON
from avion_lint.schema.replay.indexes import create_index
from avion_lint.schema.replay.partitions import attach_partition, detach_partition
from avion_lint.schema.replay.renames import move_object, rename_object
from avion_lint.schema.replay.sequences import alter_sequence
from avion_lint.schema.replay.tables import alter_table, create_table
from avion_lint.schema.replay.things import add_value, create_object, create_trigger, create_type
from avion_lint.schema.replay.views import create_view, refresh_view
from avion_lint.sql import actions as a

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def replay(schema: Schema, steps: Iterable[tuple[a.Action, Origin]]) -> Schema:
    """Schema after the actions; `schema` itself is left as it is. Never raises: what is unknown stays unknown."""
    changing = [(action, origin) for action, origin in steps if type(action) in _HANDLERS]
    if not changing:
        return schema
    draft = Draft(schema.tables.copy(), schema.indexes.copy(), schema.things.copy(), schema.search_path, schema.doubts)
    for action, origin in changing:
        _apply(draft, action, origin)
    return Schema(draft.tables, draft.indexes, draft.things, draft.search_path, draft.doubts)


def changes_schema(action: a.Action) -> bool:
    """Whether an action may change a schema; no other needs to be replayed."""
    return type(action) in _HANDLERS


def with_search_path(schema: Schema, search_path: tuple[str, ...] = PUBLIC) -> Schema:
    """The same objects seen through another search path."""
    return schema if schema.search_path == search_path else replace(schema, search_path=search_path)


def _apply(draft: Draft, action: a.Action, origin: Origin) -> None:
    kind = type(action)
    handler = _HANDLERS.get(kind)
    if handler is None:
        return
    handler(draft, action, origin)
    if draft.doubts:
        trust(draft, action)
    hand_on = HANDED_ON.get(kind)
    if hand_on is not None:
        for inherited in hand_on(draft, action, origin):
            _apply(draft, inherited, origin)


def _do(draft: Draft, action: a.DoBlock, origin: Origin) -> None:
    for inner in action.inner:
        _apply(draft, inner.action, origin)
    for each in a.unseen(action):
        doubt(draft, each, origin)


def _set(draft: Draft, action: a.SetVariable, _origin: Origin) -> None:
    if action.name in ("search_path", ""):
        draft.search_path = _search_path(action.value)


def _search_path(value: str | None) -> tuple[str, ...]:
    if value is None:
        return PUBLIC
    names = (part.strip().strip('"') for part in value.split(","))
    return tuple(name for name in names if name and name != "$user")


# What changes the schema, and how; each function takes actions of the type that it stands for.
_HANDLERS: dict[type[object], Callable[[Draft, Any, Origin], None]] = {
    a.CreateTable: create_table,
    a.CreateIndex: create_index,
    a.AddColumn: add_column,
    a.DropColumn: drop_column,
    a.AlterColumnType: change_type,
    a.SetNotNull: change_null,
    a.DropNotNull: change_null,
    a.SetDefault: change_default,
    a.Update: fill,
    a.AddConstraint: add_to_table,
    a.DropConstraint: drop_constraint,
    a.ValidateConstraint: validate_constraint,
    a.AttachPartition: attach_partition,
    a.DetachPartition: detach_partition,
    a.AlterTable: alter_table,
    a.Drop: drop_object,
    a.Rename: rename_object,
    a.SetSchema: move_object,
    a.CommentOn: mark,
    a.CreateView: create_view,
    a.CreateType: create_type,
    a.CreateTrigger: create_trigger,
    a.CreateObject: create_object,
    a.AddEnumValue: add_value,
    a.AlterDomain: alter_domain,
    a.AlterSequence: alter_sequence,
    a.RefreshView: refresh_view,
    a.SetVariable: _set,
    a.DoBlock: _do,
    a.Unseen: doubt,
    a.Call: call,
}
