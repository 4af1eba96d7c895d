"""Transactions, settings, maintenance, and commands told by their words alone."""

from __future__ import annotations

from avion_lint.enumeration import StrEnum
from avion_lint.record import field, record
from avion_lint.source import Span
from avion_lint.sql.actions.names import Name


class TransactionWord(StrEnum):
    """Transaction commands that matter to a runner."""

    BEGIN = "BEGIN"
    COMMIT = "COMMIT"
    ROLLBACK = "ROLLBACK"
    SAVEPOINT = "SAVEPOINT"
    RELEASE = "RELEASE"
    ROLLBACK_TO = "ROLLBACK TO"
    PREPARE = "PREPARE TRANSACTION"
    OTHER = "SET TRANSACTION"


@record
class TransactionControl:
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their like."""

    span: Span
    word: TransactionWord


@record
class SetVariable:
    """SET or RESET of a configuration parameter; `value` is None for RESET and SET … TO DEFAULT.

    RESET ALL has the name "". `set_config('name', 'value', local)` counts where its arguments are literals.
    """

    span: Span
    name: str
    value: str | None
    local: bool = False


@record
class Vacuum:
    """VACUUM or ANALYZE."""

    span: Span
    tables: tuple[Name, ...]
    full: bool = False
    analyze_only: bool = False


@record
class Cluster:
    """CLUSTER; without a table all clustered tables."""

    span: Span
    table: Name | None


@record
class Command:
    """A command told by its words alone, e.g. `CREATE DATABASE`, `ALTER SYSTEM`, `DISCARD ALL`, `GRANT`.

    `relations` are those that it locks, `locked` those of a query that FOR UPDATE or FOR SHARE locks. `sets` is what
    ALTER ROLE or ALTER DATABASE gives to the sessions that begin after it.
    """

    span: Span
    words: str
    relations: tuple[Name, ...] = field(default=(), compare=False)
    locked: tuple[Name, ...] = field(default=(), compare=False)
    sets: SetVariable | None = field(default=None, compare=False)


@record
class Call:
    """CALL of a procedure, or a SELECT that calls a function that is not PostgreSQL's own."""

    span: Span
    function: Name
