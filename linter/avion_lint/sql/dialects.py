"""SQL for other databases than PostgreSQL, in the words of actions; sqlglot reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from avion_lint.record import record
from avion_lint.sql import actions as a
from avion_lint.sql.evidence import evidence
from avion_lint.sql.parse import SyntaxProblem

__all__ = ["ForeignStatement", "evidence", "statements"]


@record
class ForeignStatement:
    """A statement at `[start, end)` of the text, without its semicolon, and what it does."""

    start: int
    end: int
    actions: tuple[a.Action, ...]


def statements(text: str, dialect: str) -> tuple[ForeignStatement, ...] | SyntaxProblem:
    """Read a text as SQL of `mysql`, `sqlite`, `tsql`, `clickhouse`, `h2` or `other`. Nothing is raised.

    Statements that sqlglot passes over count as a Command. A problem is sqlglot's word, not the database's.
    It refuses some SQL that the database would take; so the message says "cannot be read".
    """
    from avion_lint.sql.foreign.read import UnreadableError, read  # noqa: PLC0415 - it imports sqlglot

    try:
        with _silence():
            return tuple(ForeignStatement(*found) for found in read(text, dialect))
    except UnreadableError as error:
        return SyntaxProblem(error.message, error.offset)
    except RecursionError:
        return SyntaxProblem("expression nested too deeply to be read", 0)
    except Exception as error:  # noqa: BLE001 - a fault in sqlglot must not end the run
        return SyntaxProblem(f"cannot be read, because sqlglot stumbles over it ({type(error).__name__})", 0)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep sqlglot from logging what it passes over."""
    from logging import getLogger  # noqa: PLC0415 - sqlglot brings it along

    logger = getLogger("sqlglot")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
