"""Which tables a query may copy many rows of, and other facts that data rules stand on."""

from __future__ import annotations

import pytest

from avion_lint.sql import actions as a
from avion_lint.sql.statements import read


def actions(sql: str) -> tuple[a.Action, ...]:
    return tuple(action for statement in read(sql).statements for action in statement.actions)


def copies(sql: str) -> list[str]:
    (action,) = (found for found in actions(sql) if isinstance(found, a.Insert | a.CreateTable))
    return [str(name) for name in action.copies]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES (1), (2)",
        "INSERT INTO t DEFAULT VALUES",
        "INSERT INTO t (r) VALUES ((SELECT id FROM roles WHERE name = 'x'))",
        "INSERT INTO t SELECT 'a', 1",
        "INSERT INTO t SELECT 'a' WHERE NOT EXISTS (SELECT 1 FROM t WHERE name = 'a')",
        "INSERT INTO t SELECT 'a', (SELECT id FROM roles WHERE name = 'x')",
        "INSERT INTO t SELECT * FROM generate_series(1, 100)",
        "INSERT INTO t SELECT * FROM unnest(ARRAY['a', 'b'])",
        "INSERT INTO t SELECT * FROM (VALUES (1), (2)) AS given (x)",
        "INSERT INTO t SELECT relname FROM pg_class",
        "INSERT INTO t SELECT table_name FROM information_schema.tables",
    ],
)
def test_rows_that_come_from_no_table_are_no_copy(sql: str) -> None:
    assert copies(sql) == []


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t SELECT * FROM big LIMIT 1000",
        "INSERT INTO t SELECT * FROM (SELECT * FROM big LIMIT 1000) AS part",
        "WITH part AS (SELECT * FROM big LIMIT 1000) INSERT INTO t SELECT * FROM part",
        "INSERT INTO t WITH part AS (SELECT * FROM big LIMIT 1000) SELECT * FROM part",
        "INSERT INTO t SELECT coalesce(max(id), 0) + 1, 'a' FROM big",
        "INSERT INTO t SELECT count(*) FROM big",
        "INSERT INTO t SELECT id FROM big WHERE name = 'x'",
        "INSERT INTO t SELECT id FROM big WHERE 'x' = lower(name)",
        "INSERT INTO t SELECT id FROM big WHERE name IN ('x', 'y')",
        "INSERT INTO t SELECT id FROM big WHERE name = ANY (ARRAY['x', 'y'])",
        "INSERT INTO t SELECT id FROM big WHERE id = 1 OR id = 2",
        "INSERT INTO t SELECT id FROM big WHERE id BETWEEN 1 AND 1000",
        "INSERT INTO t SELECT id FROM big WHERE id = (SELECT id FROM roles WHERE name = 'x')",
        "INSERT INTO t SELECT id FROM big WHERE id IN (SELECT id FROM roles WHERE name = 'x')",
        "INSERT INTO t SELECT id FROM big WHERE id = $1",
        "INSERT INTO t SELECT id FROM big b WHERE b.id = r.id",
        "INSERT INTO t SELECT b.id FROM big b JOIN generate_series(1, 2) ON b.name = 'x'",
    ],
)
def test_few_rows_picked_by_value_are_no_copy(sql: str) -> None:
    assert copies(sql) == []


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("INSERT INTO t SELECT * FROM big", ["big"]),
        ("INSERT INTO t TABLE big", ["big"]),
        ("INSERT INTO t SELECT * FROM big LIMIT ALL", ["big"]),
        ("INSERT INTO t SELECT * FROM app.big", ["app.big"]),
        ("INSERT INTO t SELECT k, count(*) FROM big GROUP BY k", ["big"]),
        ("INSERT INTO t SELECT count(*) OVER () FROM big", ["big"]),
        ("INSERT INTO t SELECT id FROM big WHERE deleted = false", ["big"]),
        ("INSERT INTO t SELECT id FROM big WHERE deleted IS NULL", ["big"]),
        ("INSERT INTO t SELECT id FROM big WHERE id > 5", ["big"]),
        ("INSERT INTO t SELECT id FROM big WHERE name <> 'x'", ["big"]),
        ("INSERT INTO t SELECT id FROM big WHERE name NOT IN ('x')", ["big"]),
        ("INSERT INTO t SELECT id FROM big WHERE id = 1 OR deleted IS NULL", ["big"]),
        ("INSERT INTO t SELECT id FROM big WHERE kind IN (SELECT kind FROM kinds)", ["big"]),
        ("INSERT INTO t SELECT id FROM big b WHERE NOT EXISTS (SELECT 1 FROM t WHERE t.id = b.id)", ["big"]),
        ("INSERT INTO t SELECT u.id, r.id FROM users u, roles r WHERE r.name = 'x'", ["users"]),
        ("INSERT INTO t SELECT u.id FROM users u JOIN roles r ON r.id = u.role AND r.name = 'x'", ["users"]),
        ("INSERT INTO t SELECT u.id FROM users u LEFT JOIN r ON r.id = u.r AND u.id = 1", ["users", "r"]),
        ("INSERT INTO t SELECT b.id FROM big b CROSS JOIN generate_series(1, 2)", ["big"]),
        ("WITH everything AS (SELECT * FROM big) INSERT INTO t SELECT * FROM everything", ["big"]),
        ("INSERT INTO t SELECT * FROM (SELECT * FROM big) AS everything", ["big"]),
        ("INSERT INTO t SELECT 1 UNION ALL SELECT id FROM a UNION ALL SELECT id FROM b", ["a", "b"]),
        ("CREATE TABLE t AS SELECT * FROM big", ["big"]),
        ("SELECT * INTO t FROM big", ["big"]),
        ("CREATE TABLE t AS SELECT * FROM big WITH NO DATA", []),
    ],
)
def test_tables_whose_rows_are_copied(sql: str, expected: list[str]) -> None:
    assert copies(sql) == expected


