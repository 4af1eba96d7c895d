"""Several statements in one query where the file was to run without a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql.actions import Name, SetVariable, TransactionControl
from avion_lint.sql.effects import Effect
from avion_lint.subjects import Migration, Statement
from avion_rules.migrations._lasting import lasts


@rule("MG109", subject=Migration)
def several_statements_in_one_query(migration: Migration) -> Iterator[Finding]:
    """Find a lock that lasts beyond its statement because goose sends others in the same query."""
    if migration.service.runner is not Runner.GOOSE:
        return
    for statements in _queries(migration):
        if statements[0].in_transaction or any(_steers(statement) for statement in statements):
            continue
        found = _held(statements)
        if found:
            yield _finding(*found)


def _queries(migration: Migration) -> Iterator[list[Statement]]:
    """Statements that goose sends together, SET and the like left out, which keep nobody waiting."""
    for direction in (migration.up, migration.down):
        if len({id(statement.chunk) for statement in direction}) == len(direction):
            continue  # each by itself, as usual
        for _, group in groupby(direction, key=lambda statement: id(statement.chunk)):
            statements = [statement for statement in group if not _sets(statement)]
            if len(statements) > 1:
                yield statements


def _sets(statement: Statement) -> bool:
    return all(isinstance(action, SetVariable) for action in statement.actions)


def _steers(statement: Statement) -> bool:
    """Whether the statement begins or ends a transaction: then the author has thought of it."""
    return any(isinstance(action, TransactionControl) for action in statement.actions)


def _held(statements: list[Statement]) -> tuple[Statement, Effect, Statement] | None:
    """The first lock that keeps the application waiting, and the statement that makes it wait long.

    Whatever takes only a moment may well come after a lock: together it is done or undone as one.
    """
    locks: list[tuple[Statement, Effect]] = []
    for before, statement in pairwise(statements):
        locks += [(before, effect) for effect in _blocking(before)]
        if locks and (lasts(statement) or _waits(statement, {effect.relation for _, effect in locks})):
            return *locks[0], statement
    return None


def _waits(statement: Statement, held: set[Name]) -> bool:
    """Whether the statement has to wait for a relation that is not locked yet."""
    return any(effect.relation not in held for effect in _blocking(statement))


def _blocking(statement: Statement) -> Iterator[Effect]:
    """Locks that keep the application waiting."""
    for action in statement.actions:
        for effect in statement.effects(action):
            if effect.lock.blocks and statement.in_use(effect.relation):
                yield effect


def _finding(statement: Statement, effect: Effect, last: Statement) -> Finding:
    message = (
        f"Blocks {effect.lock.blocks} to {effect.relation} until the statement in line {last.place.start.line} has "
        "ended as well, in spite of NO TRANSACTION: goose sends both as one query, which the server runs as one "
        "transaction."
    )
    remedy = (
        "Send each statement by itself: outside of a `StatementBegin` block, ended by `;` at the end of a "
        "line; one with semicolons inside gets a block of its own."
    )
    related = (Related(last.place, f"{effect.relation} stays locked while this runs"),)
    return statement.finding(None, message, remedy, related=related, object=effect.relation)
