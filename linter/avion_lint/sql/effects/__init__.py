"""What an action does to the relations that are there before it: locks, data written anew, rows read in full.

Sources: the manual's "Explicit Locking" and ALTER TABLE pages, PostgreSQL's own code, and measurements on 12 to 18
(tests/measure_effects.py runs every statement that is claimed here on real servers).
"""

from __future__ import annotations

from collections.abc import Iterator

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

DEFAULT_VERSION = 15


def effects(
    action: a.Action, schema: Schema, version: int = DEFAULT_VERSION, beside: tuple[a.Action, ...] = ()
) -> tuple[Effect, ...]:
    """What an action does to relations that exist before it, one effect a relation, the named one first.

    `version` is the major version of the server, 12 to 18. `beside` are all clauses of the same ALTER TABLE: those
    that PostgreSQL does first count as done. Where a table is older than the migrations the effects on what hangs on
    it are not known and left out; `rewrite` and `scan` are None.
    """
    from avion_lint.sql.effects.order import met  # noqa: PLC0415 - it replays, and only some statements need it

    scope = Scope(met(action, schema, beside) if len(beside) > 1 else schema, version)
    return merged(_effects(action, scope), scope.resolve)


def statement_effects(
    actions: tuple[a.Action, ...], schema: Schema, version: int = DEFAULT_VERSION
) -> tuple[Effect, ...]:
    """What the actions of one statement do together; a table is locked once, in the strongest mode."""
    scope = Scope(schema, version)
    found = (effect for action in actions for effect in effects(action, schema, version, actions))
    return merged(found, scope.resolve)


def _effects(action: a.Action, scope: Scope) -> Iterator[Effect]:
    match action:
        case a.AddColumn():
            return columns.add_column(action, scope)
        case a.DropColumn():
            return columns.drop_column(action, scope)
        case a.AlterColumnType():
            return columns.column_type(action, scope)
        case a.SetNotNull():
            return columns.set_not_null(action, scope)
        case a.DropNotNull() | a.SetDefault():
            return columns.on_all(scope, action.table, Lock.ACCESS_EXCLUSIVE, only=action.only)
        case a.AddConstraint():
            return constraints.add_constraint(action, scope)
        case a.ValidateConstraint():
            return constraints.validate(action, scope)
        case a.DropConstraint():
            return constraints.drop_constraint(action, scope)
        case a.AttachPartition(index=True):
            return partitions.attach_index(action, scope)
        case a.AttachPartition():
            return partitions.attach(action, scope)
        case a.DetachPartition():
            return partitions.detach(action, scope)
        case a.AlterTable():
            return forms.alter_table(action, scope)
    return _other(action, scope)


def _other(action: a.Action, scope: Scope) -> Iterator[Effect]:
    match action:
        case a.CreateTable():
            return create.create_table(action, scope)
        case a.CreateIndex():
            return create.create_index(action, scope)
        case a.CreateView():
            return create.create_view(action, scope)
        case a.RefreshView():
            return create.refresh(action, scope)
        case a.CreateTrigger():
            return create.create_trigger(action, scope)
        case a.CreateObject():
            return create.create_object(action)
        case a.Drop():
            return drop.drop(action, scope)
        case a.Truncate():
            return drop.truncate(action, scope)
        case a.Rename():
            return forms.rename(action, scope)
        case a.SetSchema():
            return forms.set_schema(action, scope)
        case a.AlterDomain():
            return forms.alter_domain(action, scope)
        case a.AlterSequence():
            return forms.alter_sequence(action)
        case a.DoBlock():
            return (effect for inner in action.inner for effect in _effects(inner.action, scope))
    return _of_data(action, scope)


def _of_data(action: a.Action, scope: Scope) -> Iterator[Effect]:
    match action:
        case a.Insert():
            return data.insert(action, scope)
        case a.Update() | a.Delete():
            return data.change(action, scope)
        case a.LockTable():
            return data.lock_table(action, scope)
        case a.Reindex():
            return data.reindex(action, scope)
        case a.Vacuum():
            return data.vacuum(action, scope)
        case a.Cluster():
            return data.cluster(action, scope)
        case a.CommentOn():
            return data.comment(action, scope)
        case a.Command():
            return data.command(action, scope)
    return iter(())
