from __future__ import annotations

import pytest

from avion_lint.report.extent import extent, utf16_column
from avion_lint.source import Document, Place, Span


def lines_and_columns(text: str, start: int, end: int) -> tuple[int, int, int, int]:
    where = extent(Place(Document("a.sql", text), Span(start, end)))
    return where.line, where.column, where.end_line, where.end_column


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("abc", 0, 3, (1, 1, 1, 4)),
        ("abc\ndef", 1, 6, (1, 2, 2, 3)),
        ("abc\r\ndef\r\n", 5, 10, (2, 1, 2, 4)),  # the line end is not counted to it
        ("abc\n\n\n", 0, 6, (1, 1, 1, 4)),
        ("abc\r\n", 4, 4, (1, 4, 1, 4)),  # inside a line end
        ("abc\n", 4, 4, (1, 4, 1, 4)),  # there is no line behind the last line end
        ("abc\n\n", 5, 9, (2, 1, 2, 1)),
        ("", 0, 0, (1, 1, 1, 1)),
        ("\ufeffabc", 1, 4, (1, 1, 1, 4)),  # a byte order mark has no column
        ("\ufeffabc", 0, 4, (1, 1, 1, 4)),
        ("請🚀x", 2, 3, (1, 3, 1, 4)),
    ],
)
def test_places_have_lines_and_columns_as_editors_show_them(
    text: str, start: int, end: int, expected: tuple[int, int, int, int]
) -> None:
    assert lines_and_columns(text, start, end) == expected


def test_utf16_columns_count_two_for_a_character_outside_the_basic_plane() -> None:
    document = Document("a.sql", "\ufeff🚀請x\n🚀x")

    assert utf16_column(document, 1, 1) == 1
    assert utf16_column(document, 1, 2) == 3
    assert utf16_column(document, 1, 3) == 4
    assert utf16_column(document, 2, document.text.rindex("x")) == 3
