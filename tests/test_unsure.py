"""What is done unseen: SQL made at run time, under conditions, and migrations in code; then nothing is guessed."""

import psycopg
import pytest

from avion_lint.sql import actions as a
from avion_lint.sql.executed import GAP, executed
from tests.rules_helper import GOOSE, goose, judged
from tests.sql_helper import actions, schema


def do(body, declare=""):
    return f"DO $$ {declare} BEGIN {body} END $$;"


EXPRESSIONS = [
    ("'SELECT 1'", "SELECT 1"),
    ("'ALTER TABLE ' || 'users' || ' ADD a int'", "ALTER TABLE users ADD a int"),
    ("format('ALTER TABLE %I ADD %I int', 'Users', 'order')", 'ALTER TABLE "Users" ADD "order" int'),
    ("format('%2$s %1$L 100%%', 'it''s', 'SELECT')", "SELECT 'it''s' 100%"),
    ("'DROP TABLE ' || quote_ident('A b')", 'DROP TABLE "A b"'),
    ("'SELECT ' || quote_literal(E'a\\\\b')", "SELECT E'a\\\\b'"),
    ("concat('SELECT ', 1)", "SELECT 1"),
    ("$q$SELECT 'x'$q$", "SELECT 'x'"),
    ("'SELECT 1'::text", "SELECT 1"),
]


@pytest.mark.parametrize(("expression", "sql"), EXPRESSIONS)
def test_the_value_of_a_constant_expression_is_what_the_server_makes_of_it(expression, sql, postgres):
    with psycopg.connect(postgres) as connection:
        (value,) = connection.execute(f"SELECT {expression}").fetchone()

    assert executed(expression).sql == sql == value


@pytest.mark.parametrize(
    ("expression", "sql"),
    [
        ("query", None),
        ("a || b", None),
        ("format(f, 1)", None),
        ("format('%-10s', 'a')", None),
        ("format('%s %s', 'a')", None),
        ("'DROP TABLE ' || name", f"DROP TABLE {GAP}"),
        ("format('ALTER TABLE users ADD %I int', c)", f"ALTER TABLE users ADD {GAP} int"),
        ("format('SELECT %L', c)", f"SELECT '{GAP}'"),
    ],
)
def test_what_is_made_at_run_time_is_a_gap(expression, sql):
    assert executed(expression).sql == sql


def test_constant_sql_of_execute_stands_where_it_is_written():
    text = do("\n  EXECUTE 'COMMENT ON TABLE t IS ''a''';\n  EXECUTE format('DROP TABLE %I', 'Ü');\n")
    (block,) = actions(text)

    comment, drop = (inner.action for inner in block.inner)
    assert text[comment.span.start : comment.span.end] == "COMMENT ON TABLE t IS ''a''"
    assert text[drop.span.start : drop.span.end] == "format('DROP TABLE %I', 'Ü')"
    assert isinstance(drop, a.Drop)
    assert drop.name == a.Name(None, "Ü")
    assert not block.dynamic


def test_dynamic_sql_doubts_what_it_names_else_everything():
    users = "CREATE TABLE users (id int); CREATE TABLE other (id int);"
    named = schema(users, do("EXECUTE format('ALTER TABLE users ADD %I int', c);", "DECLARE c text;"))
    everything = schema(users, do("EXECUTE c;", "DECLARE c text;"))
    gap_in_name = schema(users, do("EXECUTE 'DROP TABLE ' || c;", "DECLARE c text;"))
    mixed = schema(users, do("EXECUTE 'DROP TABLE users ' || c; EXECUTE c;", "DECLARE c text;"))

    assert named.doubt(a.Name(None, "users"))
    assert not named.doubt(a.Name("public", "other"))
    for unknown in (everything, gap_in_name, mixed):
        assert unknown.doubt(a.Name(None, "other"))


def test_what_stands_under_a_condition_is_doubted():
    made = schema(
        "CREATE TABLE users (id int); CREATE TABLE other (id int);",
        do("IF true THEN ALTER TABLE users ADD age int; END IF; ALTER TABLE other ADD age int;"),
    )

    assert made.doubt(a.Name(None, "users"))
    assert not made.doubt(a.Name(None, "other"))


def test_a_table_that_is_made_anew_is_sure_again():
    blind = do("EXECUTE c;", "DECLARE c text;")
    made = schema("CREATE TABLE a (id int);", blind, "CREATE TABLE b (id int); CREATE TABLE IF NOT EXISTS a (id int);")

    assert made.doubt(a.Name(None, "a"))
    assert not made.doubt(a.Name(None, "b"))
    assert schema("CREATE TABLE b (id int)", start=made).doubt(a.Name(None, "b")) is None
    assert schema(blind, start=made).doubt(a.Name(None, "b"))


