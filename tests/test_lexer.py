"""PostgreSQL's lexical rules, held against libpg_query's own scanner and parser."""

import random

import pglast.parser
import pytest

from avion_lint.source import Span
from avion_lint.sql.lexer import (
    Lexeme,
    Token,
    code_start,
    comments,
    is_whole_statement,
    opaque_spans,
    statement_ends,
    tokens,
)

FRAGMENTS = (
    "select 1",
    "'a;b'",
    "'it''s'",
    "e'\\'",
    ";",
    "E'x\\';y'",
    '"q;""u"',
    "$$;$$",
    "$a$;$$;$a$",
    "a$b$",
    "$1",
    "/* ; */",
    "/* /* ; */ ; */",
    "-- ; '\n",
    " ",
    "\n",
    "\r",
    "(",
    ")",
    ",",
    "+",
    "-",
    "/",
    "x",
    "E",
    "'",
    "$",
    "create function f() returns int language sql begin atomic select 1; select 2; end",
    "create rule r as on insert to t do also (select 1; select 2)",
    "case when a then b end",
    "U&'\\0041'",
    "é",
    "1",
)


def random_texts(seed: int, count: int) -> list[str]:
    source = random.Random(seed)
    return ["".join(source.choice(FRAGMENTS) for _ in range(source.randint(1, 9))) for _ in range(count)]


def statements(text: str) -> list[tuple[int, int]]:
    """The text between the statement ends, without what is blank or a comment alone."""
    found, at = [], 0
    for end in (*statement_ends(text), len(text)):
        if at < end and code_start(text, at) < end:
            found.append((at, end))
        at = end + 1
    return found


def test_statements_are_those_of_the_parser():
    parsed = 0
    for text in random_texts(1, 40_000):
        try:
            theirs = pglast.parser.split(text, only_slices=True)
        except pglast.parser.ParseError:
            continue
        parsed += 1
        ours = statements(text)
        assert len(ours) == len(theirs), text
        assert all(a <= s.start and s.stop <= b for (a, b), s in zip(ours, theirs, strict=True)), text
    assert parsed > 1000


def test_semicolons_and_comments_are_those_of_the_scanner():
    scanned = 0
    for text in random_texts(2, 20_000):
        try:
            theirs = pglast.parser.scan(text)
        except pglast.parser.ParseError:
            continue
        scanned += 1
        ours = [token.start for token in tokens(text) if token.kind is Lexeme.SEMICOLON]
        assert ours == [token.start for token in theirs if token.name == "ASCII_59"], text
        # The scanner counts a comment between the parts of one literal as a part of it.
        assert {(t.start, t.end + 1) for t in theirs if "COMMENT" in t.name} <= {
            (comment.start, comment.end) for comment in comments(text)
        }, text
    assert scanned > 1000


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT 'open", Lexeme.STRING),
        ("E'\\'", Lexeme.STRING),
        ("E'a'\n'b\\'", Lexeme.STRING),
        ('"open', Lexeme.NAME),
        ("$tag$ open $$ $ta$", Lexeme.DOLLAR),
        ("/* /* */ open", Lexeme.BLOCK_COMMENT),
    ],
)
def test_an_open_token_reaches_to_the_end(text: str, kind: Lexeme):
    last = list(tokens(text))[-1]
    assert (last.kind, last.end, last.closed) == (kind, len(text), False)
    assert statement_ends(text) == []


def test_a_string_with_a_prefix_letter_escapes_only_after_e():
    assert statement_ends(r"SELECT E'\';' ; x") == [14]
    assert statement_ends(r"SELECT b'\';' ; x") == [11]
    assert statement_ends(r"SELECT type'\';' ; x") == [14]


def test_literals_joined_over_a_line_end_keep_their_escapes():
    assert statement_ends("SELECT E'a' -- c\n 'b\\';' ;") == [25]


def test_dollars_within_a_name_open_no_body():
    assert statement_ends("SELECT a$b$; SELECT 1$$;$$; SELECT $1$$;$$;") == [11, 26, 42]


def test_a_carriage_return_alone_ends_a_line_comment():
    assert list(comments("-- a\r-- b\r\nx")) == [Span(0, 4), Span(5, 9)]


def test_a_comment_mark_inside_an_operator_opens_a_comment():
    assert list(comments("a +-- b\n*/* c */")) == [Span(3, 7), Span(9, 16)]


def test_comments_inside_strings_are_none():
    assert list(comments("SELECT '-- a', $$ /* b */ $$, \"-- c\"; -- d")) == [Span(38, 42)]


def test_opaque_spans_are_everything_that_is_no_code():
    text = "a 'b' \"c\" $$d$$ /* e */ -- f"
    spans = opaque_spans(text)
    assert [text[s.start : s.end] for s in spans] == ["'b'", '"c"', "$$d$$", "/* e */", "-- f"]


def test_a_comment_before_create_does_not_hide_its_body():
    text = "/* a /* b */ c */ CREATE -- d\n FUNCTION f() BEGIN ATOMIC SELECT 1; END; SELECT 2;"
    assert [text[: end + 1][-5:] for end in statement_ends(text)] == [" END;", "CT 2;"]


def test_case_inside_a_body_does_not_end_it():
    text = "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN b END; SELECT 2; END; x"
    assert statement_ends(text) == [len(text) - 3]


def test_a_missing_parenthesis_does_not_swallow_the_file():
    assert statement_ends("SELECT (1; SELECT 2;") == [9, 19]


@pytest.mark.parametrize("text", ["SELECT 1;", "SELECT ';' -- c;\n;", "SELECT 1; -- c", "CREATE TABLE a ();\n"])
def test_a_whole_statement_is_one(text: str):
    assert is_whole_statement(text)


@pytest.mark.parametrize(
    "text",
    ["SELECT 1", "SELECT ';", "SELECT 1; SELECT 2;", "SELECT 1; /* ;", "create rule r as (a;", "/* ;", "", "-- ;"],
)
def test_a_part_of_a_statement_or_two_of_them_are_not_one(text: str):
    assert not is_whole_statement(text)


def test_tokens_of_an_empty_text_are_none():
    assert list(tokens("")) == []
    assert list(tokens("é;")) == [Token(Lexeme.SEMICOLON, 1, 2)]


@pytest.mark.parametrize(
    "text",
    ["a" + "$" * 100_000, "$a" * 60_000, "/*" * 60_000, "E'" * 60_000, "CREATE /**/ x " * 20_000, "1$" * 60_000],
)
def test_hostile_text_takes_no_longer_than_its_length(text: str):
    assert len(list(tokens(text))) <= len(text)
    assert len(statement_ends(text)) <= len(text)
