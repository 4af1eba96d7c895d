"""The two grammars of goose's annotation lines."""

import sys

import pytest

from avion_lint.runners.go_text import SPACE, quoted
from avion_lint.runners.goose import Profile, profile_of
from avion_lint.runners.goose_annotations import Annotation, annotation_of
from avion_lint.runners.goose_lines import opens_comment

OLD, NEW = Profile.V3_18, Profile.V3_19


@pytest.mark.parametrize(
    ("version", "profile"),
    [
        ("3.18.0", OLD),
        ("v3.18.0", OLD),
        ("v3.5.3", OLD),
        ("2.7.0", OLD),
        ("v2.7.0+incompatible", OLD),
        ("v3.19.0", NEW),
        ("3.19.1", NEW),
        ("v3.27.3", NEW),
        ("v3.19.2-0.20240313040208-0123456789ab", NEW),
        ("latest", NEW),
        ("3", NEW),
        ("v3", NEW),
        ("4.0.0", NEW),
        ("main", NEW),
        ("", NEW),
    ],
)
def test_the_grammar_of_a_version(version: str, profile: Profile):
    assert profile_of(version) is profile


@pytest.mark.parametrize("annotation", Annotation)
@pytest.mark.parametrize("profile", Profile)
def test_the_exact_spelling_holds_in_both_grammars(annotation: Annotation, profile: Profile):
    assert annotation_of(annotation.line, profile) == (annotation, "")
    assert annotation_of(f"--+goose {annotation}\t ", profile) == (annotation, "")


@pytest.mark.parametrize(
    ("line", "annotation"),
    [
        ("-- +goose down", Annotation.DOWN),
        ("--  +goose   Up  ", Annotation.UP),
        ("---- +goose --Up--", Annotation.UP),
        ("-- +goose no transaction", Annotation.NO_TRANSACTION),
        ("-- +goose ſtatementBegin", Annotation.STATEMENT_BEGIN),
        ("--+gooseUp", Annotation.UP),
        ("\u00a0-- +goose Up", Annotation.UP),
        ("-- Up +goose", Annotation.UP),
    ],
)
def test_the_new_grammar_is_lenient_where_the_old_sees_a_comment(line: str, annotation: Annotation):
    assert annotation_of(line, NEW) == (annotation, "")
    assert annotation_of(line, OLD) == (None, "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("  -- +goose Up", '"  -- +goose Up" contains leading whitespace: invalid annotation'),
        ("-- +goose", "empty annotation"),
        ("-- +goose Up -- c", '"Up  c" not supported: invalid annotation'),
        ("-- +goose +goose Up", "\"  +goose Up\" contains multiple '+goose' annotations: invalid annotation"),
        ("-- +goose NO  TRANSACTION", '"NO  TRANSACTION" not supported: invalid annotation'),
        ("-- see +goose", '"see" not supported: invalid annotation'),
        ("-- +goose Up\ufeff", '"Up\\ufeff" not supported: invalid annotation'),
    ],
)
def test_the_new_grammar_refuses_what_the_old_takes_for_a_comment(line: str, reason: str):
    assert annotation_of(line, NEW) == (None, f"failed to parse annotation line {quoted(line)}: {reason}")
    assert annotation_of(line, OLD) == (None, "")


@pytest.mark.parametrize(
    "line",
    ["-- +GOOSE Up", "-- + goose Up", "-- goose Up", "— +goose Up", "/* +goose Up */", "SELECT 1; -- +goose Up", ""],
)
@pytest.mark.parametrize("profile", Profile)
def test_neither_grammar_sees_an_annotation(line: str, profile: Profile):
    assert annotation_of(line, profile) == (None, "")


def test_text_is_quoted_as_go_quotes_it():
    assert quoted('a"\\\n\t\x00\x1f\x7f\x85é😀\u200b\ufeff\U000e0001') == (
        '"a\\"\\\\\\n\\t\\x00\\x1f\\x7f\\u0085é😀\\u200b\\ufeff\\U000e0001"'
    )


def test_what_is_blank_within_a_line_is_what_go_means_by_space() -> None:
    marks = map(chr, range(sys.maxunicode + 1))
    blanks = {mark for mark in marks if opens_comment(f"x{mark}--")}
    assert blanks == set(SPACE) - {"\n"}
