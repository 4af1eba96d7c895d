"""Tables that logical replication loses, or whose rows it cannot tell apart any more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_NOTHING = re.compile(r"\breplica\s+identity\s+nothing\b", re.IGNORECASE)
_TAKEN_OUT = re.compile(r"\bpublication\s+\S+\s+drop\b", re.IGNORECASE)


@rule("CO115", subject=Statement, on=(a.AlterTable, a.Command, a.Drop))
def replication_changed(statement: Statement) -> Iterator[Finding]:
    """Find a table that leaves logical replication, or whose updates and deletes it refuses."""
    for action in statement.all_actions():
        text = statement.chunk.text[action.span.start : action.span.end]
        match action:
            case a.AlterTable(form="ReplicaIdentity", table=table):
                if statement.in_use(table, action) and _NOTHING.search(text):
                    yield _nothing(statement, action)
            case a.Command(words="ALTER PUBLICATION", relations=(table, *_)) if _TAKEN_OUT.search(text):
                yield _lost(statement, action, f"changes of {table}", table)
            case a.Drop(kind=a.ObjectKind.PUBLICATION, name=name):
                made = statement.schema_before(action).thing(a.ObjectKind.PUBLICATION, name)
                if made is None or not statement.made_here(made.origin):
                    yield _lost(statement, action, f"the changes that {name} carries", name)


def _nothing(statement: Statement, action: a.AlterTable) -> Finding:
    table = action.table
    return statement.finding(
        action,
        f"Every UPDATE and DELETE on {table} fails with SQLSTATE 55000 while a publication carries it: nothing tells "
        "subscribers which row is meant.",
        "Let the primary key tell rows apart; where there is none, FULL does, at the price of larger changes:\n"
        f"ALTER TABLE {table.sql} REPLICA IDENTITY DEFAULT;",
        object=table,
    )


def _lost(statement: Statement, action: a.Action, what: str, name: a.Name) -> Finding:
    return statement.finding(
        action,
        f"Whoever subscribes gets {what} no longer, without an error: what happens from here on is missing there.",
        "First see that nobody subscribes any more: pg_stat_replication and pg_replication_slots tell.",
        object=name,
    )
