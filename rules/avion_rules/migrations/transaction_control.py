"""BEGIN, COMMIT and ROLLBACK in a file that the runner wraps in its own transaction."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql.actions import TransactionControl, TransactionWord
from avion_lint.subjects import Migration, Statement
from avion_rules._versions import called

_ENDS = {TransactionWord.COMMIT, TransactionWord.ROLLBACK, TransactionWord.PREPARE}


@rule("MG115", subject=Migration, down=True, on=(TransactionControl,))
def transaction_control(migration: Migration) -> Iterator[Finding]:
    """Find transaction commands that break the runner's own transaction, or that do not reach one connection."""
    torn = {problem.direction for problem in migration.problems}  # half a function's body may be END, which is COMMIT
    whole = [group for group in (migration.up, migration.down) if group and group[0].direction not in torn]
    for statements in whole:
        controls = [(statement, word) for statement in statements for word in _words(statement)]
        for at, (statement, word) in enumerate(controls):
            rest = controls[at + 1 :]
            if statement.session.runner_transaction:
                yield from _inside(statement, word, rest, controls[:at])
            elif word is TransactionWord.BEGIN and migration.service.runner is Runner.GOOSE:
                yield from _outside(statement, rest)


Control = tuple[Statement, TransactionWord]


def _words(statement: Statement) -> Iterator[TransactionWord]:
    for action in statement.actions:
        if isinstance(action, TransactionControl) and action.word in {TransactionWord.BEGIN, *_ENDS}:
            yield action.word


def _inside(
    statement: Statement, word: TransactionWord, rest: list[Control], earlier: list[Control]
) -> Iterator[Finding]:
    runner = called(statement.service.runner)
    begun = tuple(Related(other.place, "this BEGIN has no effect") for other, said in earlier if said not in _ENDS)
    match word:
        case TransactionWord.BEGIN if any(said in _ENDS for _, said in rest):
            return  # told where the transaction ends
        case TransactionWord.BEGIN:
            message = f"BEGIN does nothing here: {runner} has opened a transaction already, and the server only warns."
        case TransactionWord.ROLLBACK:
            message = (
                f"Everything above is undone, and {runner} records the migration as applied all the same: "
                f"ROLLBACK ends the transaction that {runner} opened."
            )
        case _:
            message = f"{word} ends the transaction that {runner} opened around the file: {_kept(statement, runner)}."
    yield statement.finding(None, message, _REMEDY[statement.service.runner], related=begun, object=word)


_REMEDY = {
    Runner.GOOSE: "Remove BEGIN, COMMIT and ROLLBACK: goose runs each file in one transaction and undoes all of it "
    "when a statement fails. What must not run in a transaction goes into a file of its own with "
    "`-- +goose NO TRANSACTION`.",
    Runner.FLYWAY: "Remove BEGIN, COMMIT and ROLLBACK: Flyway runs each migration in one transaction and undoes all "
    "of it when a statement fails. What must not run in a transaction goes into a migration of its own, with "
    "`executeInTransaction=false` in a file of the same name with `.conf` added.",
}


def _kept(statement: Statement, runner: str) -> str:
    """Say what comes of a commit before the runner's own."""
    last = statement.section.chunks[-1]
    if statement.chunk == last and not last.text[statement.span.end :].strip(" \t\r\n;"):
        return f"what stands above stays even if {runner} is stopped before it has recorded the version"
    return "if a statement below fails, what stands above stays in the database and is recorded nowhere"


def _outside(statement: Statement, rest: list[Control]) -> Iterator[Finding]:
    end = next((other for other, said in rest if said in _ENDS), None)
    if end is not None and end.chunk == statement.chunk:
        return
    yield statement.finding(
        None,
        "The statements below are not held together: under NO TRANSACTION goose sends each one over any "
        "connection of its pool, and newer versions give up a connection on which a transaction is open, "
        "so BEGIN is lost.",
        "Remove `-- +goose NO TRANSACTION` and this BEGIN, so that goose opens a transaction itself; or "
        "put all from BEGIN to COMMIT between one `-- +goose StatementBegin` and `-- +goose StatementEnd`.",
        object=TransactionWord.BEGIN,
    )
