"""Where Flyway ends statements elsewhere than PostgreSQL, it is said; where it does not, nothing is."""

from __future__ import annotations

import pytest

from avion_lint.runners import flyway
from avion_lint.runners.migration import Misread
from avion_lint.source import Document


def found(text: str) -> list[tuple[Misread, str, str]]:
    read = flyway.read(Document("V1__x.sql", text), flyway.FlywayConfiguration())
    return [(one.kind, text[one.span.start : one.span.end], one.detail) for one in read.misreadings]


def kinds(text: str) -> list[tuple[Misread, str]]:
    return [(kind, place) for kind, place, _ in found(text)]


@pytest.mark.parametrize(
    ("text", "misread", "place"),
    [
        ("PREPARE p AS SELECT $1, $2; SELECT 3;", Misread.DOLLAR_SWALLOWS, "$1, $"),
        ("SELECT $1; SELECT 1::int $ x;\nSELECT 2;", Misread.DOLLAR_SWALLOWS, "$1; SELECT 1::int $"),
        ("CREATE FUNCTION f(int) RETURNS int RETURN $1;\nSELECT 2;", Misread.DOLLAR_SWALLOWS, "$1;\nSELECT 2;"),
        ("SELECT (1; SELECT 2; SELECT 3", Misread.PARENTHESIS_SWALLOWS, "("),
        ("SELECT 1); SELECT 2; SELECT 3", Misread.PARENTHESIS_SWALLOWS, ")"),
        ("SELECT 0; SELECT f(g(1); SELECT 2; SELECT 3", Misread.PARENTHESIS_SWALLOWS, "("),
        ("SELECT B'\\'; SELECT 2; --'", Misread.SEMICOLON_MISSED, ";"),
        ("SELECT e'a\\'b', 1; SELECT 2;", Misread.SEMICOLON_MISSED, ";"),
        ("SELECT e'\\';', 2;", Misread.SEMICOLON_INSIDE, ";"),
        ("CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN CASE WHEN b THEN 1 END END; SELECT 2; END;",
         Misread.SEMICOLON_INSIDE, ";"),
        ("SELECT 0;\n(SELECT 1) UNION (SELECT 2);", Misread.PARENTHESIS_LOST, "("),
    ],
)  # fmt: skip
def test_a_real_misreading_is_found_at_its_place(text, misread, place):
    assert kinds(text) == [(misread, place)]


def test_the_detail_counts_what_is_swallowed():
    (_, _, one), (_, _, two) = found("SELECT $1; SELECT 2;") + found("SELECT (1; SELECT 2; SELECT 3;")

    assert "1 more statement with" in one
    assert "2 more statements with" in two


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a$b, c$1; SELECT 2;",
        "CREATE FUNCTION f(int) RETURNS int RETURN $1 + $2;",  # swallows nothing: it is the last one
        "CREATE FUNCTION f(int) RETURNS int RETURN $1; -- done\n",
        "SELECT $$;$$, $tag$;$tag$, $tä$;$tä$; SELECT 2;",
        "SELECT (1;",
        "SELECT (1; -- the end\n;",
        "CREATE RULE r AS ON INSERT TO t DO INSTEAD (SELECT 1; SELECT 2); SELECT 3;",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; END; SELECT 1;",
        "SELECT E'\\';' ; SELECT 2;",
        "\n\n(SELECT 1);",
        "-- x\n(SELECT 1);",
        "SELECT 'unterminated; SELECT 2;",
        "COPY t FROM STDIN;\n'$1; (\n\\.\nSELECT 1;",
        "SELECT '\\'; SELECT 2;",
    ],
)
def test_what_comes_to_the_same_is_no_misreading(text):
    assert kinds(text) == []


def test_out_of_step_once_is_said_once():
    text = "SELECT e'\\';', 2;\nSELECT 'a;b', 'c;d';"

    assert kinds(text) == [(Misread.SEMICOLON_INSIDE, ";")]


def test_places_hold_behind_byte_order_marks_and_replaced_placeholders():
    text = "\ufeffSELECT '${a}', (1; SELECT 2;"
    configuration = flyway.FlywayConfiguration(placeholders={"a": "a long value"})
    (one,) = flyway.read(Document("V1__x.sql", text), configuration).misreadings

    assert text[one.span.start : one.span.end] == "("
