"""Where the rules for CASCADE, lost indexes, IF NOT EXISTS, leaks and the like stay silent, and why."""

from __future__ import annotations

import pytest

from tests.rules_helper import flyway, goose, objects, outside

USERS = "CREATE TABLE users (id bigint PRIMARY KEY, shop bigint, email text);"
TWO = f"{USERS}\nCREATE TABLE orders (id bigint PRIMARY KEY, owner bigint REFERENCES users (id));"


def test_cascade_is_told_with_what_goes_and_not_where_nothing_goes():
    (found,) = goose("CO108", TWO, "DROP TABLE users CASCADE;")
    assert "foreign key orders_owner_fkey of orders" in found.message
    assert goose("CO108", TWO, "DROP TABLE orders CASCADE;") == []
    assert objects(goose("CO108", USERS, "DROP TABLE unknown CASCADE;")) == ["unknown"]


def test_cascade_on_what_the_same_file_makes_is_no_surprise():
    assert (
        goose("CO108", USERS, "CREATE TABLE a (id int);\nCREATE VIEW v AS SELECT id FROM a;", "DROP TABLE a CASCADE;")
        == []
    )
    assert objects(goose("CO108", TWO, "SELECT 1;", "DROP TABLE users CASCADE;")) == ["users"]


def test_a_type_that_was_renamed_is_not_another_type():
    before = (
        "CREATE TYPE new_state AS ENUM ('a');\nCREATE TABLE t (s new_state);\nALTER TYPE new_state RENAME TO state;"
    )
    assert goose("SC116", before, "ALTER TABLE t ADD COLUMN IF NOT EXISTS s state;") == []
    assert goose("SC116", USERS, "ALTER TABLE users ADD COLUMN IF NOT EXISTS email text;") == []


@pytest.mark.parametrize("kept", ["CREATE INDEX a ON users (shop);", "CREATE INDEX a ON users (email);"])
def test_an_index_over_the_dropped_column_alone_is_no_loss(kept):
    assert goose("DA113", f"{USERS}\n{kept}", "ALTER TABLE users DROP COLUMN shop;") == []


def test_an_index_is_no_loss_where_another_one_does_its_work():
    before = f"{USERS}\nCREATE INDEX a ON users (shop, email);\nCREATE INDEX b ON users (email, id);"
    assert goose("DA113", before, "ALTER TABLE users DROP COLUMN shop;") == []


def test_statements_in_one_query_are_undone_together():
    both = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);"
    assert len(outside("LK134", "", both)) == 1
    assert outside("LK134", "", f"-- +goose StatementBegin\n{both}\n-- +goose StatementEnd") == []
    assert flyway("LK134", "", both, conf="executeInTransaction=false") != []
    assert flyway("LK134", "", both) == []


@pytest.mark.parametrize(
    ("cleared", "made"),
    [
        ("DROP TRIGGER IF EXISTS g ON a;", "CREATE TRIGGER g BEFORE UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION f();"),
        ("ALTER TABLE a DROP CONSTRAINT IF EXISTS c;", "ALTER TABLE {} ADD CONSTRAINT c CHECK (id > 0) NOT VALID;"),
        ("DROP POLICY IF EXISTS p ON a;", "CREATE POLICY p ON {};"),
        ("ALTER TABLE a DROP COLUMN IF EXISTS x;", "ALTER TABLE {} ADD COLUMN x int;"),
    ],
)
def test_what_is_cleared_away_of_another_table_clears_nothing_here(cleared, made):
    before = "CREATE TABLE a (id int); CREATE TABLE b (id int);"
    later = "ALTER TABLE a VALIDATE CONSTRAINT other;"
    assert len(outside("LK134", before, f"{cleared}\n{made.format('b')}\n{later}")) == 1
    assert outside("LK134", before, f"{cleared}\n{made.format('a')}\n{later}") == []


