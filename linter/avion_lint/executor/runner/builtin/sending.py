"""Sends sections as the runners do, and ends as they do where something is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from avion_lint.executor.runner.job import Job, Ran
from avion_lint.executor.server.address import connect, driver
from avion_lint.runners.migration import Chunk

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

NAME = "avion-lint's own reader"


class RefusedError(Exception):
    """The runner would refuse; the text is what it would say."""


def attempted(job: Job, work: Callable[[psycopg.Connection], str]) -> Ran:
    """Do some work on a connection; what the server or the runner refuses is how it ended."""
    error_class = driver().Error
    if job.stage.refused:
        return Ran(content=False, said=job.stage.refused)
    try:
        with connect(job.address, "verify") as connection:
            said = work(connection)
    except RefusedError as error:
        return Ran(content=False, said=str(error))
    except error_class as error:
        return Ran(content=False, said=job.address.redacted(str(error).strip()))
    return Ran(content=True, said=said)


@contextmanager
def transaction(connection: psycopg.Connection, *, wanted: bool = True) -> Iterator[None]:
    """BEGIN and COMMIT around what is sent, or nothing; psycopg's own would mind what migrations do themselves."""
    if not wanted:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        if not connection.closed and not connection.broken:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def send(connection: psycopg.Connection, chunk: Chunk) -> None:
    """Send a chunk; goose sends one of nothing but comments, too."""
    connection.execute(chunk.text.encode())
