"""The session before a statement: its transaction and its lock_timeout."""

import pytest

from avion_lint.sql.session import Session, after
from tests.sql_helper import actions

IN_RUNNER = Session(runner_transaction=True)
OUTSIDE = Session(runner_transaction=False)


@pytest.mark.parametrize(
    ("start", "sql", "inside"),
    [
        (IN_RUNNER, "SELECT 1", True),
        (IN_RUNNER, "COMMIT", False),
        (IN_RUNNER, "COMMIT; BEGIN", True),
        (OUTSIDE, "SELECT 1", False),
        (OUTSIDE, "BEGIN", True),
        (OUTSIDE, "BEGIN; SAVEPOINT a; ROLLBACK TO a", True),
        (OUTSIDE, "BEGIN; ROLLBACK", False),
    ],
)
def test_the_transaction_is_followed(start: Session, sql: str, inside: bool) -> None:
    assert after(start, actions(sql)).in_transaction is inside


@pytest.mark.parametrize(
    ("start", "sql", "set_"),
    [
        (IN_RUNNER, "SET lock_timeout = '3s'", True),
        (IN_RUNNER, "SET LOCAL lock_timeout = 3000", True),
        (IN_RUNNER, "SET LOCAL lock_timeout = '3s'; COMMIT", False),
        (IN_RUNNER, "SET lock_timeout = '3s'; COMMIT", True),
        (IN_RUNNER, "SET lock_timeout = 0", False),
        (IN_RUNNER, "SET lock_timeout = '0ms'", False),
        (IN_RUNNER, "SET lock_timeout = '3s'; RESET lock_timeout", False),
        (IN_RUNNER, "SET lock_timeout = '3s'; RESET ALL", False),
        (IN_RUNNER, "SET statement_timeout = '3s'", False),
        (OUTSIDE, "SET LOCAL lock_timeout = '3s'", False),
        (OUTSIDE, "SET lock_timeout = '3s'", True),
        (OUTSIDE, "SELECT set_config('lock_timeout', '3s', false)", True),
    ],
)
def test_a_lock_timeout_is_known_where_it_holds(start: Session, sql: str, set_: bool) -> None:
    assert after(start, actions(sql)).has_lock_timeout is set_
