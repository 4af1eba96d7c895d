"""Objects of which nobody can be sure whether a Down section drops them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.record import record
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.migrations._objects import Key

_KIND = a.ObjectKind
_NAMED_BY_SERVER = {_KIND.INDEX, _KIND.CONSTRAINT}
_KEPT_ON_PURPOSE = {_KIND.EXTENSION, _KIND.SCHEMA}


@record
class Doubts:
    """What makes a comparison of schemas unsure.

    `cascades`: Down drops something with all that depends on it. `drops_tables`: Down drops a table or column, and
    the sequences that they own. `copies`: a table is made from another one or a query, so its parts are not all
    known. `torn` are tables that Down takes a column from (indexes and checks that use it go with it), or a
    constraint whose name is not known; `misnamed`: it drops an index whose name is not known. `partitions`: it drops
    an index or constraint of a partitioned table, and with it those of the partitions. `optional` was made with IF
    NOT EXISTS and may have been there before; `functions` were made by Up and may have namesakes.
    """

    cascades: bool
    drops_tables: bool
    copies: bool
    torn: frozenset[str]
    misnamed: bool
    partitions: bool
    optional: frozenset[tuple[_KIND, str]]
    functions: frozenset[str]

    @staticmethod
    def of(migration: Migration) -> Doubts:
        """Gather the doubts about a migration."""
        up = tuple(_actions(migration.up))
        down = tuple(_actions(migration.down))
        return Doubts(
            any(isinstance(action, a.Drop | a.DropColumn | a.DropConstraint) and action.cascade for action in down),
            any(_drops_table_or_column(action) for action in down),
            any(isinstance(action, a.CreateTable) and _is_copy(action) for action in (*up, *down)),
            frozenset(_torn(migration.down)),
            any(_is_misnamed_index(statement) for statement in migration.down),
            any(_reaches_partitions(statement) for statement in migration.down),
            frozenset(_optional(up)),
            frozenset(_functions(up)),
        )

    def about(self, key: Key) -> bool:
        """Whether the object may be gone after Down though it seems to be left."""
        return (
            (self.cascades and key.kind is not _KIND.TABLE)
            or (self.drops_tables and key.kind is _KIND.SEQUENCE)
            or (self.copies and key.table is not None)
            or (key.kind in _NAMED_BY_SERVER and key.table is not None and key.table.name in self.torn)
            or (self.misnamed and key.kind is _KIND.INDEX)
            or (self.partitions and key.kind in _NAMED_BY_SERVER)
            or (key.kind, key.name.name) in self.optional
        )

    def about_gone(self, key: Key) -> bool:
        """Whether the object may be there after Down though it seems to be gone."""
        return (
            (self.copies and key.table is not None)
            or (key.kind in _NAMED_BY_SERVER and key.table is not None and key.table.name in self.torn)
            or (key.kind is _KIND.FUNCTION and key.name.name in self.functions)
        )


def _actions(statements: Iterable[Statement]) -> Iterator[a.Action]:
    for statement in statements:
        yield from statement.all_actions()


def _drops_table_or_column(action: a.Action) -> bool:
    return isinstance(action, a.DropColumn) or (isinstance(action, a.Drop) and action.kind is _KIND.TABLE)


def _is_copy(action: a.CreateTable) -> bool:
    return bool(action.query or action.like or action.inherits or action.partition_of)


def _torn(down: Iterable[Statement]) -> Iterator[str]:
    for statement in down:
        for action in statement.all_actions():
            match action:
                case a.DropColumn():
                    yield action.table.name
                case a.DropConstraint() if not _knows_constraint(statement, action):
                    yield action.table.name


def _knows_constraint(statement: Statement, action: a.DropConstraint) -> bool:
    table = statement.table(action.table)
    return table is not None and action.constraint in table.constraints


def _is_misnamed_index(statement: Statement) -> bool:
    drops = (action for action in statement.of(a.Drop) if action.kind is _KIND.INDEX)
    return any(statement.index(action.name) is None for action in drops)


def _reaches_partitions(statement: Statement) -> bool:
    tables = [action.table for action in statement.of(a.DropConstraint)]
    tables += [index.table for action in statement.of(a.Drop) if (index := statement.index(action.name))]
    return any(statement.is_partitioned(table) for table in tables)


def _optional(up: Iterable[a.Action]) -> Iterator[tuple[_KIND, str]]:
    for action in up:
        if isinstance(action, a.CreateObject) and action.if_not_exists and action.kind in _KEPT_ON_PURPOSE:
            yield action.kind, action.name.name


def _functions(up: Iterable[a.Action]) -> Iterator[str]:
    for action in up:
        if isinstance(action, a.CreateObject) and action.kind is _KIND.FUNCTION:
            yield action.name.name