def test_a_constraint_that_cannot_be_added_twice_is_dropped_first_in_the_same_alter_table():
    before, later = "CREATE TABLE a (id int);", "ALTER TABLE a VALIDATE CONSTRAINT other;"
    (found,) = outside("LK134", before, f"ALTER TABLE a ADD CONSTRAINT c CHECK (id > 0) NOT VALID;\n{later}")
    assert "write `DROP CONSTRAINT IF EXISTS c, ` before it" in found.remedy

    mended = "ALTER TABLE a DROP CONSTRAINT IF EXISTS c, ADD CONSTRAINT c CHECK (id > 0) NOT VALID;"
    assert outside("LK134", before, f"{mended}\n{later}") == []


@pytest.mark.parametrize(
    ("partitions", "told"), [("", "first, concurrently,"), (" PARTITION BY RANGE (id)", "each partition")]
)
def test_the_index_that_takes_another_s_place_is_built_as_its_table_allows(partitions, told):
    before = f"CREATE TABLE t (id int, n int){partitions}; CREATE INDEX old ON t (n);"
    (found,) = goose("LK129", before, "DROP INDEX old;\nCREATE INDEX new ON t (n, id);")
    assert told in found.remedy


def test_partitions_views_and_sequences_count_as_one_with_their_table():
    before = (
        "CREATE TABLE p (id bigint, at date) PARTITION BY RANGE (at);\n"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\n"
        "CREATE VIEW v AS SELECT id FROM p;"
    )
    change = "ALTER TABLE p ADD COLUMN a int;\nALTER TABLE p1 ALTER COLUMN a SET DEFAULT 1;\nDROP VIEW v;"
    assert goose("LK133", before, change) == []
    assert objects(goose("LK133", TWO, "ALTER TABLE users ADD a int;\nALTER TABLE orders ADD a int;")) == ["orders"]


def test_a_check_that_is_replaced_or_stands_for_not_null_is_not_lost():
    before = "CREATE TABLE t (a int, CONSTRAINT c CHECK (a IS NOT NULL));"
    assert goose("CO113", before, "ALTER TABLE t ALTER a SET NOT NULL;\nALTER TABLE t DROP CONSTRAINT c;") == []
    assert objects(goose("CO113", before, "ALTER TABLE t DROP CONSTRAINT c;")) == ["t.c"]


def test_rights_that_are_set_anew_are_not_taken():
    assert goose("CO109", USERS, "REVOKE ALL ON users FROM a;\nGRANT SELECT ON users TO a;") == []
    assert objects(goose("CO109", USERS, "REVOKE ALL ON users FROM a;\nREVOKE ALL ON users FROM b;")) == ["users"]


def test_a_down_section_may_empty_what_up_makes():
    assert goose("DA114", USERS, "CREATE TABLE a (id int);", "DELETE FROM a;\nDROP TABLE a;") == []
    assert objects(goose("DA114", USERS, "SELECT 1;", "DELETE FROM users;")) == ["users"]


@pytest.mark.parametrize("column", ["a int NOT NULL DEFAULT 1", "a bigserial NOT NULL", "a int"])
def test_a_column_that_old_rows_can_have_comes_back(column):
    assert goose("SC117", USERS, "SELECT 1;", f"ALTER TABLE users ADD COLUMN {column};") == []


def test_a_function_of_other_types_is_another_function():
    begin, end = "-- +goose StatementBegin\n", "\n-- +goose StatementEnd"
    old = f"{begin}CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';{end}"

    def replaced(head: str) -> int:
        return len(goose("SC119", old, f"{begin}CREATE OR REPLACE FUNCTION {head} LANGUAGE sql AS 'SELECT 1';{end}"))

    assert [
        replaced("f(a int) RETURNS int"),
        replaced("f(a text) RETURNS text"),
        replaced("f(a integer) RETURNS int4"),
    ] == [0] * 3
    assert [replaced("f(a int) RETURNS text"), replaced("f(b int) RETURNS int"), replaced("f(int) RETURNS int")] == [
        1
    ] * 3


def test_settings_that_harm_nobody_may_stay():
    assert goose("LK127", "", "SET client_min_messages = warning;\nSET lock_timeout = '3s';") == []
    assert objects(goose("LK127", "", "SET statement_timeout = 0;\nSET row_security = off;")) == ["statement_timeout"]
