"""Lines that look like goose annotations and are none, or are one for some versions only."""

import pytest

from avion_lint.runners.goose import Profile, read
from avion_lint.runners.migration import Misread, Misreading
from avion_lint.source import Document

OLD, NEW = Profile.V3_18, Profile.V3_19
UP, DOWN = "-- +goose Up\n", "-- +goose Down\n"
BEGIN, END = "-- +goose StatementBegin\n", "-- +goose StatementEnd\n"
ENVSUB = "-- +goose ENVSUB ON\n"


def found(text: str, profile: Profile = NEW) -> tuple[Misreading, ...]:
    return read(Document("00001_x.sql", text), profile).misreadings


def places(text: str, profile: Profile = NEW) -> list[tuple[Misread, str]]:
    return [(each.kind, text[each.span.start : each.span.end]) for each in found(text, profile)]


# Annotations that are none


@pytest.mark.parametrize(
    "line",
    [
        "-- +GOOSE Down",
        "-- + goose Down",
        "-- goose Down",
        "-- goose down",
        "--goose:down",
        "-- GOOSE DOWN",
        "— +goose Down",
        "–– +goose Down",
        "- +goose Down",
        "# +goose Down",
        "// +goose Down",
        "+goose Down",
        "/* +goose Down */",
        "/* +goose Down; */",
        "-- +goos Down",
        "-- +gosoe down",
        "-- +gooose Down",
        "-- +goosr Down;",
    ],
)
def test_a_line_that_looks_like_down_and_is_none_is_said(line: str):
    text = UP + "CREATE TABLE a (id int);\n\n" + line + "\nDROP TABLE a;\n"
    assert places(text) == [(Misread.DIRECTIVE_AS_COMMENT, line)]
    assert "still belongs to Up" in found(text)[0].detail


def test_an_annotation_after_sql_is_none():
    text = UP + "SELECT 1; -- +goose Down\nSELECT 2;\n"
    assert places(text) == [(Misread.DIRECTIVE_AS_COMMENT, "-- +goose Down")]


@pytest.mark.parametrize(
    "line",
    [
        "-- goose is used for this",
        "-- run goose down to undo",
        "-- goose down is not supported",
        "-- can be undone by\n-- goose down",
        "-- goose",
        "-- goose up/down",
        "-- see `goose down`",
        "-- mongoose down",
        "-- the goose went down",
        "-- moose Down",
        "SELECT a + goose;",
        "SELECT 'x'; -- goose down",
        "INSERT INTO t VALUES ('-- +goose Down');",
        "-- goosed down",
    ],
)
def test_prose_that_mentions_goose_is_no_annotation(line: str):
    assert places(UP + "CREATE TABLE a (id int);\n" + line + "\nDROP TABLE b;\n") == []


def test_a_heading_beside_the_real_annotation_is_fine():
    assert (
        places("-- goose Up\n" + UP + "SELECT 1;\n-- Goose Down\n-- ==\n\n" + DOWN + "-- goose down\nSELECT 2;\n") == []
    )


def test_a_second_down_in_the_down_section_changes_nothing():
    assert places(UP + "SELECT 1;\n" + DOWN + "SELECT 2;\n-- + goose Down\nSELECT 3;\n") == []


def test_a_lookalike_above_up_takes_nothing_from_it():
    assert places("-- + goose Down\n" + UP + "SELECT 1;\n") == []


def test_no_transaction_that_is_none_matters_only_in_a_transaction():
    line = "-- goose no transaction\n"
    assert places(line + UP + "SELECT 1;\n") == [(Misread.DIRECTIVE_AS_COMMENT, line.rstrip())]
    assert places("-- +goose NO TRANSACTION\n" + UP + "SELECT 1;\n" + line) == []


def test_blocks_that_are_none_matter_only_where_goose_would_cut_otherwise():
    begin, end = "-- + goose StatementBegin\n", "-- + goose StatementEnd\n"
    assert places(UP + begin + "SELECT 1;\n" + end) == []
    assert places(UP + begin + "SELECT 1;\nSELECT 2;\n" + end) == [
        (Misread.DIRECTIVE_AS_COMMENT, begin.rstrip()),
        (Misread.DIRECTIVE_AS_COMMENT, end.rstrip()),
    ]


def test_envsub_that_is_none_matters_only_where_something_would_be_substituted():
    assert places("-- +goos ENVSUB ON\n" + UP + "SELECT '${A}';\n") == [
        (Misread.DIRECTIVE_AS_COMMENT, "-- +goos ENVSUB ON")
    ]
    assert places("-- +goos ENVSUB ON\n" + UP + "SELECT 1;\n") == []


def test_a_file_that_goose_refuses_in_whole_has_no_misreadings():
    assert places("-- + goose Up\nSELECT 1; SELECT 2;\n") == []
    assert places(UP + BEGIN + END + "lost;\n-- +goose Bogus\n") == []


def test_a_direction_that_goose_refuses_adds_none():
    text = UP + "SELECT 1; SELECT 2;\n" + DOWN + "SELECT 3; SELECT 4;\nSELECT 5\n"
    assert [each.kind for each in found(text)] == [Misread.SEVERAL_IN_CHUNK]


# Versions


@pytest.mark.parametrize("line", ["-- +goose down", "-- +goose  Down", "---- +goose Down"])
def test_a_spelling_that_only_new_versions_take_is_said(line: str):
    text = UP + "SELECT 1;\n" + line + "\nSELECT 2;\n"
    assert places(text) == [(Misread.DIRECTIVE_BY_VERSION, line)]
    assert found(text)[0].detail.endswith("from 3.19 on it is `-- +goose Down`")
    assert places(text, OLD) == [(Misread.DIRECTIVE_AS_COMMENT, line)]


@pytest.mark.parametrize("line", ["  -- +goose Down", "-- +goose Down -- undo", "-- +goose Dwon", "-- +goose Down."])
def test_old_versions_take_for_a_comment_what_new_ones_refuse(line: str):
    text = UP + "SELECT 1;\n" + line + "\nSELECT 2;\n"
    assert [(kind, place.strip()) for kind, place in places(text, OLD)] == [
        (Misread.DIRECTIVE_AS_COMMENT, line.strip())
    ]
    assert places(text, NEW) == []


def test_prose_that_new_versions_refuse_is_said_under_the_old():
    text = "-- written for +goose\n" + UP + "SELECT 1;\n"
    (misreading,) = found(text, OLD)
    assert (misreading.kind, misreading.detail.endswith("refuses the file for it")) == (
        Misread.DIRECTIVE_BY_VERSION,
        True,
    )


def test_exact_annotations_are_read_alike():
    text = ENVSUB + UP + BEGIN + "SELECT 1;\n" + END + "-- +goose ENVSUB OFF\n-- +goose NO TRANSACTION\n" + DOWN
    assert places(text) == places(text, OLD) == []
