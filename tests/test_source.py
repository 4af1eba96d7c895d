"""Places are character offsets; lines and columns are computed from them."""

from hashlib import sha256

from avion_lint.source import Document, Excerpt, Place, Position, Segment, SourceMap, Span

TEXT = "\ufeff-- Größe\r\nSELECT '😀',\t1;\n\nlast"
DOCUMENT = Document("a.sql", TEXT)


def test_columns_count_characters_not_bytes() -> None:
    assert DOCUMENT.position(TEXT.index("1;")) == Position(2, 13)


def test_the_byte_order_mark_takes_no_column() -> None:
    assert DOCUMENT.position(0) == Position(1, 1)
    assert DOCUMENT.position(1) == Position(1, 1)
    assert DOCUMENT.position(2) == Position(1, 2)


def test_a_line_is_given_without_its_line_end() -> None:
    assert DOCUMENT.line(1) == "\ufeff-- Größe"
    assert DOCUMENT.line(2) == "SELECT '😀',\t1;"
    assert DOCUMENT.line(3) == ""
    assert DOCUMENT.line(4) == "last"


def test_an_offset_past_the_end_is_the_end() -> None:
    assert DOCUMENT.position(10_000) == Position(4, 5)


def test_lines_are_counted_without_an_empty_one_after_the_last_line_feed() -> None:
    assert [Document("a", text).line_count for text in ("", "a", "a\n", "a\nb", "\n\n")] == [1, 1, 1, 2, 2]


def test_a_place_gives_its_text_and_both_ends() -> None:
    start = TEXT.index("'😀'")
    place = Place(DOCUMENT, Span(start, start + 3))

    assert place.text == "'😀'"
    assert (place.start, place.end) == (Position(2, 8), Position(2, 11))


def test_a_source_map_follows_removed_text() -> None:
    # "ab" from 0, then 10 characters left out, then "cd" from 12
    mapped = SourceMap((Segment(0, 2, 0, 2), Segment(2, 4, 12, 14)))

    assert [mapped.origin(offset) for offset in range(5)] == [0, 1, 12, 13, 14]
    assert mapped.span(1, 3) == Span(1, 13)


def test_a_source_map_gives_the_whole_of_a_replaced_text() -> None:
    # ${schema} (9 characters at 4) was replaced by "app"
    mapped = SourceMap((Segment(0, 4, 0, 4), Segment(4, 7, 4, 13), Segment(7, 12, 13, 18)))

    assert mapped.span(4, 7) == Span(4, 13)
    assert mapped.span(5, 8) == Span(4, 14)
    assert mapped.origin(8) == 14


def test_the_digest_is_that_of_the_bytes() -> None:
    assert DOCUMENT.sha256 == sha256(TEXT.encode()).hexdigest()


def test_text_cut_out_of_text_that_was_cut_out_keeps_its_place() -> None:
    document = Document("a.yml", "run: |\n    echo 'SELECT 1'\n    true\n")
    script = Excerpt.whole(document).part(
        "echo 'SELECT 1'\ntrue\n", SourceMap((Segment(0, 16, 11, 27), Segment(16, 21, 31, 36)))
    )
    sql = script.slice(Span(6, 14))

    assert sql.text == "SELECT 1"
    assert sql.place(Span(0, 6)).text == "SELECT"
    assert script.place(Span(16, 20)).text == "true"
    assert script.slice(Span(10, 20)).place(Span(6, 10)).text == "true"


def test_what_came_from_a_replaced_run_leads_to_the_whole_of_it() -> None:
    document = Document("a", "x${name}y")
    outer = Excerpt(document, "x__y", SourceMap((Segment(0, 1, 0, 1), Segment(1, 3, 1, 8), Segment(3, 4, 8, 9))))

    assert outer.slice(Span(2, 4)).place(Span(0, 1)).text == "${name}"
    assert outer.slice(Span(2, 4)).place(Span(1, 2)).text == "y"
    assert outer.slice(Span(1, 1)).place(Span(0, 0)).text == ""
