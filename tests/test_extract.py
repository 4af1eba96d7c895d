"""Actions say what a statement does, in the manual's words, with the place of each clause."""

import psycopg
import pytest

from avion_lint.sql import actions as a
from avion_lint.sql.actions import Name, ObjectKind
from avion_lint.sql.statements import read
from tests.sql_helper import action, actions

USERS = Name(None, "users")


def test_an_index_says_how_it_is_built() -> None:
    made = action("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY app.users USING gin (a, lower(b)) WHERE c")

    assert isinstance(made, a.CreateIndex)
    assert (made.index, made.table, made.columns) == ("i", Name("app", "users"), ("a", None))
    assert (made.unique, made.concurrently, made.if_not_exists, made.only, made.partial) == (True,) * 5
    assert made.method == "gin"


def test_each_clause_of_alter_table_has_its_own_place() -> None:
    text = "ALTER TABLE users\n  ADD COLUMN a text DEFAULT ', not a clause',\n  DROP COLUMN b;"
    add, drop = actions(text)

    assert text[add.span.start : add.span.end].startswith("ALTER TABLE users\n  ADD COLUMN a")
    assert text[drop.span.start : drop.span.end] == "DROP COLUMN b"


def test_places_are_characters_behind_text_that_is_not_ascii() -> None:
    text = "SELECT 'Größe 😀';\nDROP TABLE users;"
    drop = actions(text)[1]

    assert text[drop.span.start : drop.span.end] == "DROP TABLE users"


@pytest.mark.parametrize(
    ("sql", "kind", "name"),
    [
        ("DROP TABLE a.users", ObjectKind.TABLE, Name("a", "users")),
        ("DROP VIEW users", ObjectKind.VIEW, USERS),
        ("DROP MATERIALIZED VIEW users", ObjectKind.MATERIALIZED_VIEW, USERS),
        ("DROP SCHEMA users CASCADE", ObjectKind.SCHEMA, USERS),
        ("DROP TYPE users", ObjectKind.TYPE, USERS),
        ("DROP FUNCTION users(int, text)", ObjectKind.FUNCTION, USERS),
        ("DROP SEQUENCE users", ObjectKind.SEQUENCE, USERS),
        ("DROP EXTENSION users", ObjectKind.EXTENSION, USERS),
        ("DROP INDEX CONCURRENTLY users", ObjectKind.INDEX, USERS),
    ],
)
def test_a_drop_names_kind_and_object(sql: str, kind: ObjectKind, name: Name) -> None:
    made = action(sql)

    assert isinstance(made, a.Drop)
    assert (made.kind, made.name) == (kind, name)


def test_a_dropped_trigger_names_its_table() -> None:
    made = action("DROP TRIGGER t ON a.users")

    assert isinstance(made, a.Drop)
    assert (made.kind, made.name, made.table) == (ObjectKind.TRIGGER, Name(None, "t"), Name("a", "users"))


def test_one_drop_of_two_tables_is_two_actions() -> None:
    assert [made.name.name for made in actions("DROP TABLE a, b") if isinstance(made, a.Drop)] == ["a", "b"]


@pytest.mark.parametrize(
    ("where", "whole"),
    [
        ("", True),
        ("WHERE true", True),
        ("WHERE 1 = 1", True),
        ("WHERE true OR id = 3", True),
        ("WHERE 1 = 1 AND true", True),
        ("WHERE id = 3", False),
        ("WHERE id = 3 AND true", False),
        ("WHERE false", False),
        ("WHERE 1 = 2", False),
    ],
)
def test_an_update_is_whole_where_no_condition_keeps_rows_out(where: str, whole: bool) -> None:
    update, delete = actions(f"UPDATE users SET a = 1 {where}; DELETE FROM users {where}")

    assert isinstance(update, a.Update)
    assert isinstance(delete, a.Delete)
    assert (update.whole, delete.whole) == (whole, whole)


