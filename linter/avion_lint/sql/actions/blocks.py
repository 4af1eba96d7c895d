"""DO blocks, and the type of all actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.record import cached_property, field, record
from avion_lint.source import Span
from avion_lint.sql.actions.columns import AddColumn, AlterColumnType, DropColumn, DropNotNull, SetDefault, SetNotNull
from avion_lint.sql.actions.constraints import AddConstraint, DropConstraint, ValidateConstraint
from avion_lint.sql.actions.data import Delete, Insert, Update
from avion_lint.sql.actions.indexes import CreateIndex, Reindex
from avion_lint.sql.actions.names import Name
from avion_lint.sql.actions.objects import (
    AlterRole,
    AlterSequence,
    CommentOn,
    CreateObject,
    CreateTrigger,
    Drop,
    Rename,
    SchemaUsage,
    SetSchema,
    SetSequence,
)
from avion_lint.sql.actions.session import Call, Cluster, Command, SetVariable, TransactionControl, Vacuum
from avion_lint.sql.actions.tables import AlterTable, AttachPartition, CreateTable, DetachPartition, LockTable, Truncate
from avion_lint.sql.actions.types import AddEnumValue, AlterDomain, CreateType
from avion_lint.sql.actions.views import CreateView, RefreshView


@record
class Inner:
    """An action inside a DO block. `loop`: repeated; `conditional`: under IF, CASE or an EXCEPTION handler."""

    action: Action
    loop: bool = False
    conditional: bool = False


@record(caches=True)
class DoBlock:
    """DO: the actions that its body can be seen to run, whether it commits, and whether SQL is made at run time.

    Where all of that SQL names the relations that it is about, they are the `hints`.
    """

    span: Span
    language: str
    inner: tuple[Inner, ...] = ()
    commits: bool = False
    dynamic: bool = False
    hints: tuple[Name, ...] = ()
    unreadable: str = field(default="", compare=False)

    @cached_property
    def changes(self) -> tuple[Action, ...]:
        """Those of its actions that may change the schema, in the order of the text."""
        quiet = (Insert, Update, Delete, Command, LockTable, Vacuum)
        found = (inner.action for inner in self.inner if not isinstance(inner.action, quiet))
        return tuple(sorted(found, key=lambda action: action.span.start))


@record
class Unseen:
    """What may be done and cannot be seen: to some relations, or to everything where none is named.

    It stands behind a DO block that makes SQL at run time or runs it under a condition, and for migrations in code.
    """

    span: Span
    relations: tuple[Name, ...] = ()


Action = (
    CreateTable | AddColumn | DropColumn | AlterColumnType | SetNotNull | DropNotNull | SetDefault
    | AddConstraint | DropConstraint | ValidateConstraint | AttachPartition | DetachPartition | AlterTable
    | Truncate | LockTable | CreateIndex | Reindex | Drop | Rename | SetSchema | CommentOn
    | CreateView | RefreshView | CreateType | AddEnumValue | CreateTrigger | CreateObject | AlterDomain | AlterSequence
    | Insert | Update | Delete | TransactionControl | SetVariable | Vacuum | Cluster | Command | DoBlock
    | Unseen | Call | SetSequence | AlterRole | SchemaUsage
)  # fmt: skip


def flattened(actions: Iterable[Action]) -> Iterator[Action]:
    """The actions, with what a DO block can be seen to run in the block's place, and what it may do unseen."""
    given = tuple(actions)
    return _flattened(given) if DoBlock in map(type, given) else iter(given)


def _flattened(actions: tuple[Action, ...]) -> Iterator[Action]:
    for action in actions:
        if isinstance(action, DoBlock):
            yield from (inner.action for inner in action.inner)
            yield from unseen(action)
        else:
            yield action


def unseen(block: DoBlock) -> Iterator[Unseen]:
    """What a block may do or leave: what stands under a condition, and what is made at run time."""
    if block.dynamic and not block.hints:
        yield Unseen(block.span)
        return
    changes = {id(action) for action in block.changes}
    changing = (inner.action for inner in block.inner if inner.conditional and id(inner.action) in changes)
    named = dict.fromkeys((*block.hints, *(name for action in changing for name in touched(action))))
    if named:
        yield Unseen(block.span, tuple(named))


def touched(action: Action) -> tuple[Name, ...]:
    """Names of the relations and other objects that an action is about."""
    found = [getattr(action, name) for name in _NAMING[type(action)]]
    return tuple([name for name in found if isinstance(name, Name)])


_OBJECTS = ("table", "view", "name", "partition", "other", "type", "domain", "sequence")
_NAMING = {kind: [name for name in _OBJECTS if hasattr(kind, name)] for kind in Action.__args__}
