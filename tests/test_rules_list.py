"""The list of rules is what the command prints."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from avion_lint import tool
from avion_lint.cli.rules import levels_of, table_markdown, table_text
from avion_lint.policy.packs import SHIPPED
from avion_rules import all_rules

ROOT = Path(__file__).parent.parent
LIST = ROOT / "RULES.md"
COMMAND = "python -m avion_lint rules --format markdown"
RULES = (*tool.RULES, *all_rules())


def between(name: str) -> str:
    """What stands in the list of rules between the comments of that name."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", LIST.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"RULES.md has no <!-- {name} --> … <!-- /{name} -->"
    return found[1].strip()


def test_the_rule_table_is_what_the_command_prints():
    table = table_markdown(RULES, levels_of(SHIPPED, RULES)).strip()

    assert between("rules") == table, (
        "the table in RULES.md is not up to date: put what this command prints between "
        f"<!-- rules --> and <!-- /rules -->: {COMMAND}"
    )


def test_every_rule_stands_in_the_tables_once_with_its_level():
    levels = levels_of(("strict",), RULES)
    lines = table_text(RULES, levels).splitlines()

    for rule in RULES:
        (line,) = (line for line in lines if line.split()[:1] == [rule.id])
        assert line.split()[1:3] == [rule.name, str(levels["strict"][rule.id])]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_name_in_the_table_leads_to_the_page(rule):
    (path,) = re.findall(rf"\| {rule.id} \[{rule.name}\]\((.*?)\)", table_markdown(RULES, levels_of((), RULES)))

    assert (ROOT / path).is_file()


def test_a_rule_over_migrations_that_looks_at_down_sections_says_so() -> None:
    named = [rule for rule in RULES if rule.on and rule.subject_name == "Migration"]
    looking = {rule.name for rule in named if ".down" in Path(import_module(rule.module).__file__ or "").read_text()}
    assert looking == {rule.name for rule in named if rule.down}
