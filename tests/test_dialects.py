"""SQL for other databases: what each statement does, where it stands, and what is never taken for it."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.dialects import ForeignStatement, evidence, statements
from avion_lint.sql.parse import SyntaxProblem

USERS = a.Name(None, "users")


def read(text: str, dialect: str = "mysql") -> tuple[ForeignStatement, ...]:
    found = statements(text, dialect)
    assert not isinstance(found, SyntaxProblem), found
    return found


def actions(text: str, dialect: str = "mysql") -> tuple[a.Action, ...]:
    return tuple(action for statement in read(text, dialect) for action in statement.actions)


def only(text: str, dialect: str = "mysql") -> a.Action:
    (action,) = actions(text, dialect)
    return action


def texts(text: str, dialect: str = "mysql") -> list[str]:
    return [text[statement.start : statement.end] for statement in read(text, dialect)]


# --- where statements stand ----------------------------------------------------------------------------


def test_a_statement_has_neither_its_semicolon_nor_comments_around_it():
    assert texts("-- Größe\n/* 🚀 */ DROP TABLE a ; -- end\n\nDROP TABLE b") == [
        "DROP TABLE a",
        "DROP TABLE b",
    ]


def test_places_are_characters_even_behind_emoji_and_line_ends_of_windows():
    text = "\ufeff-- 🚀🚀\r\nINSERT INTO `größe` VALUES ('🚀');\r\nDROP TABLE `größe`;\r\n"

    assert texts(text)[-1] == "DROP TABLE `größe`"


@pytest.mark.parametrize("text", ["", "  \n", "-- nothing\n", ";;", "/* */"])
def test_a_text_without_statements_has_none(text):
    assert read(text) == ()


def test_semicolons_in_the_body_of_a_trigger_do_not_end_it():
    body = "BEGIN SET NEW.a = 1; IF NEW.b THEN SET NEW.c = CASE WHEN 1 THEN 2 END; END IF; END"
    trigger = f"CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW {body}"

    assert texts(f"{trigger};\nDROP TABLE a;") == [trigger, "DROP TABLE a"]
    assert only(trigger) == a.CreateTrigger(Span(0, len(trigger)), "t", USERS)


def test_begin_alone_is_a_transaction_and_no_block():
    assert texts("BEGIN; DROP TABLE a; COMMIT;", "sqlite") == ["BEGIN", "DROP TABLE a", "COMMIT"]


def test_go_parts_statements_of_sql_server_and_ends_a_procedure():
    procedure = "CREATE PROCEDURE p AS BEGIN TRAN; UPDATE users SET a = 1; COMMIT;"

    assert texts(f"{procedure}\nGO\nDROP TABLE a\ngo\n", "tsql") == [procedure, "DROP TABLE a"]


def test_go_inside_a_string_parts_nothing():
    assert len(read("INSERT INTO users VALUES ('a\nGO\nb')", "tsql")) == 1


def test_what_mysql_runs_out_of_a_comment_counts():
    text = "/*!50001 CREATE TABLE users (id int) */;"

    assert texts(text) == ["CREATE TABLE users (id int)"]
    assert isinstance(only(text), a.CreateTable)


# --- what they do --------------------------------------------------------------------------------------


def test_a_table_of_mysql_has_its_columns_and_constraints():
    table = only(
        "CREATE TABLE IF NOT EXISTS `users` (`id` bigint(20) UNSIGNED NOT NULL AUTO_INCREMENT,"
        " `team` int DEFAULT 7,"
        " PRIMARY KEY (`id`), UNIQUE KEY `team_key` (`team`), CONSTRAINT `fk` FOREIGN KEY (`team`)"
        " REFERENCES `teams` (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
    )

    assert isinstance(table, a.CreateTable)
    assert (table.table, table.if_not_exists) == (USERS, True)
    key, team = table.columns
    assert (key.name, key.not_null, key.identity) == ("id", True, True)
    assert (team.name, team.not_null, team.default) == ("team", False, a.Expression())
    assert [(made.kind, made.name, made.columns, made.references) for made in table.constraints] == [
        (a.ConstraintKind.PRIMARY_KEY, None, ("id",), None),
        (a.ConstraintKind.UNIQUE, "team_key", ("team",), None),
        (a.ConstraintKind.FOREIGN_KEY, "fk", ("team",), a.Name(None, "teams")),
    ]


def test_a_table_with_clauses_that_sqlglot_does_not_know_still_has_its_name():
    text = "CREATE TABLE IF NOT EXISTS users (id text PRIMARY KEY) WITHOUT ROWID"

    assert only(text, "sqlite") == a.CreateTable(Span(0, len(text)), USERS, if_not_exists=True)


def test_clauses_of_alter_table_have_places_of_their_own():
    text = "ALTER TABLE users ADD COLUMN a INT NOT NULL, DROP COLUMN b, RENAME COLUMN c TO d, ADD INDEX i (a)"
    found = actions(text)

    assert [type(action) for action in found] == [a.AddColumn, a.DropColumn, a.Rename, a.CreateIndex]
    assert [text[action.span.start : action.span.end] for action in found] == [
        "ADD COLUMN a INT NOT NULL", "DROP COLUMN b", "RENAME COLUMN c TO d", "ADD INDEX i (a)"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("ALTER TABLE users DROP b", "mysql"),
        ("ALTER TABLE users DROP COLUMN b", "sqlite"),
        ("ALTER TABLE users DROP COLUMN b", "tsql"),
        ("ALTER TABLE users DROP COLUMN b", "h2"),
        ("ALTER TABLE users ON CLUSTER c DROP COLUMN b", "clickhouse"),
    ],
)
def test_a_dropped_column_is_seen_in_every_dialect(text, dialect):
    assert isinstance(only(text, dialect), a.DropColumn)


def test_a_dropped_column_is_seen_beside_a_clause_that_sqlglot_passes_over():
    found = actions("ALTER TABLE users ADD COLUMN a Nullable(String) AFTER c, DROP COLUMN b", "clickhouse")

    assert [type(action) for action in found] == [a.AddColumn, a.DropColumn]


def test_sql_server_drops_several_columns_in_one_clause():
    found = actions("ALTER TABLE users DROP COLUMN a, b", "tsql")

    assert [action.column for action in found] == ["a", "b"]


def test_mysql_adds_several_columns_in_parentheses():
    found = actions("ALTER TABLE users ADD (a int, b int)")

    assert [action.column.name for action in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "dialect", "old", "new"),
    [
        ("RENAME TABLE `users` TO people", "mysql", "users", "people"),
        ("ALTER TABLE users RENAME TO people", "sqlite", "users", "people"),
        ("EXEC sp_rename 'dbo.users', 'people'", "tsql", "users", "people"),
    ],
)
def test_a_renamed_table_is_seen(text, dialect, old, new):
    rename = only(text, dialect)

    assert (rename.kind, rename.name.name, rename.new_name) == (a.ObjectKind.TABLE, old, new)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("ALTER TABLE users RENAME COLUMN a TO b", "mysql"),
        ("ALTER TABLE users CHANGE COLUMN a b INT", "mysql"),
        ("EXEC sp_rename 'users.a', 'b', 'COLUMN'", "tsql"),
    ],
)
def test_a_renamed_column_is_seen(text, dialect):
    rename = actions(text, dialect)[0]

    assert (rename.kind, rename.table, rename.name.name, rename.new_name) == (
        a.ObjectKind.COLUMN,
        USERS,
        "a",
        "b",
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("DROP TABLE IF EXISTS users", a.ObjectKind.TABLE),
        ("DROP VIEW users", a.ObjectKind.VIEW),
        ("DROP INDEX users ON t", a.ObjectKind.INDEX),
    ],
)
def test_dropped_objects_are_seen(text, kind):
    drop = only(text)

    assert (drop.kind, drop.name) == (kind, USERS)


def test_every_table_of_a_drop_counts():
    assert [action.name.name for action in actions("DROP TABLE a, b.c")] == ["a", "c"]


@pytest.mark.parametrize(
    ("text", "dialect", "whole"),
    [
        ("DELETE FROM users", "mysql", True),
        ("DELETE FROM users WHERE 1=1", "mysql", True),
        ("DELETE FROM users WHERE 1", "mysql", True),
        ("DELETE FROM users WHERE TRUE OR id = 1", "sqlite", True),
        ("DELETE FROM users WHERE id = 1", "mysql", False),
        ("DELETE FROM users WHERE 0", "mysql", False),
        ("DELETE FROM users LIMIT 100", "mysql", False),
        ("DELETE TOP (10) FROM users", "tsql", False),
        ("DELETE users FROM users JOIN b ON users.id = b.id", "mysql", False),
        ("ALTER TABLE users DELETE WHERE 1", "clickhouse", True),
    ],
)
def test_whether_every_row_is_deleted(text, dialect, whole):
    delete = only(text, dialect)

    assert isinstance(delete, a.Delete)
    assert (delete.table, delete.whole) == (USERS, whole)


@pytest.mark.parametrize(
    ("text", "dialect", "whole"),
    [
        ("UPDATE users SET a = 1", "mysql", True),
        ("UPDATE users SET a = 1 WHERE id = 2", "mysql", False),
        ("UPDATE users SET a = 1 LIMIT 10", "mysql", False),
        ("UPDATE TOP (10) users SET a = 1", "tsql", False),
        ("UPDATE users SET a = b.a FROM b WHERE b.id = users.id", "tsql", False),
    ],
)
def test_whether_every_row_is_updated(text, dialect, whole):
    update = only(text, dialect)

    assert isinstance(update, a.Update)
    assert (update.table, update.whole, update.columns) == (USERS, whole, ("a",))


def test_an_insert_tells_what_it_copies():
    insert = only("INSERT INTO users SELECT * FROM b.old WHERE x LIMIT 5")

    assert insert == a.Insert(Span(0, 53), USERS, reads=(a.Name("b", "old"),), limited=True, filtered=True)


def test_a_long_insert_is_read_in_a_moment():
    rows = ", ".join(f"({number}, 'a;b')" for number in range(20_000))

    assert only(f"INSERT INTO users VALUES {rows}").table == USERS


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("START TRANSACTION", a.TransactionWord.BEGIN),
        ("COMMIT WORK", a.TransactionWord.COMMIT),
        ("ROLLBACK", a.TransactionWord.ROLLBACK),
        ("SAVEPOINT s", a.TransactionWord.SAVEPOINT),
        ("ROLLBACK TO s", a.TransactionWord.ROLLBACK_TO),
    ],
)
def test_transaction_commands(text, word):
    assert only(text).word is word


@pytest.mark.parametrize(
    "text", ["FLUSH TABLES", "OPTIMIZE TABLE users", "LOAD DATA INFILE 'x' INTO TABLE users", "DROP EVENT e"]
)
def test_what_sqlglot_passes_over_is_a_command(text):
    assert only(text).words == " ".join(text.split()[:2])


# --- what cannot be read -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("DROP TABLE a; SELECT FROM WHERE", 26),
        ("DROP TABLE a;\nSELECT 'abc", 21),
        ("🚀 DROP TABLE a", 2),
        ("SELEC a FROM b", 8),
        ("ALTER TABLE users", 0),
        ("CREATE TRIGGER", 0),
    ],
)
def test_a_problem_has_a_place(text, offset):
    problem = statements(text, "mysql")

    assert isinstance(problem, SyntaxProblem)
    assert problem.offset == offset
    assert problem.message.startswith("cannot be read as SQL for MySQL: ")
    assert "<" not in problem.message


@pytest.mark.parametrize("text", ["SELECT " + "(" * 100_000, "SELECT " + "NOT " * 50_000 + "1"])
def test_deep_nesting_is_a_problem_and_no_crash(text):
    assert isinstance(statements(text, "mysql"), SyntaxProblem)


def test_sqlglot_logs_nothing(caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        read("CREATE TABLE users (id INTEGER PRIMARY KEY) WITHOUT ROWID", "sqlite")

    assert (caplog.records, *capfd.readouterr()) == ([], "", "")


WORDS = """
( ) , ; . = ' ` " [ ] $ \\ @ # - / * 1 a CREATE TABLE ALTER DROP ADD COLUMN INDEX TRIGGER BEGIN END CASE GO ON
UPDATE DELETE INSERT INTO VALUES SELECT FROM WHERE RENAME TO TOP EXEC sp_rename IF NOT EXISTS UNIQUE KEY
"""


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*WORDS.split(), "\n"]), max_size=25),
    st.sampled_from(["mysql", "sqlite", "tsql", "clickhouse", "h2", "other"]),
)
def test_any_text_gives_statements_in_order_or_a_problem_inside_it(words, dialect):
    text = " ".join(words)
    found = statements(text, dialect)

    if isinstance(found, SyntaxProblem):
        assert 0 <= found.offset <= len(text)
        return
    bounds = [offset for statement in found for offset in (statement.start, statement.end)]
    assert bounds == sorted(bounds)
    assert all(0 <= offset <= len(text) for offset in bounds)


# --- evidence ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("CREATE TABLE `users` (id int);", "mysql"),
        ("CREATE TABLE users (id int) ENGINE=InnoDB;", "mysql"),
        ("CREATE TABLE users (id int NOT NULL AUTO_INCREMENT);", "mysql"),
        ("CREATE TABLE users (id int unsigned);", "mysql"),
        ("CREATE TABLE users (id int) DEFAULT CHARSET=utf8;", "mysql"),
        ("CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT);", "sqlite"),
        ("CREATE TABLE `users` (id INTEGER PRIMARY KEY AUTOINCREMENT);", "sqlite"),
        ("CREATE TABLE users (id text PRIMARY KEY) WITHOUT ROWID;", "sqlite"),
        ("-- +goose Up\nPRAGMA foreign_keys = off;", "sqlite"),
        ("CREATE TABLE users (id int IDENTITY(1,1) PRIMARY KEY);", "tsql"),
        ("CREATE TABLE users (name NVARCHAR(20));", "tsql"),
        ("ALTER TABLE users ADD name nvarchar(max);", "tsql"),
        ("CREATE TABLE [dbo].[users] (id int);", "tsql"),
        ("CREATE TABLE users (id int)\nGO\nDROP TABLE users\nGO\n", "tsql"),
        ("CREATE TABLE `users` (id UInt64) ENGINE = ReplicatedMergeTree() ORDER BY id;", "clickhouse"),
        ("ALTER TABLE users ON CLUSTER '{cluster}' DROP COLUMN a;", "clickhouse"),
    ],
)
def test_text_for_another_database_is_told_by_what_only_that_database_knows(text, dialect):
    found = evidence(text)

    assert found is not None
    assert found[0] == dialect


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT 1;",
        "-- was `users` in MySQL, ENGINE=InnoDB\nSELECT 1;",
        "/* id int AUTO_INCREMENT */ SELECT 1;",
        "INSERT INTO notes VALUES ('CREATE TABLE `a` (id int) ENGINE=InnoDB');",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '`x`' /* AUTO_INCREMENT */ $$;",
        "DO $do$ BEGIN EXECUTE 'x `y`'; END $do$;",
        'CREATE TABLE "`users`" (id int);',
        "CREATE TABLE engines (engine int, auto_increment int, unsigned int, rowid int, pragma int, go int);",
        "UPDATE engines SET engine = innodb WHERE auto_increment = 1;",
        "SELECT 1\nGO\n;",
        "SELECT a.b[1].c, ARRAY[[1],[2]] FROM a;",
        "CREATE TABLE a (id int GENERATED BY DEFAULT AS IDENTITY (START WITH 1));",
        "CREATE TABLE a (b int REFERENCES c ON UPDATE CASCADE);",
        "ALTER TABLE a CLUSTER ON a_idx;",
        "SELECT * FROM a JOIN cluster ON cluster.id = a.id;",
        "CREATE DOMAIN nvarchar AS varchar; CREATE TABLE a (b nvarchar);",
        "SELECT nvarchar(20);",
        "COPY notes FROM stdin;\n1\tit's `code` AUTO_INCREMENT\n\\.\n",
        "\\set now `date`\nSELECT 1;",
        "CREATE TABLE ${schema}.a (id int, unsigned int);",
        "CREATE TABLE a (id int unsigned_id);",
        "SELEC broken syntax;",
    ],
)
def test_what_postgresql_would_read_is_never_evidence(text):
    assert evidence(text) is None


def test_the_reason_is_in_plain_words_that_fit_after_it_has():
    assert evidence("CREATE TABLE users (id int) ENGINE=InnoDB;") == ("mysql", "an ENGINE of MySQL")