TAKEN = "CREATE TABLE users (id int);"


def test_a_type_that_is_made_behind_a_blind_block_is_sure():
    blind = do("EXECUTE c;", "DECLARE c text;")
    made = "CREATE TYPE state AS ENUM ('a'); ALTER TABLE users ADD COLUMN state state;"
    down = "DROP TYPE state; ALTER TABLE users DROP COLUMN state;"

    assert goose("SC115", TAKEN + blind, made, down)


def test_certain_failures_are_not_certain_behind_a_blind_block():
    blind = do("EXECUTE c;", "DECLARE c text;")
    hint = do("EXECUTE format('ALTER TABLE other ADD %I int', c);", "DECLARE c text;")

    assert goose("SC115", TAKEN, TAKEN)
    assert goose("SC115", TAKEN + hint, TAKEN)
    assert goose("SC115", TAKEN + blind, TAKEN) == []


def test_a_migration_in_go_may_have_done_anything():
    go = {f"{GOOSE}/00002_code.go": "package migrations\n"}
    old = {f"{GOOSE}/00001_a.sql": f"-- +goose Up\n{TAKEN}\n-- +goose Down\nSELECT 1;\n"}
    new = {f"{GOOSE}/00003_b.sql": f"-- +goose Up\n{TAKEN}\n-- +goose Down\nSELECT 1;\n"}

    assert judged(new, old, "SC115")
    assert judged(new, old | go, "SC115") == []


def test_a_table_that_a_blind_block_of_the_same_change_may_have_made_is_not_called_in_use():
    index = "CREATE INDEX i ON things (a);"
    blind = do("EXECUTE c;", "DECLARE c text;")

    assert goose("LK101", "", index)
    assert goose("LK101", "", blind + index) == []
    assert goose("LK101", blind, index)
    assert goose("LK101", "CREATE TABLE things (a int);", blind + index)


DDL = {
    "sql": "CREATE FUNCTION grow() RETURNS void LANGUAGE sql AS $$ ALTER TABLE users ADD age int $$;",
    "plpgsql": "CREATE FUNCTION grow() RETURNS void LANGUAGE plpgsql AS "
    "$$ BEGIN ALTER TABLE users ADD age int; END $$;",
    "execute": "CREATE FUNCTION grow() RETURNS void LANGUAGE plpgsql AS "
    "$$ BEGIN EXECUTE 'ALTER TABLE users ADD ' || 'age int'; END $$;",
    "procedure": "CREATE PROCEDURE grow() LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE users ADD age int; END $$;",
}
BOTH = "CREATE TABLE users (id int); CREATE TABLE other (id int);"


@pytest.mark.parametrize("kind", DDL)
def test_a_function_changes_nothing_until_it_is_called_and_then_puts_in_doubt_what_it_changes(kind, postgres):
    made = schema(BOTH, DDL[kind])
    calling = "CALL grow();" if kind == "procedure" else "SELECT grow();"
    called = schema(calling, start=made)

    assert not made.doubts
    assert [str(doubt.relation) for doubt in called.doubts] == ["users"]
    with psycopg.connect(postgres) as connection:
        connection.execute(f"CREATE SCHEMA c; SET search_path = c; {BOTH} {DDL[kind]}")
        assert columns(connection, "users") == ["id"]
        connection.execute(calling)
        assert columns(connection, "users") == ["id", "age"]
        connection.rollback()


def columns(connection, table):
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum"
    return [name for (name,) in connection.execute(query, [table])]


def test_a_block_that_calls_a_function_puts_in_doubt_what_it_changes():
    perform = schema(BOTH, DDL["plpgsql"], do("PERFORM grow();"))
    call = schema(BOTH, DDL["procedure"], do("CALL grow();"))

    assert [str(each.relation) for each in (*perform.doubts, *call.doubts)] == ["users", "users"]


def test_functions_that_change_no_schema_and_the_servers_own_put_nothing_in_doubt():
    quiet = "CREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM users $$;"
    made = schema(BOTH, quiet, "SELECT total(); SELECT setval('s', 1); SELECT unknown();")

    assert not made.doubts


def test_a_function_whose_sql_is_made_at_run_time_puts_everything_in_doubt():
    blind = "CREATE FUNCTION run(c text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE c; END $$;"

    assert [each.relation for each in schema(BOTH, blind, "SELECT run('x');").doubts] == [None]