def test_an_update_from_another_table_is_not_whole() -> None:
    made = action("UPDATE users SET a = o.a FROM other o")

    assert isinstance(made, a.Update)
    assert not made.whole


def test_data_changes_inside_with_are_seen() -> None:
    made = actions("WITH gone AS (DELETE FROM users RETURNING *) INSERT INTO old SELECT * FROM gone")
    kinds = [type(each) for each in made]

    assert kinds == [a.Delete, a.Insert]


def test_set_config_counts_as_set() -> None:
    made = action("SELECT set_config('lock_timeout', '3s', true)")

    assert isinstance(made, a.SetVariable)
    assert (made.name, made.value, made.local) == ("lock_timeout", "3s", True)


def test_a_check_of_not_null_is_known_for_what_it_is() -> None:
    made = action("ALTER TABLE users ADD CONSTRAINT c CHECK (email IS NOT NULL) NOT VALID")

    assert isinstance(made, a.AddConstraint)
    assert made.constraint.not_null_column == "email"
    assert not made.constraint.valid


def test_types_have_the_names_that_people_write() -> None:
    made = action("CREATE TABLE t (a int4, b varchar(10), c timestamptz(3)[], d app.mood, e time(0))")

    assert isinstance(made, a.CreateTable)
    assert [str(column.type) for column in made.columns] == [
        "integer",
        "character varying(10)",
        "timestamp(3) with time zone[]",
        "app.mood",
        "time(0) without time zone",
    ]


DO = """DO $$
DECLARE n int;
BEGIN
  IF true THEN
    CREATE TABLE made (id int);
  END IF;
  LOOP
    UPDATE users SET a = 1 WHERE id IN (SELECT id FROM users LIMIT 10);
    EXIT WHEN NOT FOUND;
    COMMIT;
  END LOOP;
  EXECUTE 'DROP TABLE gone';
END $$"""


def test_a_do_block_shows_what_it_runs_with_true_places() -> None:
    block = action(DO)
    assert isinstance(block, a.DoBlock)
    made, update, drop = block.inner

    assert (made.conditional, made.loop) == (True, False)
    assert (update.conditional, update.loop) == (False, True)
    assert DO[update.action.span.start : update.action.span.end].startswith("UPDATE users")
    assert isinstance(drop.action, a.Drop)
    assert DO[drop.action.span.start : drop.action.span.end] == "DROP TABLE gone"
    assert block.commits
    assert not block.dynamic


def test_sql_made_at_run_time_is_said_to_be_dynamic() -> None:
    block = action("DO $$ BEGIN EXECUTE 'DROP TABLE ' || current_user; END $$")

    assert isinstance(block, a.DoBlock)
    assert block.dynamic


def test_one_wrong_statement_does_not_hide_the_others() -> None:
    text = "DROP TABLE a;\nDROPP TABLE b;\nDROP TABLE c;"
    found = read(text)

    assert [text[statement.span.start : statement.span.end] for statement in found.statements] == [
        "DROP TABLE a",
        "DROP TABLE c",
    ]
    assert [(text[wrong.span.start : wrong.span.end], wrong.message) for wrong in found.problems] == [
        ("DROPP", 'syntax error at or near "DROPP"')
    ]


def test_a_command_of_psql_is_named_as_one() -> None:
    (problem,) = read("\\set x 1").problems

    assert "\\set is a command of psql" in problem.message


@pytest.mark.parametrize("depth", [100, 5_000, 100_000])
@pytest.mark.parametrize("nest", ["(", "NOT ", "ARRAY[", "CASE WHEN ", "1+"])
def test_deep_nesting_is_read_or_told_and_never_raises(nest: str, depth: int) -> None:
    closing = {"(": ")", "ARRAY[": "]"}.get(nest, "")
    found = read(f"SELECT {nest * depth}1{closing * depth}")

    assert found.statements or found.problems


def test_a_nul_character_is_told() -> None:
    assert "NUL" in read("SELECT '\0'").problems[0].message