def test_thousand_arms_of_a_union_are_read() -> None:
    arms = " UNION ALL ".join(f"SELECT {number}" for number in range(900))
    assert copies(f"INSERT INTO t {arms} UNION ALL SELECT id FROM big") == ["big"]


def test_moving_rows_from_a_deletion_is_a_deletion_and_no_copy() -> None:
    sql = "WITH moved AS (DELETE FROM big RETURNING *) INSERT INTO archive SELECT * FROM moved"
    delete, insert = actions(sql)
    assert isinstance(delete, a.Delete)
    assert delete.whole
    assert isinstance(insert, a.Insert)
    assert insert.copies == ()


@pytest.mark.parametrize(
    ("condition", "column"),
    [
        ("email IS NULL", "email"),
        ("users.email IS NULL", "email"),
        ("email IS NOT NULL", None),
        ("id = 1", None),
    ],
)
def test_update_knows_that_its_whole_condition_is_a_test_for_null(condition: str, column: str | None) -> None:
    (update,) = actions(f"UPDATE users SET email = '' WHERE {condition}")
    assert isinstance(update, a.Update)
    assert update.null_column == column


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p", "CREATE SUBSCRIPTION"),
        (
            "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (create_slot = false)",
            "CREATE SUBSCRIPTION WITHOUT SLOT",
        ),
        (
            "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)",
            "CREATE SUBSCRIPTION WITHOUT SLOT",
        ),
        ("ALTER SUBSCRIPTION s REFRESH PUBLICATION", "ALTER SUBSCRIPTION REFRESH"),
        ("ALTER SUBSCRIPTION s ADD PUBLICATION p", "ALTER SUBSCRIPTION REFRESH"),
        ("ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)", "ALTER SUBSCRIPTION"),
        ("ALTER SUBSCRIPTION s DISABLE", "ALTER SUBSCRIPTION"),
    ],
)
def test_subscriptions_are_told_by_whether_they_need_to_be_outside_a_transaction(sql: str, words: str) -> None:
    (command,) = actions(sql)
    assert isinstance(command, a.Command)
    assert command.words == words


def test_an_attribute_of_a_type_is_no_column_of_a_table() -> None:
    renamed, dropped = actions(
        "ALTER TYPE address RENAME ATTRIBUTE zip TO code; ALTER TYPE address DROP ATTRIBUTE code"
    )
    assert isinstance(renamed, a.Rename)
    assert renamed.kind is a.ObjectKind.ATTRIBUTE
    assert dropped == a.AlterTable(dropped.span, a.Name(None, "address"), "DropColumn", a.ObjectKind.TYPE, "code")


@pytest.mark.parametrize(("tail", "expected"), [("", False), (" ON CONFLICT DO NOTHING", True)])
def test_insert_knows_whether_rows_that_exist_are_an_error(tail: str, expected: bool) -> None:
    (insert,) = actions(f"INSERT INTO t VALUES (1){tail}")
    assert isinstance(insert, a.Insert)
    assert insert.on_conflict is expected


@pytest.mark.parametrize(
    ("change", "many"),
    [
        ("UPDATE t SET a = 1", True),
        ("UPDATE t SET a = 1 WHERE b IS NULL", True),
        ("UPDATE t SET a = o.a FROM o WHERE o.id = t.id", True),
        ("UPDATE t SET a = 1 WHERE id IN (SELECT id FROM o)", True),
        ("DELETE FROM t USING o WHERE o.id = t.id", True),
        ("DELETE FROM t WHERE a > 3", True),
        ("UPDATE t SET a = 1 WHERE id = 4", False),
        ("UPDATE t AS x SET a = 1 WHERE x.id IN (1, 2)", False),
        ("UPDATE t SET a = 1 WHERE id IN (SELECT id FROM o LIMIT 100)", False),
        ("WITH few AS (SELECT id FROM t LIMIT 100) UPDATE t SET a = 1 FROM few WHERE few.id = t.id", False),
        ("UPDATE t SET a = v.a FROM (VALUES (1, 2)) AS v (id, a) WHERE v.id = t.id", False),
        ("DELETE FROM t WHERE kind = 'x' AND a > 3", False),
    ],
)
def test_a_change_of_many_rows_is_told_from_one_of_few(change: str, many: bool) -> None:
    (made,) = actions(change)

    assert isinstance(made, a.Update | a.Delete)
    assert made.many is many
