"""Several statements in one query where the file was to run without a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql.actions import SetVariable, TransactionControl
from avion_lint.sql.effects import Effect
from avion_lint.subjects import Migration, Statement


@rule("MG109", subject=Migration)
def several_statements_in_one_query(migration: Migration) -> Iterator[Finding]:
    """Find a lock that lasts beyond its statement because goose sends others in the same query."""
    if migration.service.runner is not Runner.GOOSE:
        return
    for statements in _queries(migration):
        if statements[0].in_transaction or any(_steers(statement) for statement in statements):
            continue
        held = next((found for statement in statements[:-1] if (found := _blocking(statement))), None)
        if held:
            yield _finding(*held, len(statements))


def _queries(migration: Migration) -> Iterator[list[Statement]]:
    """Statements that goose sends together, SET and the like left out, which keep nobody waiting."""
    for direction in (migration.up, migration.down):
        for _, group in groupby(direction, key=lambda statement: statement.chunk.span):
            statements = [statement for statement in group if not _sets(statement)]
            if len(statements) > 1:
                yield statements


def _sets(statement: Statement) -> bool:
    return all(isinstance(action, SetVariable) for action in statement.actions)


def _steers(statement: Statement) -> bool:
    """Whether the statement begins or ends a transaction: then the author has thought of it."""
    return any(isinstance(action, TransactionControl) for action in statement.actions)


def _blocking(statement: Statement) -> tuple[Statement, Effect] | None:
    """The first lock that keeps the application waiting."""
    for action in statement.actions:
        for effect in statement.effects(action):
            if effect.lock.blocks and statement.in_use(effect.relation):
                return statement, effect
    return None


def _finding(statement: Statement, effect: Effect, count: int) -> Finding:
    message = (
        f"Blocks {effect.lock.blocks} to {effect.relation} until the last of {count} statements has ended, "
        "in spite of NO TRANSACTION: goose sends them as one query, which the server runs as one "
        "transaction."
    )
    remedy = (
        "Send each statement by itself: outside of a `StatementBegin` block, ended by `;` at the end of a "
        "line; one with semicolons inside gets a block of its own."
    )
    return statement.finding(None, message, remedy, object=effect.relation)
