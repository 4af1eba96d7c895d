"""Loops that change rows batch by batch, all within one transaction."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("DA103", subject=Statement, on=(a.DoBlock,), by_size=True)
def batch_in_one_transaction(statement: Statement) -> Iterator[Finding]:
    """Find a DO block that changes rows in a loop without committing between the rounds."""
    for block in statement.actions:
        if not isinstance(block, a.DoBlock) or block.commits:
            continue
        change = next(_changes(statement, block), None)
        if change is not None:
            yield statement.finding(
                change,
                f"The loop is one transaction: every row of {change.table} that any round changes stays locked until "
                "the whole block ends.",
                _remedy(statement),
                object=change.table,
            )


def _changes(statement: Statement, block: a.DoBlock) -> Iterator[a.Update | a.Delete]:
    """Changes of tables in use that a loop repeats."""
    for inner in block.inner:
        action = inner.action
        if inner.loop and isinstance(action, a.Update | a.Delete) and statement.in_use(action.table, action):
            yield action


def _remedy(statement: Statement) -> str:
    outside = (
        "move the block into a migration of its own that begins with `-- +goose NO TRANSACTION`"
        if statement.service.runner is Runner.GOOSE
        else "run the file outside a transaction (`executeInTransaction=false` in its script configuration)"
    )
    return f"End each round with COMMIT, and {outside}: there a block may commit."
