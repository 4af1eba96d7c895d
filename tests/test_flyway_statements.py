"""Scripts are split into the statements that Flyway sends, and those it will not run in a transaction are known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from avion_lint.runners.flyway_statements import split

CASES = json.loads((Path(__file__).parent / "data" / "flyway_statements.json").read_text(encoding="utf-8"))
# What the observed files held.
SCRIPTS = {
    "c.sql": "SELECT 'unterminated;",
    "d.sql": "\\set x 1\nSELECT 1;",
    "f.sql": "SELECT 1;\n\nSELECT 2;\n",
    "g.sql": "SELECT a$b FROM t; SELECT $1; SELECT 1::int $ x;\nSELECT 2;",
}


def sent(text: str) -> list[str]:
    result = split(text)
    assert result.refusal is None, result.refusal
    return [text[statement.start : statement.end] for statement in result.statements]


def transactional(text: str) -> bool:
    (statement,) = split(text).statements
    return statement.transactional


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_a_script_gives_the_statements_that_flyway_was_seen_to_send(case):
    text = SCRIPTS[case["file"]]
    found = [
        {"line": text.count("\n", 0, one.first) + 1, "tx": one.transactional, "sql": text[one.start : one.end]}
        for one in split(text).statements
    ]

    assert found == case["stmts"]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", []),
        (" \n;;\n; -- only comments\n/* ; */", []),
        ("SELECT 1", ["SELECT 1"]),
        ("-- why\nSELECT 1; -- behind\n", ["-- why\nSELECT 1"]),
        ("SELECT 1; -- behind\nSELECT 2;", ["SELECT 1", "-- behind\nSELECT 2"]),
        ("SELECT ';', 'it''s;', \";\", $$;$$, $t$ $$;$$ $t$;SELECT 2",
         ["SELECT ';', 'it''s;', \";\", $$;$$, $t$ $$;$$ $t$", "SELECT 2"]),
        ("SELECT /* /* ; */ ; */ 1; SELECT 2", ["SELECT /* /* ; */ ; */ 1", "SELECT 2"]),
        ("SELECT E'\\';' ; SELECT 2", ["SELECT E'\\';'", "SELECT 2"]),
        ("SELECT a$b, c$; SELECT 2", ["SELECT a$b, c$", "SELECT 2"]),
        ("SELECT U&'\\';SELECT 2", ["SELECT U&'\\'", "SELECT 2"]),
        ("CREATE RULE r AS ON INSERT TO t DO INSTEAD (SELECT 1; SELECT 2); SELECT 3",
         ["CREATE RULE r AS ON INSERT TO t DO INSTEAD (SELECT 1; SELECT 2)", "SELECT 3"]),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 2 END; END; SELECT 3",
         ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 2 END; END", "SELECT 3"]),
        ("BEGIN; SELECT 1; END; SELECT 2", ["BEGIN", "SELECT 1", "END", "SELECT 2"]),
        ("COPY t (a) FROM stdin;\n1;'2\n\\.\nSELECT 1", ["COPY t (a) FROM stdin", "SELECT 1"]),
        ("COPY t FROM '/x'; SELECT 1", ["COPY t FROM '/x'", "SELECT 1"]),
        ("SELECT 'ä😀;'\r\n;\r\nSELECT ü;\r\n", ["SELECT 'ä😀;'", "SELECT ü"]),
    ],
)  # fmt: skip
def test_statements_end_where_flyway_ends_them(text, statements):
    assert sent(text) == statements


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        # a lower-case e makes no escape string for Flyway
        ("SELECT e'\\'; SELECT 2; --'", ["SELECT e'\\'", "SELECT 2"]),
        # B and X do
        ("SELECT B'\\'; SELECT 2; --'", ["SELECT B'\\'; SELECT 2; --'"]),
        # any two dollar signs hold a tag, and one with a line end in it is never found again
        ("SELECT $1 + $2; SELECT 3; SELECT $$;$$", ["SELECT $1 + $2; SELECT 3; SELECT $$;$$"]),
        ("SELECT $1;\nSELECT $1; SELECT 3", ["SELECT $1;\nSELECT $1; SELECT 3"]),
        ("SELECT $1$ ; $1$; SELECT 2", ["SELECT $1$ ; $1$", "SELECT 2"]),
        # parentheses count across statements
        ("SELECT (1; SELECT 2); SELECT 3", ["SELECT (1; SELECT 2)", "SELECT 3"]),
        ("SELECT 1); SELECT (2; SELECT 3", ["SELECT 1); SELECT (2", "SELECT 3"]),
        # one that begins a statement is lost, unless a comment or an empty line stands before it
        ("(SELECT 1) UNION (SELECT 2);", ["SELECT 1) UNION (SELECT 2)"]),
        ("SELECT 0;\n(SELECT 1);", ["SELECT 0", "SELECT 1)"]),
        ("SELECT 0;\n\n(SELECT 1);", ["SELECT 0", "(SELECT 1)"]),
        ("/* */(SELECT 1);", ["/* */(SELECT 1)"]),
        # a CASE inside a CASE is not counted
        ("CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN CASE WHEN b THEN 1 END END; SELECT 2; END;",
         ["CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN CASE WHEN b THEN 1 END END", "SELECT 2", "END"]),
        # NUL quotes names
        ("SELECT \0;\0; SELECT 2", ["SELECT \0;", "SELECT 2"]),
    ],
)  # fmt: skip
def test_where_flyway_differs_from_postgresql_it_is_followed(text, statements):
    assert sent(text) == statements


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "create unique index concurrently i on t (a)",
        "-- why\nCREATE /* x */ INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
        "DROP INDEX CONCURRENTLY i",
        "CREATE DATABASE d",
        "DROP TABLESPACE t",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
        "ALTER SYSTEM SET work_mem = '1MB'",
        "REINDEX DATABASE d",
        "REINDEX VERBOSE SCHEMA s",
        "REINDEX (VERBOSE) SYSTEM d",
        "VACUUM",
        "VACUUM (FULL) t",
        "DISCARD ALL",
    ],
)
def test_statements_that_flyway_runs_outside_transactions(text):
    assert not transactional(text)


@pytest.mark.parametrize(
    "text",
    [
        "REINDEX INDEX CONCURRENTLY i",
        "REINDEX TABLE CONCURRENTLY t",
        "REINDEX (CONCURRENTLY) TABLE t",
        "ALTER TABLE p DETACH PARTITION c CONCURRENTLY",
        "CLUSTER",
        "ALTER DATABASE d SET TABLESPACE t",
        "ALTER TYPE mood ADD VALUE 'x'",  # on a server of version 12 or later
        'CREATE "INDEX" CONCURRENTLY i ON t (a)',
        "CREATE INDEX i ON t (a)",
        "EXPLAIN VACUUM",
        "DISCARD PLANS",
        "DROP TABLE database",
    ],
)
def test_statements_that_flyway_takes_for_transactional_though_some_are_not(text):
    assert transactional(text)


@pytest.mark.parametrize("text", ["COPY t FROM STDIN;\n1\n2\n", "COPY t FROM STDIN", "COPY t FROM STDIN; \\."])
def test_copy_data_without_an_end_keep_flyway_for_ever(text):
    refusal = split(text).refusal

    assert refusal is not None
    assert "never gets to the end" in refusal.message


@pytest.mark.parametrize("digit", ["٣", "３"])
def test_a_digit_outside_ascii_keeps_flyway_for_ever(digit):
    refusal = split(f"SELECT 1; SELECT {digit};").refusal

    assert refusal is not None
    assert (refusal.span.start, refusal.span.end) == (17, 18)
    assert split(f"SELECT '{digit}', a{digit}; -- {digit}").refusal is None


def test_an_unfinished_atomic_body_is_refused_in_flyways_words():
    refusal = split("SELECT 1;\n😀 CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; ").refusal

    assert refusal is not None
    assert refusal.message.startswith("Incomplete statement at line 2 col 1: 😀 CREATE FUNCTION")


def test_what_was_split_before_a_refusal_is_kept():
    assert len(split("SELECT 1; COPY t FROM STDIN;").statements) == 1


@pytest.mark.parametrize("piece", ["(", "'", "$", "$1 ", "/*", "x()", ";", "BEGIN ATOMIC ", "e'\\' ", "\0", "$a", '".'])
def test_hostile_scripts_are_read_in_linear_time(piece):
    split(piece * (200_000 // len(piece)))
