"""ENVSUB, held against what github.com/mfridman/interpolate v0.0.2 (goose 3.18 to 3.29) made of the same lines."""

import json
from pathlib import Path

import pytest

from avion_lint.runners.goose_envsub import SubstitutionError, substitute

OBSERVED = json.loads(Path(__file__).with_name("data").joinpath("goose_substitutions.json").read_text("utf-8"))
ENVIRONMENT = OBSERVED["environment"]


@pytest.mark.parametrize("observed", OBSERVED["lines"], ids=lambda observed: observed["line"])
def test_a_line_is_substituted_as_by_goose(observed: dict[str, str | None]):
    line = str(observed["line"])
    if observed["error"] is None:
        assert substitute(line, ENVIRONMENT).text == observed["text"]
        return
    with pytest.raises(SubstitutionError) as refused:
        substitute(line, ENVIRONMENT)
    assert str(refused.value) == observed["error"]


@pytest.mark.parametrize("line", [observed["line"] for observed in OBSERVED["lines"] if observed["error"] is None])
def test_segments_cover_the_text_and_lead_to_its_source(line: str):
    done = substitute(line, ENVIRONMENT)
    assert [segment.start for segment in done.segments[1:]] == [segment.end for segment in done.segments[:-1]]
    assert sum(segment.end - segment.start for segment in done.segments) == len(done.text)
    for segment in done.segments:
        source = line[segment.origin : segment.origin_end]
        assert source.startswith(("$", "\\")) or done.text[segment.start : segment.end] == source


def test_an_unknown_value_is_as_long_as_its_source_and_an_identifier():
    line = "CREATE SCHEMA ${SCHEMA}; SET x = '$VALUE'; SELECT ${A:-${B:-1}};"
    text = substitute(line, None).text
    assert text == "CREATE SCHEMA z_schema_; SET x = 'zvalue'; SELECT z_a____b__1__;"
    assert len(text) == len(line)


def test_escapes_are_known_without_an_environment():
    done = substitute(r"a $$ \$ \\ $(x) ${A} $", None)
    assert done.text == r"a $ $ \\ $(x) z_a_ $"
    dollar = next(segment for segment in done.segments if segment.origin == 2)
    assert (dollar.start, dollar.end, dollar.origin_end) == (2, 3, 4)


def test_a_line_that_goose_refuses_for_its_form_is_refused_without_an_environment():
    with pytest.raises(SubstitutionError, match=r"^Expected identifier to start with a letter, got 1$"):
        substitute("SELECT $1", None)


def test_what_only_the_environment_decides_is_not_refused_without_one():
    assert substitute("${A?must be set}", None).text == "z_a_must_be_set_"


def test_a_slice_that_cuts_a_character_gives_its_replacement():
    assert substitute("${B:1:1}", ENVIRONMENT).text == "\ufffd"


def test_braces_may_nest_as_deep_as_the_line_is_long():
    line = "${A:-" * 50_000 + "}" * 50_000
    assert len(substitute(line, None).text) == len(line)
    assert substitute(line, {}).text == ""
