"""Other statements that the server refuses inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._obstacle import Obstacle, because, obstacle
from avion_rules.locks._remedies import way_out


@rule("LK107", subject=Statement, down=True)
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


def _refused(statement: Statement, action: a.Action) -> str:  # noqa: PLR0911 - one a case
    """Name what PostgreSQL refuses inside a transaction; "" for what it allows."""
    match action:
        case a.DoBlock(commits=True):
            return "COMMIT or ROLLBACK"
        case a.Vacuum(analyze_only=False):
            return "VACUUM"
        case a.Cluster(table=None):
            return "CLUSTER without a table"
        case a.Cluster(table=a.Name() as table) if statement.is_partitioned(table):
            return "CLUSTER of a partitioned table" if statement.service.postgres >= _CLUSTER_SINCE else ""
        case a.Reindex(concurrently=False):
            return _reindex(statement, action)
        case a.Command(words=words):
            return _COMMANDS.get(words, "")
    return ""


_COMMANDS = {
    "CREATE DATABASE": "CREATE DATABASE",
    "DROP DATABASE": "DROP DATABASE",
    "ALTER DATABASE SET TABLESPACE": "ALTER DATABASE … SET TABLESPACE",
    "CREATE TABLESPACE": "CREATE TABLESPACE",
    "DROP TABLESPACE": "DROP TABLESPACE",
    "ALTER SYSTEM": "ALTER SYSTEM",
    "DISCARD ALL": "DISCARD ALL",
    "CREATE SUBSCRIPTION": "CREATE SUBSCRIPTION with a replication slot",
    "DROP SUBSCRIPTION": "DROP SUBSCRIPTION with a replication slot",
    "ALTER SUBSCRIPTION REFRESH": "ALTER SUBSCRIPTION with a refresh",
}

_CLUSTER_SINCE = 15
_PARTITIONED_SINCE = 14


def _reindex(statement: Statement, action: a.Reindex) -> str:
    if action.kind in ("schema", "database", "system"):
        return f"REINDEX {action.kind.upper()}"
    if action.name is None or statement.service.postgres < _PARTITIONED_SINCE:
        return ""
    index = statement.index(action.name) if action.kind == "index" else None
    table = index.table if index else action.name
    return f"REINDEX of a partitioned {action.kind}" if statement.is_partitioned(table) else ""
