"""Reading goose migrations: what goose 3.27.3 was seen to make of files, and where each piece came from."""

import json
from pathlib import Path

import pytest

from avion_lint.runners.goose import Profile, read
from avion_lint.runners.migration import Direction, Kind, MigrationFile, Section
from avion_lint.source import Document, Span

CASES = json.loads(Path(__file__).with_name("data").joinpath("goose_cases.json").read_text("utf-8"))
ENVIRONMENT = {"HOME": "/home/dev"}
LONG_LINE = "-- +goose Up\n" + "-" * (4 * 1024 * 1024) + "\n"
OLD, NEW = Profile.V3_18, Profile.V3_19
UP, DOWN = Direction.UP, Direction.DOWN


def reading(text: str, profile: Profile = NEW, name: str = "00001_x.sql") -> MigrationFile:
    return read(Document(f"db/migrations/{name}", text), profile)


def section(text: str, direction: Direction = UP, profile: Profile = NEW) -> Section:
    found = reading(text, profile).section(direction)
    assert found is not None
    return found


def sent(text: str, direction: Direction = UP, profile: Profile = NEW) -> list[str]:
    return [chunk.text for chunk in section(text, direction, profile).chunks]


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_file_is_read_as_by_goose(case: dict[str, object], direction: Direction):
    text = LONG_LINE if case["input"] is None else str(case["input"])
    seen = case[direction]
    assert isinstance(seen, dict)
    found = read(Document("00001_x.sql", text), NEW, ENVIRONMENT).section(direction)
    if found is None:
        assert (direction, seen["stmts"], seen.get("err")) == (DOWN, [], None)
        return
    assert [chunk.text for chunk in found.chunks] == seen["stmts"]
    assert found.transaction is seen["use_tx"]
    assert (found.error.text if found.error else None) == seen.get("err")


def test_a_file_without_down_has_no_such_section():
    assert reading("-- +goose Up\nSELECT 1;\n").section(DOWN) is None
    empty = reading("-- +goose Up\n-- +goose Down\n")
    assert [(found.direction, found.chunks) for found in empty.sections] == [(UP, ()), (DOWN, ())]


def test_an_error_of_one_direction_leaves_the_other_alone():
    found = reading("-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2\n")
    up, down = found.sections
    assert up.error is None
    assert down.error is not None
    assert down.error.span == Span(38, 46)


def test_an_error_of_both_directions_is_in_both_sections():
    found = reading("-- +goose Up\nSELECT 1;\n-- +goose Bogus\n")
    assert [(s.direction, s.error is not None, s.chunks, s.transaction) for s in found.sections] == [
        (UP, True, (), False),
        (DOWN, True, (), False),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("-- +goose Up\n-- +goose Bogus\nSELECT 1;\n", 2),
        ("\n\n/* header */\n-- +goose Up\n", 3),
        ("-- +goose Up\nSELECT\n  1\n\n-- +goose Down\n", 3),
        ("-- +goose Up\nSELECT\n  1\n\n\n", 3),
        ("-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n", 2),
        ("-- +goose Up\n-- +goose Down\n-- +goose Up\n", 3),
        ("-- +goose ENVSUB ON\r\n-- +goose Up\r\nSELECT 1,\r\n $1;\r\n", 4),
        ("-- nothing\n-- at all\n", 1),
        ("", 1),
        (LONG_LINE, 2),
    ],
)
def test_an_error_stands_at_the_line_that_stopped_goose(text: str, line: int):
    document = Document("00001_x.sql", text)
    error = read(document, NEW).sections[0].error
    assert error is not None
    assert error.span == document.line_span(line)


def test_a_go_migration_has_no_sections():
    found = reading("package migrations\n", name="00007_fill.go")
    assert (found.kind, str(found.version), found.description, found.sections) == (Kind.CODE, "00007", "fill", ())


def test_a_name_that_goose_does_not_take_leaves_the_version_open():
    found = reading("-- +goose Up\nSELECT 1;\n", name="schema.sql")
    assert (found.kind, found.version) == (Kind.VERSIONED, None)
    assert found.section(UP) is not None


def test_no_transaction_counts_for_both_directions_wherever_it_stands():
    text = "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n-- +goose NO TRANSACTION\n"
    assert [found.transaction for found in reading(text).sections] == [False, False]


def test_sections_reach_from_their_annotation_to_the_next():
    text = "-- header\n-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n"
    spans = [text[found.span.start : found.span.end] for found in reading(text).sections]
    assert spans == ["-- +goose Up\nSELECT 1;\n", "-- +goose Down\nSELECT 2;\n"]


