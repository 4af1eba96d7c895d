"""Other statements that the server refuses inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.effects import concurrent_words, refused_in_transaction
from avion_lint.subjects import Statement
from avion_rules.locks._obstacle import Obstacle, because, obstacle
from avion_rules.locks._remedies import way_out


@rule("LK107", subject=Statement, down=True, on=(a.DoBlock, a.Vacuum, a.Cluster, a.Reindex, a.Command))
def not_allowed_in_transaction(statement: Statement) -> Iterator[Finding]:
    """Find a statement that fails because PostgreSQL does not allow it inside a transaction."""
    for action in statement.all_actions():
        words = _refused(statement, action)
        found = obstacle(statement, action) if words else None
        if found:
            yield statement.finding(
                action,
                _message(statement, action, words, found),
                way_out(statement, found),
                object=words,
            )


def _message(statement: Statement, action: a.Action, words: str, found: Obstacle) -> str:
    reason = because(statement, found)
    if isinstance(action, a.DoBlock):
        return f"Fails with SQLSTATE 2D000: a block cannot {words} inside a transaction, and {reason}."
    return f"Fails with SQLSTATE 25001: {words} cannot run inside a transaction, and {reason}."


def _refused(statement: Statement, action: a.Action) -> str:
    """Name what PostgreSQL refuses inside a transaction; what says CONCURRENTLY is another rule's."""
    if concurrent_words(action):
        return ""
    return refused_in_transaction(action, statement.schema_before(action), statement.service.postgres)
