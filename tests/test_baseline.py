"""A baseline file is written the same every time, and read with its mistakes named."""

from __future__ import annotations

import json

import pytest

from avion_lint.finding import Finding, Level
from avion_lint.judgement.baseline import parse, render
from avion_lint.problems import SettingsError, describe
from avion_lint.rule import Rule
from avion_lint.source import Document, Place, Span
from avion_lint.verdict import Result

INDEX = Rule("LK101", "index-not-concurrent", "", "x")
DROP = Rule("CO101", "dropped-in-use", "", "x")


def result(rule: Rule, path: str, offset: int, object_: str, fingerprint: str) -> Result:
    place = Place(Document(path, "x" * 100), Span(offset, offset + 1))
    return Result(rule, Level.ERROR, Finding(place, "m", object=object_), "s", fingerprint)


RESULTS = [
    result(INDEX, "b/2.sql", 7, 'public."Ünï"', "f3"),
    result(INDEX, "b/1 移行.sql", 9, "users", "f2"),
    result(DROP, "b/1 移行.sql", 2, "", "f1"),
]
TEXT = """\
{
  "version": 1,
  "entries": {
    "b/1 移行.sql": [
      {"rule": "CO101", "object": "", "fingerprint": "f1"},
      {"rule": "LK101", "object": "users", "fingerprint": "f2"}
    ],
    "b/2.sql": [
      {"rule": "LK101", "object": "public.\\"Ünï\\"", "fingerprint": "f3"}
    ]
  }
}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parse(Document("b.json", text))
    return [describe(problem) for problem in caught.value.problems]


def test_a_baseline_has_one_line_an_entry_in_the_order_of_reports():
    assert render(RESULTS) == TEXT
    assert render(reversed(RESULTS)) == TEXT


def test_a_baseline_of_nothing_is_valid():
    text = render([])

    assert json.loads(text) == {"version": 1, "entries": {}}
    assert parse(Document("b.json", text)).entries == {}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_was_written_is_read_with_its_places(mark, end):
    baseline = parse(Document("b.json", mark + TEXT.replace("\n", end)))
    entry = baseline.entries["f2"]

    assert sorted(baseline.entries) == ["f1", "f2", "f3"]
    assert (entry.path, entry.rule, entry.object) == ("b/1 移行.sql", "LK101", "users")
    assert (entry.place.text, entry.place.start.line) == ("f2", 6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "b.json:1:1: not JSON: Expecting value"),
        ('{"version" 1}', "b.json:1:12: not JSON: Expecting ':' delimiter"),
        ("<<<<<<< HEAD\n{}", "b.json:1:1: not JSON: Expecting value"),
        ("[]", "b.json:1:1: not a baseline: it must be a JSON object with `version` and `entries`"),
        ('{"entries": []}', "b.json:1:1: not a baseline"),
        ('{"entries": {},\n"version": 2}', "b.json:2:1: this baseline is of version 2; only 1 is known"),
        ('{"entries": {}}', "b.json:1:1: not a baseline: it must be a JSON object with `version`"),
        ('{"version": 1,\n"entries": {"a": {}}}', "b.json:2:14: an entry for a lacks `rule` or `object`"),
        ('{"version": 1,\n"entries": {"a": [1]}}', "b.json:2:14: an entry for a lacks"),
        (
            '{"version": 1,\n"entries": {"a": [{"rule": "x", "object": 1, "fingerprint": "f"}]}}',
            "b.json:2:14: an entry for a lacks",
        ),
        ('{"version": 1, "entries": {},\n"entries": {}}', "b.json:2:1: `entries` is given twice"),
        ("[" * 100_000, "b.json:1:1: not a baseline: nested too deep"),
        ('{"version": ' + "1" * 10_000 + "}", "b.json:1:1: not a baseline: a number in it is too long"),
    ],
)
def test_a_mistake_is_told_with_its_place(text, expected):
    assert problems(text)[0].startswith(expected)