def test_every_character_of_a_chunk_leads_back_to_the_document():
    text = (
        "-- +goose Up\r\n  SELECT 'ä😀',\r\n-- +goose NO TRANSACTION\r\n\t2; \r\n\r\n"
        "-- +goose StatementBegin\r\nDO $$\r\nBEGIN END;\r\n$$;\r\n-- +goose StatementEnd\r\n"
    )
    first, second = section(text).chunks
    assert first.text == "SELECT 'ä😀',\n\t2;"
    assert second.text == "DO $$\nBEGIN END;\n$$;"
    for chunk in (first, second):
        assert [text[chunk.origin.origin(i)] for i in range(len(chunk.text))] == list(chunk.text)
    assert text[first.span.start : first.span.end] == "SELECT 'ä😀',\r\n-- +goose NO TRANSACTION\r\n\t2;"


def test_a_substituted_chunk_leads_back_to_its_placeholders():
    text = "-- +goose ENVSUB ON\n-- +goose Up\nSELECT '${NAME}', '$$5', 1;\n"
    (chunk,) = section(text).chunks
    assert chunk.text == "SELECT 'z_name_', '$5', 1;"
    at = chunk.text.index("$5")
    assert chunk.origin.span(at, at + 1) == Span(text.index("$$5"), text.index("$$5") + 2)
    assert chunk.origin.origin(chunk.text.index("1;")) == text.index("1;")


def test_the_environment_is_substituted_where_it_is_known():
    text = "-- +goose ENVSUB ON\n-- +goose Up\nSELECT '${NAME}${UNSET}';\n"
    found = read(Document("1_x.sql", text), NEW, {"NAME": "it;\nx"}).section(UP)
    assert found is not None
    assert [chunk.text for chunk in found.chunks] == ["SELECT 'it;\nx';"]


def test_a_chunk_of_nothing_stands_where_its_line_was_lost():
    text = "-- +goose Up\n-- +goose StatementBegin\n-- +goose StatementEnd\nCREATE TABLE lost ();\n"
    (chunk,) = section(text).chunks
    assert chunk.text == ""
    assert chunk.span == Span(text.index("CREATE"), text.index("CREATE"))


def test_a_carriage_return_alone_ends_no_line():
    assert sent("-- +goose Up\nSELECT 1;\rSELECT 2;\n") == ["SELECT 1;\rSELECT 2;"]


def test_only_one_carriage_return_belongs_to_a_line_end():
    assert sent("-- +goose Up\nSELECT\r\r\n1;\r\n") == ["SELECT\r\n1;"]


def test_what_python_calls_blank_and_go_does_not_ends_no_word():
    text = "-- +goose Up\nSELECT 1;\x1c\nSELECT 2;\n"
    assert sent(text) == ["SELECT 1;\x1c\nSELECT 2;"]


def test_blank_lines_with_blanks_open_a_statement_and_keep_its_comments():
    assert sent("-- +goose Up\n\n-- a\n \n-- b\nSELECT 1;\n") == ["-- b\nSELECT 1;"]


def test_a_line_just_below_four_mebibytes_is_read():
    line = "-" * (4 * 1024 * 1024 - 1)
    assert sent(f"-- +goose Up\n{line}\nSELECT 1;\n") == ["SELECT 1;"]
    assert section(f"-- +goose Up\nSELECT 1;\n{line}-").error is not None
    wide = "é" * (2 * 1024 * 1024)
    assert section(f"-- +goose Up\n--{wide}\n").error is not None


def test_an_error_before_a_line_that_is_too_long_comes_first():
    error = section("-- +goose Bogus\n" + LONG_LINE).error
    assert error is not None
    assert "not supported" in error.text


def test_the_old_grammar_takes_another_spelling_for_a_comment():
    text = "-- +goose Up\nSELECT 1;\n-- +goose down\nSELECT 2;\n"
    assert reading(text, OLD).section(DOWN) is None
    assert sent(text, UP, OLD) == ["SELECT 1;", "SELECT 2;"]
    assert sent(text, DOWN, NEW) == ["SELECT 2;"]


def test_the_old_grammar_does_not_refuse_prose_that_names_goose():
    text = "-- made for +goose\n-- +goose Up\nSELECT 1;\n"
    assert sent(text, UP, OLD) == ["SELECT 1;"]
    assert section(text).error is not None


def test_substitution_of_the_direction_that_is_not_run_may_refuse_the_file():
    text = "-- +goose ENVSUB ON\n-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT $1;\n"
    assert all(found.error for found in reading(text).sections)


def test_after_a_block_of_the_other_direction_nothing_is_substituted():
    text = "-- +goose ENVSUB ON\n-- +goose Up\n-- +goose StatementBegin\nx\n-- +goose StatementEnd\nSELECT $1;\n"
    found = reading(text + "-- +goose Down\nSELECT 2;\n")
    assert [s.error is None for s in found.sections] == [False, True]
