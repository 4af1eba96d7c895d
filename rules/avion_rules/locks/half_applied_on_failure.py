"""Files without a transaction that cannot be run a second time after a failure."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._rerun import first_concurrent, first_that_stops


@rule("LK134", subject=Migration)
def half_applied_on_failure(migration: Migration) -> Iterator[Finding]:
    """Find a statement that cannot be done twice, in a file that runs outside a transaction."""
    for statements in (migration.up, migration.down):
        stop = first_that_stops(_known(statements)) if statements and not statements[0].section.transaction else None
        if stop is None or first_concurrent(statements) or any(map(_begins, statements)):
            continue
        if statements[-1].chunk is stop.chunk:
            continue  # all that comes after it is sent in one query with it, which the server undoes as a whole
        yield stop.finding(
            None,
            "Stays done when a later statement fails, since this file runs outside a transaction; "
            f"{_second_run(migration)}.",
            f"{_remedy(migration)} Otherwise write each statement so that it can run twice, with IF EXISTS or IF NOT "
            f"EXISTS.{_of_constraints(stop)}",
        )


def _of_constraints(statement: Statement) -> str:
    """How ADD CONSTRAINT, which knows no IF NOT EXISTS, can run twice; "" where there is none."""
    names = filter(None, (add.constraint.name for add in statement.of(a.AddConstraint)))
    drops = ", ".join(f"DROP CONSTRAINT IF EXISTS {a.identifier(name)}" for name in names)
    if not drops:
        return ""
    return f" ADD CONSTRAINT has neither: write `{drops}, ` before it, in the same ALTER TABLE."


def _known(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The statements without calls of functions, of which nobody can tell whether they can run twice."""
    return (*(each for each in statements[:-1] if not _calls(each)), statements[-1])


def _calls(statement: Statement) -> bool:
    return any(isinstance(action, a.Command) and action.words in ("CALL", "SELECT") for action in statement.actions)


def _begins(statement: Statement) -> bool:
    """Whether a transaction is opened by the file itself."""
    return any(isinstance(action, a.TransactionControl) for action in statement.actions)


def _second_run(migration: Migration) -> str:
    if migration.service.runner is Runner.GOOSE:
        return "the next run begins again and fails here"
    return "Flyway refuses to go on until `repair` has run, and then fails here"


def _remedy(migration: Migration) -> str:
    if migration.service.runner is Runner.GOOSE:
        return "Leave `-- +goose NO TRANSACTION` out unless a statement here needs it."
    return "Let Flyway run the file in a transaction (no executeInTransaction=false) unless a statement here needs it."
