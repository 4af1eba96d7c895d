"""What rule pages claim of locks and errors is what a real PostgreSQL does, and what they call good runs there."""

from __future__ import annotations

import pytest

from avion_lint import testing
from avion_lint.pages import Example, ExampleKind, read
from tests import measure
from tests.page_helper import cases

CASES = cases()
CLAIMING = [case for case in CASES if measure.claims(case.example)]
GOOD = [case for case in CASES if case.example.kind is ExampleKind.GOOD]
FIXED = [case for case in CASES if case.example.kind is ExampleKind.FIXED]


@pytest.mark.parametrize("case", CLAIMING, ids=str)
def test_locks_and_errors_are_as_marked(case: testing.Case, postgres: str):
    assert measure.false_claims(postgres, case.example) == []


@pytest.mark.parametrize("case", GOOD, ids=str)
def test_a_good_example_runs_up_and_down(case: testing.Case, postgres: str):
    assert measure.failures(postgres, case.example) == []


@pytest.mark.parametrize("case", FIXED, ids=str)
def test_a_fixed_example_runs_up_and_down(case: testing.Case, postgres: str):
    assert measure.failures(postgres, case.example) == []


# --- the measuring itself ------------------------------------------------------------------------------------

PAGE = """\
# some-rule
It is wrong.
## Why
Reasons.
## When it is fine
Never.
## The safe way
None.
## Bad
```sql a/00001_a.sql before
-- +goose Up
CREATE TABLE users (id int PRIMARY KEY, email text);
INSERT INTO users SELECT g FROM generate_series(1, 100) g;
```
{}
## Good
```sql a/00001_a.sql
-- +goose Up
```
"""


def example(*lines: str, directive: str = "") -> Example:
    body = "\n".join(["```sql a/00002_b.sql", directive, "-- +goose Up", *lines, "```"])
    return read(PAGE.format(body), "page.md", "some-rule").examples[0]


@pytest.mark.parametrize(
    ("statement", "lock"),
    [
        ("CREATE INDEX i ON users (email);", "SHARE"),
        ("ALTER TABLE users ADD COLUMN a int;", "ACCESS EXCLUSIVE"),
        ("ALTER TABLE users ADD FOREIGN KEY (id) REFERENCES users (id);", "SHARE ROW EXCLUSIVE"),
        ("COMMENT ON TABLE users IS 'x';", "SHARE UPDATE EXCLUSIVE"),
        ("UPDATE users SET email = 'x' WHERE id = 1;", "ROW EXCLUSIVE"),
        ("DROP TABLE users;", "ACCESS EXCLUSIVE"),
        ("SELECT * FROM users;", "ACCESS SHARE"),
    ],
)
def test_a_lock_is_measured_in_a_transaction(statement, lock, postgres):
    right = example("LOCK TABLE users;", f"{statement} -- takes {lock} on users")
    wrong = example(f"{statement} -- takes EXCLUSIVE on users")

    assert measure.false_claims(postgres, right) == []
    assert measure.false_claims(postgres, wrong) == [
        f"a/00002_b.sql:3: is marked to take EXCLUSIVE on users, and takes {lock}"
    ]


@pytest.mark.parametrize(
    ("statement", "lock"),
    [
        ("CREATE INDEX CONCURRENTLY i ON users (email);", "SHARE UPDATE EXCLUSIVE"),
        ("REINDEX TABLE CONCURRENTLY users;", "SHARE UPDATE EXCLUSIVE"),
        ("VACUUM users;", "SHARE UPDATE EXCLUSIVE"),
        ("VACUUM FULL users;", "ACCESS EXCLUSIVE"),
    ],
)
def test_a_lock_is_measured_outside_of_transactions(statement, lock, postgres):
    right = example(f"{statement} -- takes {lock} on users", directive="-- +goose NO TRANSACTION")
    wrong = example(f"{statement} -- takes SHARE on users", directive="-- +goose NO TRANSACTION")

    assert measure.false_claims(postgres, right) == []
    assert measure.false_claims(postgres, wrong) == [
        f"a/00002_b.sql:3: is marked to take SHARE on users, and takes {lock}"
    ]


def test_an_error_is_measured_as_the_runner_sends_it(postgres):
    inside = example(
        "CREATE INDEX CONCURRENTLY i ON users (email); -- fails 25001",
        "SELECT 1 / 0; -- fails 22012",
        "SELECT 1;",
    )
    outside = example(
        "CREATE INDEX CONCURRENTLY i ON users (email); -- fails 25001", directive="-- +goose NO TRANSACTION"
    )

    assert measure.false_claims(postgres, inside) == []
    assert measure.false_claims(postgres, outside) == [
        "a/00002_b.sql:3: is marked to fail with 25001, and gives no error"
    ]


def test_another_error_and_an_error_without_a_mark_are_told(postgres):
    found = measure.false_claims(postgres, example("SELECT 1 / 0; -- fails 22003", "SELECT 1 / 0;"))

    assert found == [
        "a/00002_b.sql:3: is marked to fail with 22003, and gives 22012: division by zero",
        "a/00002_b.sql:4: fails without a mark: 22012: division by zero",
    ]


def test_a_mark_where_no_statement_stands_is_told(postgres):
    found = measure.false_claims(postgres, example("SELECT 1;", "-- nothing -- takes SHARE on users"))

    assert found == ["a/00002_b.sql:4: no statement stands here"]


def test_what_fails_at_the_end_of_a_transaction_is_told(postgres):
    deferred = example(
        "CREATE TABLE a (b int REFERENCES users DEFERRABLE INITIALLY DEFERRED);", "INSERT INTO a VALUES (0);"
    )

    assert "a/00002_b.sql:COMMIT: fails without a mark: 23503" in "".join(measure.failures(postgres, deferred))
