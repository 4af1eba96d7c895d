"""The tool's own rules have their ids, names and pages."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from avion_lint import tool


def test_ids_and_names_are_those_that_were_given_out():
    assert [(rule.id, rule.name) for rule in tool.RULES] == [
        ("AV101", "not-parsed"),
        ("AV102", "not-readable"),
        ("AV103", "not-judged"),
        ("AV104", "history-unknown"),
        ("AV105", "unused-suppression"),
        ("AV106", "invalid-suppression"),
        ("AV107", "expired-exception"),
        ("AV108", "unused-exception"),
        ("AV109", "stale-baseline-entry"),
        ("AV110", "code-migration"),
        ("AV111", "old-stats"),
        ("AV112", "old-applied-state"),
        ("AV113", "applied-state-contradicts"),
        ("AV114", "sum-differs"),
        ("AV115", "ended-override"),
        ("AV116", "idle-check"),
    ]


@pytest.mark.parametrize("rule", tool.RULES, ids=lambda rule: rule.name)
def test_every_rule_has_a_page_with_its_name_summary_and_sections(rule):
    text = (files(rule.module) / f"{rule.name.replace('-', '_')}.md").read_text(encoding="utf-8")
    title, summary, *_ = text.split("\n\n")

    assert title == f"# {rule.name}"
    assert summary.replace("\n", " ") == rule.summary
    assert re.findall("^## (.*)", text, re.MULTILINE) == ["Why", "When it is fine", "What to do"]


def test_no_page_is_without_its_rule():
    pages = {entry.name for entry in files(tool.__name__).iterdir() if entry.name.endswith(".md")}

    assert pages == {f"{rule.name.replace('-', '_')}.md" for rule in tool.RULES}
