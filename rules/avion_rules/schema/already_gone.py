"""Statements about an object that an earlier statement of the same section has dropped or renamed."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Direction
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.schema._gone import Target, found, stands, targets

_TAKING = frozenset((a.Drop, a.DropColumn, a.DropConstraint, a.Rename))


@rule("SC120", subject=Migration, down=True, on=(a.Drop, a.DropColumn, a.DropConstraint, a.Rename))
def already_gone(migration: Migration) -> Iterator[Finding]:
    """Find a statement about something that a statement before it has dropped or renamed."""
    for section in (migration.up, migration.down):
        taking: list[Statement] = []
        for statement in section:
            if taking:
                yield from _gone(statement, taking)
            if not _TAKING.isdisjoint(map(type, statement.actions)):
                taking.append(statement)


def _gone(statement: Statement, taking: list[Statement]) -> Iterator[Finding]:
    for action in statement.actions:
        for target in targets(action, statement.text):
            last = None if stands(target, statement.schema) else _taken(target, statement, taking)
            if last is not None:
                yield _finding(statement, action, target, last)
                return


def _taken(target: Target, statement: Statement, taking: list[Statement]) -> Statement | None:
    """The statement that took it away: before it stood there, made by a known migration, and nothing did since."""
    for earlier in reversed(taking):
        name = found(target, earlier.schema)
        if name is not None:
            return None if stands(target.called(name), statement.schema) else earlier
    return None


def _finding(statement: Statement, action: a.Action, target: Target, taker: Statement) -> Finding:
    fails = "Rolling back fails" if statement.direction is Direction.DOWN else "Fails"
    renamed = next((each.new_name for each in taker.of(a.Rename) if each.name.name in str(target)), None)
    did = f"got the name {renamed}" if renamed else "was dropped"
    remedy = (
        f"Use its new name, {renamed}." if renamed else "Leave it out, or move it before the statement that drops it."
    )
    return statement.finding(
        action,
        f"{fails} with SQLSTATE {target.sqlstate}: {target} {did} before in this section.",
        remedy,
        related=(Related(taker.place, "is gone from here on"),),
        object=str(target),
    )
