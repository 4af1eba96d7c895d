"""Placeholders are replaced as Flyway does, and every character still knows where it came from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avion_lint.record import replace
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.flyway_placeholders import known_placeholders, prepare

DEFAULT = FlywayConfiguration()
HASH = replace(DEFAULT, placeholder_prefix="#[", placeholder_suffix="]]")


def replaced(text: str, configuration: FlywayConfiguration = DEFAULT, **values: str) -> str:
    script = prepare(text, values, configuration)
    assert script.error is None, script.error
    return script.text


def test_a_known_placeholder_is_replaced_everywhere_whatever_its_case():
    text = "-- ${s}\nSELECT '${S}', $$ ${s} $$, \"${s}\";"

    assert replaced(text, s="shop") == "-- shop\nSELECT 'shop', $$ shop $$, \"shop\";"


def test_values_are_not_replaced_again():
    assert replaced("${a}", a="${b}", b="x") == "${b}"


@pytest.mark.parametrize(
    ("text", "result"),
    [("$${a}", "$${a}"), ("$$${a}", "$$x"), ("$$$${a}", "$$$${a}"), ("$ {a}", "$ {a}"), ("${a", None), ("$", "$")],
)
def test_the_character_behind_a_dollar_that_begins_no_placeholder_is_passed_on(text, result):
    """Seen on 11.20.3: `$${a}` stays as it is."""
    script = prepare(text, {"a": "x"}, DEFAULT)

    assert (None if script.error else script.text) == result


def test_other_marks_than_the_usual_ones_work_alike():
    assert replaced("#[a]] #[a] ##[a]] ${a}]]", HASH, a="x", **{"a] ##[a": "y"}) == "x y ${a}]]"


def test_a_value_that_is_not_known_is_masked_by_a_name_of_the_same_length():
    script = prepare("SELECT * FROM ${Shop-1}.t", {}, DEFAULT)

    assert script.text == "SELECT * FROM __shop_1_.t"
    assert [script.text[span.start : span.end] for span in script.masked] == ["__shop_1_"]


def test_different_names_have_different_masks():
    assert replaced("${a} ${b}") == "__a_ __b_"


@pytest.mark.parametrize(
    "name", ["user", "database", "timestamp", "workingDirectory", "environment", "defaultSchema", "filename", "table"]
)
def test_flyways_own_placeholders_are_never_an_error(name):
    assert prepare(f"${{flyway:{name}}}", {}, DEFAULT).error is None


def test_those_that_depend_on_no_database_are_known():
    own = replace(DEFAULT, default_schema="shop", table="history", placeholders={"a": "b"})

    assert known_placeholders(own, "V1__x.sql") == {
        "a": "b",
        "flyway:filename": "V1__x.sql",
        "flyway:table": "history",
        "flyway:defaultschema": "shop",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-- ${flyway:usr}", "Failed to populate value for default placeholder: ${flyway:usr}"),
        ("SELECT ${};", "No value provided for placeholder: ${}.  Check your configuration!"),
        ("SELECT '${x' ;", "No value provided for placeholder: ${x' }.  Check your configuration!"),
        ("SELECT ${a\nb}", "No value provided for placeholder: ${a\nb}.  Check your configuration!"),
        ("SELECT ${", "No value provided for placeholder: ${}.  Check your configuration!"),
    ],
)
def test_what_no_configuration_can_replace_is_an_error_at_its_place(text, message):
    error = prepare(text, {"x": "y"}, DEFAULT).error

    assert error is not None
    assert error.text == message
    assert text[error.span.start : error.span.end].startswith("${")


def test_without_replacement_everything_stays():
    assert prepare("${a} ${flyway:nope} ${", None, DEFAULT).text == "${a} ${flyway:nope} ${"


def test_byte_order_marks_are_dropped_but_not_the_character_behind_one():
    script = prepare("\ufeffa\ufeffb\ufeff\ufeffc", None, DEFAULT)

    assert script.text == "ab\ufeffc"
    assert [script.origin.origin(at) for at in range(len(script.text))] == [1, 3, 5, 6]


def test_a_byte_order_mark_does_not_part_a_placeholder():
    assert replaced("$\ufeff{a}", a="x") == "x"


def test_a_replaced_character_leads_to_the_whole_placeholder_and_others_to_themselves():
    text = "a ${key} b ${unknown} c"
    script = prepare(text, {"key": "value is longer"}, DEFAULT)
    at = script.text.index("longer")

    assert text[slice(*_span(script, at, at + 6))] == "${key}"
    assert text[slice(*_span(script, script.text.index("__unknown_"), len(script.text)))] == "${unknown} c"


def _span(script, start, end):
    span = script.origin.span(start, end)
    return span.start, span.end


PIECES = st.sampled_from(["${k}", "${e}", "${u}", "$${k}", "\ufeff", "a", "é", "😀", "\n", "${K}"])


@given(st.lists(PIECES, max_size=30).map("".join))
def test_every_character_that_was_not_replaced_leads_back_to_itself(text):
    script = prepare(text, {"k": "value!", "e": ""}, DEFAULT)
    masked = {at for span in script.masked for at in range(span.start, span.end)}

    for at, character in enumerate(script.text):
        span = script.origin.span(at, at + 1)
        origin = text[span.start : span.end]
        assert origin == character or at in masked or origin.lower() == "${k}"


@given(st.lists(PIECES, max_size=30).map("".join))
def test_the_map_has_no_gaps(text):
    script = prepare(text, {"k": "value!", "e": ""}, DEFAULT)
    ends = [0, *(segment.end for segment in script.origin.segments)]

    assert [segment.start for segment in script.origin.segments] == ends[:-1]
    assert ends[-1] == len(script.text)
