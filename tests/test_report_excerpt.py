from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avion_lint.report.excerpt import excerpt
from avion_lint.report.plain import width
from avion_lint.report.style import Paint, Style
from avion_lint.source import Document, Place, Span

PLAIN = Style(colour=False)


def shown(text: str, first: str, last: str = "", columns: int = 80) -> list[str]:
    start = text.index(first)
    end = text.index(last, start) + len(last) if last else start + len(first)
    return excerpt(Place(Document("a.sql", text), Span(start, end)), PLAIN, Paint.ERROR, columns)


def test_carets_stand_under_exactly_the_place() -> None:
    assert shown("SELECT 1;\nDROP TABLE users;\n", "users") == [
        "2 | DROP TABLE users;",
        "  |            ^^^^^",
    ]


def test_wide_characters_take_two_columns_before_and_under_the_carets() -> None:
    assert shown("DROP TABLE 請求書, 明細;", "明細") == [
        "1 | DROP TABLE 請求書, 明細;",
        "  |                    ^^^^",
    ]


def test_combining_marks_take_no_column() -> None:
    assert shown("-- e\u0301te\u0301 X", "X") == ["1 | -- e\u0301te\u0301 X", "  |        ^"]


def test_tabs_are_expanded_alike_in_the_line_and_before_the_carets() -> None:
    assert shown("\ta\t請\tX", "X") == ["1 |     a   請  X", "  |             ^"]


def test_emoji_outside_the_basic_plane_take_two_columns() -> None:
    assert shown("-- 🚀🚀 X", "X") == ["1 | -- 🚀🚀 X", "  |         ^"]


def test_a_carriage_return_of_the_line_end_is_not_shown() -> None:
    assert shown("a\r\nbcd\r\n", "bcd\r\n") == ["2 | bcd", "  | ^^^"]


def test_a_byte_order_mark_is_not_shown_and_takes_no_column() -> None:
    assert shown("\ufeffSELECT 1;", "1") == ["1 | SELECT 1;", "  |        ^"]


def test_control_characters_are_shown_and_counted() -> None:
    assert shown("a\x1b[0m\u202eX", "X") == ["1 | a␛[0m<U+202E>X", "  |              ^"]


def test_a_place_of_several_lines_shows_the_first_and_says_where_it_ends() -> None:
    assert shown("ALTER TABLE t\n  ADD a int,\n  ADD b int;\n", "TABLE", "b int") == [
        "1 | ALTER TABLE t",
        "  |       ^^^^^^^ to line 3",
    ]


def test_a_place_without_length_has_one_caret() -> None:
    place = Place(Document("a.sql", "abc\n"), Span(3, 3))
    assert excerpt(place, PLAIN, Paint.ERROR, 80) == ["1 | abc", "  |    ^"]


@pytest.mark.parametrize("text", ["", "\n", "a\n\n", "\ufeff", "a"])
def test_every_offset_of_any_text_has_an_excerpt(text: str) -> None:
    for offset in range(len(text) + 2):
        lines = excerpt(Place(Document("a.sql", text), Span(offset, offset + 1)), PLAIN, Paint.ERROR, 80)
        assert lines[1].endswith("^")


def test_the_end_of_a_file_is_shown_behind_its_last_line() -> None:
    place = Place(Document("a.sql", "SELECT 1\n"), Span(9, 9))
    assert excerpt(place, PLAIN, Paint.ERROR, 80) == ["1 | SELECT 1", "  |         ^"]


def test_a_long_line_is_cut_to_the_part_around_the_place() -> None:
    text = "x" * 500 + "HERE" + "y" * 500
    source, carets = shown(text, "HERE", columns=44)

    assert source == "1 | …" + "x" * 17 + "HERE" + "y" * 17 + "…"
    assert carets == "  | " + " " * 18 + "^^^^"


def test_a_place_longer_than_the_terminal_is_cut_with_its_carets() -> None:
    source, carets = shown("a" * 10 + "X" * 500, "X" * 500, columns=44)

    assert source == "1 | …" + "a" * 9 + "X" * 29 + "…"
    assert carets == "  | " + " " * 10 + "^" * 29


def test_a_line_of_megabytes_is_cut_without_reading_all_of_it() -> None:
    text = "請" * 3_000_000 + "X" + "求" * 3_000_000
    source, carets = shown(text, "X")

    assert width(source) <= 80
    assert source[len("1 | ") :].index("X") > 0
    assert width(source[: source.index("X")]) == len(carets) - 1


PIECES = st.sampled_from(["a", " ", "\t", "請", "🚀", "\u0301", "\u200d", "\x1b", "\u202e", "ab", "\ufe0f"])


@given(st.lists(PIECES, max_size=60), st.lists(PIECES, max_size=60), st.integers(24, 90))
def test_the_caret_is_in_the_column_of_the_place_whatever_stands_around_it(
    before: list[str], after: list[str], columns: int
) -> None:
    text = "".join(before) + "X" + "".join(after)
    source, carets = shown(text, "X", columns=columns)

    assert width(source) <= columns
    assert carets.endswith(" ^")
    assert width(source[: source.index("X")]) == len(carets) - 1


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("goose postgres 'postgres://app:hunter2@db/shop' up", "goose postgres 'postgres://app:*******@db/shop' up"),
        ("export PGPASSWORD=hunter2 # näme", "export PGPASSWORD=******* # näme"),
        ('  DB_PASSWORD: "hunter 2"', '  DB_PASSWORD: "****** 2"'),
        ("host=db password=hunter2 user=app", "host=db password=******* user=app"),
        ("CREATE USER app PASSWORD 'hunter ''2';", "CREATE USER app PASSWORD '****** ***';"),
        ("tool --password hunter2 --force", "tool --password ******* --force"),
        ('{"api_key": "abc123"}', '{"api_key": "******"}'),
        ("secretName: users-db", "secretName: users-db"),
        ("password: ${{ secrets.DB }}", "password: ${{ secrets.DB }}"),
        ("id-token: write", "id-token: write"),
        ("automountServiceAccountToken: false", "automountServiceAccountToken: false"),
        ("ALTER TABLE users ADD COLUMN password text;", "ALTER TABLE users ADD COLUMN password text;"),
        ("https://example.org:8080/path@x", "https://example.org:8080/path@x"),
    ],
)
def test_secrets_are_shown_as_stars(line: str, shown: str) -> None:
    document = Document("x", line)
    (first, _) = excerpt(Place(document, Span(0, 3)), PLAIN, Paint.ERROR, 200)

    assert first == f"1 | {shown}"


def test_a_place_that_is_a_secret_is_hidden_whole() -> None:
    document = Document("x", "value: some words")
    (first, _) = excerpt(Place(document, Span(7, 17)), PLAIN, Paint.ERROR, 200, hide=True)

    assert first == "1 | value: **** *****"
