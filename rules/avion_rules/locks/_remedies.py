"""Ways out of the runner's transaction, for each runner."""

from __future__ import annotations

from avion_lint.runners.migration import Runner
from avion_lint.subjects import Service, Statement
from avion_rules.locks._obstacle import Obstacle


def own_file(service: Service, sql: str, *, recognised: bool = True, waits: bool = False, before: bool = False) -> str:
    """Tell to put SQL into a migration of its own, outside a transaction.

    `recognised`: Flyway runs it so by itself. `waits`: it waits for Flyway's own transaction to end. `before`: what
    stays behind needs it.
    """
    own = "a migration of its own before this one" if before else "a migration of its own"
    if service.runner is Runner.GOOSE:
        return f"Put it into {own} that begins with `-- +goose NO TRANSACTION`:\n{sql}"
    how = (
        "which Flyway then runs outside a transaction by itself"
        if recognised
        else "with a script configuration `<its name>.sql.conf` that says `executeInTransaction=false`"
    )
    first = lock_off(service) if waits else ""
    return f"Put it into {own}, {how}{f'.{first}' if first else ':'}\n{sql}"


def lock_off(service: Service) -> str:
    """Tell to switch off Flyway's lock in a transaction where it is not known to be off; "" elsewhere."""
    if service.runner is Runner.GOOSE or service.transactional_lock is False:
        return ""
    return " Set `flyway.postgresql.transactional.lock=false` first, or it waits for Flyway itself without end."


_ORDINALS = ("first", "second", "third", "fourth", "fifth")


def in_migrations(service: Service, *steps: tuple[str, bool]) -> str:
    """SQL in migrations of their own, one after the other; True where one has to run outside a transaction."""
    outside = "NO TRANSACTION" if service.runner is Runner.GOOSE else "outside a transaction"
    numbered = zip(_ORDINALS, steps, strict=False)
    return "\n".join(
        f"-- {number} migration{f', {outside}' if apart else ''}:\n{sql}" for number, (sql, apart) in numbered
    )


def way_out(statement: Statement, found: Obstacle) -> str:
    """Tell how to get a statement out of the transaction that it is in."""
    match found:
        case Obstacle.BLOCK:
            return (
                "Take it out of the DO block, into a migration of its own that the runner runs outside a transaction."
            )
        case Obstacle.OWN_TRANSACTION:
            return "Take BEGIN and COMMIT out of the file, or move the statement into a migration of its own."
        case Obstacle.SHARED_CHUNK:
            return (
                "Give each statement lines of its own that end with `;`, outside `StatementBegin` … "
                "`StatementEnd`: then they are sent one by one."
            )
        case Obstacle.RUNNER_TRANSACTION:
            return _out_of_runner(statement)


def _out_of_runner(statement: Statement) -> str:
    alone = len(statement.section.chunks) == 1 and not statement.shares_chunk
    rest = "." if alone else ", and move the other statements into a migration of their own."
    if statement.service.runner is Runner.GOOSE:
        return f"Add the line `-- +goose NO TRANSACTION` at the top of the file{rest}"
    script = f"`{statement.file.path.rpartition('/')[2]}.conf`"
    if not statement.chunk.transactional:
        return (
            f"Take `executeInTransaction=true` out of {script}, or out of Flyway's settings: by itself "
            f"Flyway runs this statement outside a transaction{rest}"
        )
    return f"Put a script configuration {script} beside it that says `executeInTransaction=false`{rest}"
