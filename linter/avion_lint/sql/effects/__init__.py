"""What an action does to the relations that are there before it: locks, data written anew, rows read in full.

Sources: the manual's "Explicit Locking" and ALTER TABLE pages, PostgreSQL's own code, and measurements on 12 to 18
(tests/measure_effects.py runs every statement that is claimed here on real servers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a
from avion_lint.sql.effects import columns, constraints, create, data, drop, forms, partitions
from avion_lint.sql.effects.legality import Failure as Failure
from avion_lint.sql.effects.legality import concurrent_words as concurrent_words
from avion_lint.sql.effects.legality import dropped_too as dropped_too
from avion_lint.sql.effects.legality import fails as fails
from avion_lint.sql.effects.legality import legal_in_transaction as legal_in_transaction
from avion_lint.sql.effects.legality import refused_in_transaction as refused_in_transaction
from avion_lint.sql.effects.locks import Effect as Effect
from avion_lint.sql.effects.locks import Lock as Lock
from avion_lint.sql.effects.locks import merged
from avion_lint.sql.effects.scope import Scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEFAULT_VERSION = 15


def effects(
    action: a.Action, schema: Schema, version: int = DEFAULT_VERSION, beside: tuple[a.Action, ...] = ()
) -> tuple[Effect, ...]:
    """What an action does to relations that exist before it, one effect a relation, the named one first.

    `version` is the major version of the server, 12 to 18. `beside` are all clauses of the same ALTER TABLE: those
    that PostgreSQL does first count as done. Where a table is older than the migrations the effects on what hangs on
    it are not known and left out; `rewrite` and `scan` are None.
    """
    if len(beside) > 1:
        from avion_lint.sql.effects.order import met  # noqa: PLC0415 - it replays, and only some statements need it

        schema = met(action, schema, beside)
    scope = Scope(schema, version)
    return merged(_effects(action, scope), scope.resolve)


def statement_effects(
    actions: tuple[a.Action, ...], schema: Schema, version: int = DEFAULT_VERSION
) -> tuple[Effect, ...]:
    """What the actions of one statement do together; a table is locked once, in the strongest mode."""
    scope = Scope(schema, version)
    found = (effect for action in actions for effect in effects(action, schema, version, actions))
    return merged(found, scope.resolve)


def _effects(action: a.Action, scope: Scope) -> Iterator[Effect]:
    found = _BY_SORT.get(type(action))
    return found(action, scope) if found else iter(())


def _in_block(action: a.DoBlock, scope: Scope) -> Iterator[Effect]:
    return (effect for inner in action.inner for effect in _effects(inner.action, scope))


def _attach(action: a.AttachPartition, scope: Scope) -> Iterator[Effect]:
    return partitions.attach_index(action, scope) if action.index else partitions.attach(action, scope)


def _of_column(action: a.DropNotNull | a.SetDefault, scope: Scope) -> Iterator[Effect]:
    return columns.on_all(scope, action.table, Lock.ACCESS_EXCLUSIVE, only=action.only)


_BY_SORT: dict[type, Callable[[Any, Scope], Iterator[Effect]]] = {
    a.AddColumn: columns.add_column,
    a.DropColumn: columns.drop_column,
    a.AlterColumnType: columns.column_type,
    a.SetNotNull: columns.set_not_null,
    a.DropNotNull: _of_column,
    a.SetDefault: _of_column,
    a.AddConstraint: constraints.add_constraint,
    a.ValidateConstraint: constraints.validate,
    a.DropConstraint: constraints.drop_constraint,
    a.AttachPartition: _attach,
    a.DetachPartition: partitions.detach,
    a.AlterTable: forms.alter_table,
    a.CreateTable: create.create_table,
    a.CreateIndex: create.create_index,
    a.CreateView: create.create_view,
    a.RefreshView: create.refresh,
    a.CreateTrigger: create.create_trigger,
    a.CreateObject: lambda action, _: create.create_object(action),
    a.Drop: drop.drop,
    a.Truncate: drop.truncate,
    a.Rename: forms.rename,
    a.SetSchema: forms.set_schema,
    a.AlterDomain: forms.alter_domain,
    a.AlterSequence: lambda action, _: forms.alter_sequence(action),
    a.DoBlock: _in_block,
    a.Insert: data.insert,
    a.Update: data.change,
    a.Delete: data.change,
    a.LockTable: data.lock_table,
    a.Reindex: data.reindex,
    a.Vacuum: data.vacuum,
    a.Cluster: data.cluster,
    a.CommentOn: data.comment,
    a.Command: data.command,
}
