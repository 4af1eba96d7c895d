"""Where goose reads otherwise than the eye: what is said, and where nothing is."""

import random

import pglast.parser
import pytest

from avion_lint.runners.goose import Profile, read
from avion_lint.runners.migration import Misread, Misreading
from avion_lint.source import Document

NEW = Profile.V3_19
UP, DOWN = "-- +goose Up\n", "-- +goose Down\n"
BEGIN, END = "-- +goose StatementBegin\n", "-- +goose StatementEnd\n"
ENVSUB = "-- +goose ENVSUB ON\n"


def found(text: str) -> tuple[Misreading, ...]:
    return read(Document("00001_x.sql", text), NEW).misreadings


def places(text: str) -> list[tuple[Misread, str]]:
    return [(each.kind, text[each.span.start : each.span.end]) for each in found(text)]


# Empty blocks


def test_an_empty_block_swallows_the_next_line():
    text = UP + BEGIN + END + "\n-- about\n  CREATE TABLE lost (id int);\nCREATE TABLE kept (id int);\n"
    assert places(text) == [(Misread.EMPTY_BLOCK_SWALLOWS, "  CREATE TABLE lost (id int);")]


def test_a_block_of_comments_swallows_too_and_in_down():
    text = UP + "SELECT 1;\n" + DOWN + BEGIN + "-- nothing\n" + END + "DROP TABLE a;\n"
    assert places(text) == [(Misread.EMPTY_BLOCK_SWALLOWS, "DROP TABLE a;")]


@pytest.mark.parametrize("rest", ["", DOWN + BEGIN + END, BEGIN + "SELECT 1;\n" + END, "\n-- c\n", "  \nSELECT 1;\n"])
def test_an_empty_block_that_swallows_no_sql_is_harmless(rest: str):
    assert places(UP + BEGIN + END + rest) == []


# Semicolons


@pytest.mark.parametrize(
    ("first", "why"),
    [
        ("SELECT 1;--c\n", "no blank"),
        ("SELECT 1; /* c */\n", "block comment"),
        ("INSERT INTO t VALUES ('a -- b');\n", "`--` before it"),
        ("SELECT 1 /* a\n -- b */ ;\n", "`--` before it"),
    ],
)
def test_a_semicolon_that_goose_overlooks_glues_two_statements(first: str, why: str):
    text = UP + first + "SELECT 2;\n"
    (misreading,) = found(text)
    assert misreading.kind is Misread.SEMICOLON_MISSED
    assert misreading.span.start == text.index(";")
    assert why in misreading.detail
    assert "2 are sent as one query" in misreading.detail


@pytest.mark.parametrize("first", ["SELECT 1; -- c\n", "SELECT 1 ;\n", "SELECT 1\n;\n", "SELECT 1;--c;\n"])
def test_a_semicolon_that_goose_sees_is_fine(first: str):
    assert places(UP + "SELECT 0;\n" + first + "SELECT 2;\n") == []


@pytest.mark.parametrize(
    ("cut", "what"),
    [
        ("INSERT INTO t VALUES ('a;\nb');\n", "a string"),
        ("SELECT E'a\\';\n';\n", "a string"),
        ('SELECT 1 AS "a;\n";\n', "a quoted name"),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n RETURN 1;\nEND;\n$$;\n",
            "a dollar-quoted body",
        ),
        ("SELECT 1 /* a;\n b; */;\n", "a comment"),
        ("SELECT 1; /* a;\n b; */\nSELECT 2;\n", "a comment"),
        ("/* a;\n b; */\nSELECT 2;\n", "a comment"),
        ("SELECT 1--a;\n + 1;\n", "a comment"),
        ("CREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC\n SELECT 1;\n SELECT 2;\nEND;\n", "a statement that goes on"),
        ("CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1;\n SELECT 2);\n", "a statement that goes on"),
    ],
)
def test_a_semicolon_inside_cuts_the_statement_once(cut: str, what: str):
    (misreading,) = found(UP + "SELECT 0;\n" + cut + "SELECT 9;\n")
    assert misreading.kind is Misread.SEMICOLON_INSIDE
    assert misreading.detail.endswith(f"inside {what}")


def test_the_semicolon_that_cuts_is_marked():
    text = UP + "INSERT INTO t VALUES ('ä😀', 'a; b;   -- ;\nc');\n"
    assert [each.span.start for each in found(text)] == [text.index(";   --")]


@pytest.mark.parametrize(
    "body",
    [
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n RETURN 1;\nEND;\n$$;\n",
        "CREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC\n SELECT 1;\n SELECT 2;\nEND;\n",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1;\n SELECT 2);\n",
        "-- it's;\n/* a; */ SELECT ';'; -- a; b\n",
        "\n\n",
    ],
)
def test_one_statement_in_a_block_is_fine(body: str):
    assert places(UP + BEGIN + body + END) == []


def test_two_statements_in_one_query_are_several():
    assert places(UP + "SELECT 1; SELECT 2;\n") == [(Misread.SEVERAL_IN_CHUNK, "SELECT 2")]
    in_block = UP + BEGIN + "SELECT 1;\n\n-- c\nSELECT 2;\nSELECT 3\n" + END
    assert places(in_block) == [(Misread.SEVERAL_IN_CHUNK, "SELECT 2")]
    assert "3 are sent as one query" in found(in_block)[0].detail


def test_empty_statements_do_not_count():
    assert places(UP + "SELECT 1;;\n;\n;;\n" + BEGIN + ";\nSELECT 2;\n;\n" + END) == []