def test_rows_for_copy_are_no_sql() -> None:
    found = read("COPY users FROM stdin;\n1\tAnna\n\\.\n")

    assert [type(made) for statement in found.statements for made in statement.actions] == [a.Insert]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT a, t.b, c AS d FROM t", ("a", "b", "d")),
        (
            "SELECT count(*), max(n)::text, 1::bigint, 2, -max(n) FROM t",
            ("count", "max", "int8", "?column?", "?column?"),
        ),
        ("SELECT CASE WHEN f THEN 1 END, CASE WHEN f THEN a ELSE b END FROM t", ("case", "b")),
        ("SELECT coalesce(a, b), greatest(a, b), nullif(a, b) FROM t", ("coalesce", "greatest", "nullif")),
        ("SELECT a IS NULL, NOT f, n + 1 FROM t", ("?column?", "?column?", "?column?")),
        ("SELECT EXISTS (SELECT 1), (SELECT max(n) FROM t), ARRAY(SELECT 1)", ("exists", "max", "array")),
        ("SELECT ARRAY[1], ROW(1), (SELECT n AS x FROM t LIMIT 1)", ("array", "row", "x")),
        ('SELECT current_user, a COLLATE "C", current_timestamp(3) FROM t', ("current_user", "a", "current_timestamp")),
        ("SELECT a FROM t UNION SELECT b FROM t", ("a",)),
    ],
)
def test_a_view_names_its_columns_as_postgresql_does(query: str, columns: tuple[str, ...], postgres: str) -> None:
    made = action(f"CREATE VIEW v AS {query}")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE t (a text, b text, c text, n int, f boolean)")
        described = connection.execute(query.encode()).description

    assert isinstance(made, a.CreateView)
    assert described is not None
    assert made.columns == columns == tuple(column.name for column in described)


@pytest.mark.parametrize("query", ["SELECT * FROM t", "SELECT a, t.* FROM t", "VALUES (1)", "TABLE t"])
def test_columns_that_the_text_does_not_tell_are_not_known(query: str) -> None:
    made = action(f"CREATE VIEW v AS {query}")

    assert isinstance(made, a.CreateView)
    assert made.columns is None


def test_the_aliases_of_a_view_name_its_first_columns() -> None:
    made = action("CREATE VIEW v (x) AS SELECT a, b FROM t")

    assert isinstance(made, a.CreateView)
    assert made.columns == ("x", "b")


def test_partitioning_is_told() -> None:
    made = action("CREATE TABLE p (a int) PARTITION BY RANGE (a, lower(b))")
    part = action("CREATE TABLE p_rest PARTITION OF p DEFAULT")
    attached = action("ALTER TABLE p ATTACH PARTITION p_rest DEFAULT")
    bound = action("ALTER TABLE p ATTACH PARTITION p_1 FOR VALUES FROM (1) TO (2)")

    assert isinstance(made, a.CreateTable)
    assert made.partition_key == ("a", None)
    assert isinstance(part, a.CreateTable)
    assert part.default_partition
    assert isinstance(attached, a.AttachPartition)
    assert isinstance(bound, a.AttachPartition)
    assert (attached.default_partition, bound.default_partition) == (True, False)


@pytest.mark.parametrize(
    ("options", "definer", "search_path"),
    [
        ("SECURITY DEFINER", True, False),
        ("SECURITY DEFINER SET search_path = pg_catalog, pg_temp", True, True),
        ("SECURITY INVOKER", False, False),
        ("SET search_path FROM CURRENT", False, True),
        ("SET work_mem = '1MB'", False, False),
    ],
)
def test_a_function_tells_whose_rights_it_has(options: str, definer: bool, search_path: bool) -> None:
    made = action(f"CREATE FUNCTION f() RETURNS int LANGUAGE sql {options} AS 'SELECT 1'")

    assert isinstance(made, a.CreateObject)
    assert (made.definer, made.search_path) == (definer, search_path)
