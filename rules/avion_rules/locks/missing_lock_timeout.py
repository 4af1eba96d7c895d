"""Strong locks that are waited for without limit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules.locks._concurrent import made_concurrent
from avion_rules.locks._waits import Wait, strength, waits

_NAMED = 5


@rule("LK106", subject=Migration)
def missing_lock_timeout(migration: Migration) -> Iterator[Finding]:
    """Find a lock that queues up everybody behind it because nothing limits the wait for it."""
    endless = tuple(_strongest(wait for wait in waits(migration.up) if _is_endless(wait)))
    if not endless:
        return
    first = endless[0]
    yield first.statement.finding(
        first.action,
        f"Waits without limit for a lock on {first.effect.relation}: as long as one query holds it up, "
        f"{first.effect.lock.blocks} to {first.effect.relation} queues up behind it.{_others(endless)}",
        _remedy(endless, torn=bool(migration.problems)),
        related=tuple(_related(endless)),
        object=first.effect.relation,
    )


def _related(endless: tuple[Wait, ...]) -> Iterator[Related]:
    """Where the first of the others wait, one a relation."""
    others = {wait.effect.relation: wait for wait in reversed(endless)}
    others.pop(endless[0].effect.relation)
    for relation, wait in list(reversed(others.items()))[:_NAMED]:
        yield Related(wait.statement.place_of(wait.action), f"waits for {relation}")


def _is_endless(wait: Wait) -> bool:
    """Whether nothing limits it; what shall become concurrent, as other rules tell, then waits for nobody's lock."""
    return not wait.is_limited and not made_concurrent(wait.statement, wait.action)


def _strongest(found: Iterator[Wait]) -> Iterator[Wait]:
    """One a statement: that for the strongest lock."""
    for _, group in groupby(found, key=lambda wait: id(wait.statement)):
        yield max(group, key=strength)


def _others(endless: tuple[Wait, ...]) -> str:
    """What else waits: the other relations by name."""
    count = len(endless) - 1
    if count == 0:
        return ""
    statements = "One more statement waits" if count == 1 else f"{count} more statements wait"
    first = endless[0].effect.relation
    names = dict.fromkeys(str(wait.effect.relation) for wait in endless[1:])
    listed = [name for name in names if name != str(first)] or [str(first)]
    return f" {statements} like this, for {_listed(listed)}."


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"


_AGAIN = "and run the migration again when it gives up:"


def _remedy(endless: tuple[Wait, ...], *, torn: bool) -> str:
    """What limits the wait; `torn` where a statement cannot be read, whose END looks like the file's own COMMIT."""
    sessions = [wait.statement.session for wait in endless]
    runners = all(session.runner_transaction for session in sessions)
    if runners or (torn and endless[0].statement.section.transaction):
        return f"Make this the first statement, {_AGAIN}\nSET LOCAL lock_timeout = '3s';"
    if all(session.own_transaction for session in sessions):
        return f"Make this the first statement behind each BEGIN, {_AGAIN}\nSET LOCAL lock_timeout = '3s';"
    if endless[0].statement.section.transaction:
        return (
            f"Make this the first statement, since SET LOCAL ends with the COMMIT in this file, {_AGAIN}\n"
            "SET lock_timeout = '3s';"
        )
    if endless[0].statement.service.runner is Runner.GOOSE:
        return _for_goose(endless[0])
    return (
        "Make this the first statement, since outside a transaction SET LOCAL does nothing:\nSET lock_timeout = '3s';"
    )


def _for_goose(wait: Wait) -> str:
    """Outside of goose's transaction: for the connection, or with the statement."""
    return (
        "Set it where goose connects, since outside a transaction SET LOCAL does nothing and every "
        "statement may get another connection: `lock_timeout=3s` among the parameters of GOOSE_DBSTRING, "
        "PGOPTIONS='-c lock_timeout=3s' (goose 3.25 and later), or ALTER ROLE … SET lock_timeout = '3s'. "
        "Then write `lock-timeout: runner` or `lock-timeout: role` into avion-lint.yaml."
        f"{_on_the_line(wait)}"
    )


def _on_the_line(wait: Wait) -> str:
    statement = wait.statement
    text = statement.place.text
    if isinstance(wait.action, a.Vacuum | a.Cluster) or "\n" in text:
        return ""
    return (
        " Or put it on the statement's own line, so that both are sent as one query:\n"
        f"SET lock_timeout = '3s'; {text.rstrip(';')};"
    )