def test_where_a_semicolon_is_missed_the_query_is_not_called_several_too():
    assert [kind for kind, _ in places(UP + "SELECT 1;--c\nSELECT 2; SELECT 3;\n")] == [Misread.SEMICOLON_MISSED]


def test_text_before_a_block_is_glued_to_it():
    text = UP + "ALTER TABLE a ADD COLUMN b int -- why\n\n" + BEGIN + "SELECT 1;\n" + END
    assert places(text) == [(Misread.UNFINISHED_BEFORE_BLOCK, "ALTER TABLE a ADD COLUMN b int -- why")]


def test_a_finished_statement_that_goose_does_not_end_before_a_block_has_its_semicolon_missed():
    assert places(UP + "SELECT 1;--c\n" + BEGIN + "SELECT 2;\n" + END) == [(Misread.SEMICOLON_MISSED, ";")]


@pytest.mark.parametrize(
    "text",
    [
        "/* about */\n" + BEGIN + "SELECT 1;\n" + END,
        "   \n" + BEGIN + "SELECT 1;\n" + END,
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS\n" + BEGIN + "$$ SELECT 1; $$;\n" + END,
    ],
)
def test_text_before_a_block_that_belongs_to_it_is_fine(text: str):
    assert places(UP + text) == []


STATEMENTS = (
    "SELECT 1",
    "SELECT\n  1",
    "SELECT 'a;\nb'",
    "SELECT 'a -- b'",
    "SELECT $$x;\ny$$",
    "SELECT $a$;$a$ AS z",
    "SELECT /* c; */ 1",
    "SELECT /* c;\n d */ 1",
    "SELECT 1 -- c;\n + 1",
    "SELECT 1--c;\n + 1",
    'SELECT 1 AS "q;\n"',
    "SELECT E'\\';\n'",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC\n SELECT 1;\n SELECT 2;\nEND",
    "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1;\n SELECT 2)",
    "DO 'x'",
)
ENDS = (
    ";\n",
    ";\n",
    "; \n",
    "; -- c\n",
    ";--c\n",
    "; /* c */\n",
    "; /* c;\n*/\n",
    "; ",
    "\n;\n",
    ";;\n",
    ";\n\n-- c;\n",
)


def random_section(source: random.Random) -> str:
    text = UP
    for _ in range(source.randint(1, 6)):
        statement = source.choice(STATEMENTS) + source.choice(ENDS)
        text += f"{BEGIN}{statement}\n{END}" if source.random() < 0.2 else statement
    return f"{text}\nSELECT 0;\n"


def is_whole(chunk: str) -> bool:
    try:
        return len(pglast.parser.split(chunk)) <= 1
    except pglast.parser.ParseError:
        return False


def test_semicolons_are_misread_exactly_where_a_query_is_not_one_statement():
    source = random.Random(7)
    seen = {True: 0, False: 0}
    for _ in range(1500):
        text = random_section(source)
        migration = read(Document("1_x.sql", text), NEW)
        section = migration.sections[0]
        if section.error:
            continue
        whole = all(is_whole(chunk.text) for chunk in section.chunks)
        assert whole is not bool(migration.misreadings), text
        seen[whole] += 1
    assert min(seen.values()) > 100


# Substitution


def test_substitution_takes_the_marks_of_a_body_away():
    body = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$;\n"
    assert places(ENVSUB + UP + BEGIN + body + END) == [(Misread.SUBSTITUTION_IN_BODY, "$$")]
    assert places(ENVSUB + UP + body) == [(Misread.SUBSTITUTION_IN_BODY, "$$")]
    tagged = BEGIN + "DO $body$\nBEGIN\n  PERFORM 1;\nEND;\n$body$\n" + END
    assert places(ENVSUB + UP + tagged) == [(Misread.SUBSTITUTION_IN_BODY, "$body$")]


@pytest.mark.parametrize("mark", ["$$$$", "$$body$$"])
def test_marks_with_doubled_dollars_are_meant(mark: str):
    text = ENVSUB + UP + BEGIN + f"DO {mark}\nBEGIN\n  PERFORM 1;\nEND;\n{mark};\n" + END
    assert places(text) == []


@pytest.mark.parametrize(
    "text",
    [
        ENVSUB + UP + "SELECT '$$HOME', '${A}', \"$B\"; -- $$\n",
        ENVSUB + UP + "SELECT '${A}';\n-- +goose ENVSUB OFF\n" + BEGIN + "DO $$ BEGIN END $$;\n" + END,
        ENVSUB + UP + BEGIN + "DO $$$$\nBEGIN\n  PERFORM '${A}';\nEND $$$$;\n" + END,
    ],
)
def test_substitution_outside_the_marks_of_bodies_is_fine(text: str):
    assert places(text) == []


# All of them


def test_misreadings_are_sorted_by_place():
    text = UP + "SELECT 1; SELECT 2;\nSELECT 'a;\nb';\n-- + goose Down\n" + BEGIN + END + "DROP TABLE a;\n"
    spans = [each.span for each in found(text)]
    assert len(spans) == 4
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    "text",
    [
        "-- + goose Down\n" * 20_000,
        "-- +goose no transaction\n-- + goose no transaction\n" * 10_000,
        "SELECT 1;--c\n" * 20_000 + ";\n",
        "SELECT 1; " * 20_000 + "\n",
        "'a;\n" * 20_000,
        "-- + goose Down " * 20_000 + "\n-- + goose Down\n",
    ],
)
def test_hostile_files_take_no_longer_than_their_length(text: str):
    assert read(Document("1_x.sql", UP + text), NEW).misreadings
