"""Rules and their pages belong together, and every example on a page comes to what its marks say."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from avion_lint import testing, tool
from avion_lint.finding import Level
from avion_lint.pages import ExampleKind, Finds, help_markdown
from avion_lint.policy.packs import SHIPPED, load_pack
from avion_lint.record import replace
from avion_lint.rule import Rule
from avion_rules import FAMILIES, all_rules
from avion_rules.fixes import all_fixers
from avion_rules.indexing import decorated, index_of
from tests.page_helper import cases, load

RULES = all_rules()
EVERY = (*tool.RULES, *RULES)
FOLDER = Path(__file__).parent.parent / "rules" / "avion_rules"
PREFIXES = {
    "migrations": "MG",
    "history": "HI",
    "locks": "LK",
    "compatibility": "CO",
    "data": "DA",
    "schema": "SC",
    "design": "DE",
    "workflow": "WF",
    "command": "SH",
    "manifest": "KM",
    "access": "AC",
    "environment": "EN",
    "monitoring": "MO",
}
# A name says what is wrong and reads well after "allow"; it neither forbids nor advises.
FORBIDDEN = re.compile(
    r"^(no|not|dont|disallow|disallowed|ban|banned|forbid|forbidden|prefer|use|require|avoid|check)-"
)
# Names that say what PostgreSQL does not allow, rather than what the reader must not.
ALLOWED = {"not-allowed-in-transaction", "not-parsed", "not-readable", "not-judged"}

PAGED = [rule for rule in EVERY if not testing.page_error(rule)]

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
every_rule = pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.name)
each_page = pytest.mark.parametrize("rule", PAGED, ids=lambda rule: rule.name)


# --- rules ---------------------------------------------------------------------------------------------------


def test_ids_and_names_are_given_once():
    assert [word for word, count in Counter(rule.id for rule in EVERY).items() if count > 1] == []
    assert [word for word, count in Counter(rule.name for rule in EVERY).items() if count > 1] == []


@every_rule
def test_ids_and_names_are_well_formed(rule: Rule):
    assert re.fullmatch(r"[A-Z]{2}[1-9][0-9]{2}", rule.id)
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", rule.name)


@every_rule
def test_a_name_says_what_is_wrong(rule: Rule):
    assert rule.name in ALLOWED or not FORBIDDEN.match(rule.name)


@each_rule
def test_a_summary_is_one_sentence_that_says_what_is_found(rule: Rule):
    assert re.fullmatch(r"(Find|Point out) [^.]*(\S\.\S[^.]*)*( …[^.]*)?\.", rule.summary), rule.summary


@each_rule
def test_function_module_and_name_are_the_same_words(rule: Rule):
    words = rule.name.replace("-", "_")
    module = import_module(rule.module)

    assert rule.module.rpartition(".")[2] == words
    assert getattr(module, words).check.__name__ == words


def test_the_index_lists_every_rule_as_its_module_makes_it():
    assert (FOLDER / "index.py").read_text(encoding="utf-8") == index_of(decorated()), "python -m avion_rules.indexing"
    assert [_named(rule) for rule in RULES] == [_named(rule) for rule in decorated()]


def _named(rule: Rule) -> Rule:
    """The rule without its check, with its subject by name: the index loads no class of what stands around the SQL."""
    return replace(rule, check=None, subject=rule.subject_name, options=rule.options_class)


def test_what_a_run_loads_of_the_rules_is_the_index_and_what_has_options():
    script = "import sys; from avion_rules import all_rules; all_rules(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    modules = {rule.module for rule in RULES}
    known = {rule.module for rule in RULES if rule.options and not isinstance(rule.options, str)}

    assert modules & set(loaded) == known


@each_rule
def test_a_rule_s_id_tells_its_family(rule: Rule):
    assert rule.family == PREFIXES[rule.module.split(".")[1]]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_page_of_a_family_is_a_rule_s(family):
    pages = {path.stem for path in (FOLDER / family).glob("*.md")}
    modules = {path.stem for path in (FOLDER / family).glob("*.py") if not path.stem.startswith("_")}

    assert pages == modules


@every_rule
def test_the_default_policy_weighs_the_rule(rule: Rule):
    pack = load_pack("default", EVERY, lambda _: None)

    assert rule.id in pack, f"policies/avion_policies/default.yaml has no line for {rule.name}"
    assert isinstance(pack[rule.id].level, Level)


@every_rule
def test_the_strict_policy_is_never_milder_than_the_default(rule: Rule):
    default, strict = (load_pack(name, EVERY, lambda _: None) for name in SHIPPED)

    assert strict[rule.id].level >= default[rule.id].level


# --- pages ---------------------------------------------------------------------------------------------------


@every_rule
def test_every_rule_has_a_page_that_can_be_read(rule: Rule):
    error = testing.page_error(rule)

    assert error is None, str(error)
    assert load(rule).title == rule.name


@each_page
def test_a_page_shows_the_rule_speaking_and_silent(rule: Rule):
    page = load(rule)
    bad = [example for example in page.examples if example.kind is ExampleKind.BAD]
    good = [example for example in page.examples if example.kind is not ExampleKind.BAD]

    assert all(example.finds(rule.id) for example in bad), "a bad example has no mark of the page's own rule"
    assert not any(example.finds(rule.id) for example in good), "a good example has a mark of the page's own rule"


@each_page
def test_marks_name_rules_that_there_are(rule: Rule):
    known = {known.id for known in EVERY}
    unknown = [
        f"{file.path}: {mark.rule}"
        for example in load(rule).examples
        for file, mark in example.marks
        if isinstance(mark, Finds) and mark.rule not in known
    ]

    assert unknown == []


@each_page
def test_the_help_of_a_rule_fits_what_reports_carry(rule: Rule):
    assert 0 < len(load(rule).summary) <= 1024
    assert "-- finds" not in help_markdown(load(rule))


@pytest.mark.parametrize("case", cases(), ids=str)
def test_an_example_comes_to_what_its_marks_say(case: testing.Case):
    testing.check(case, RULES)


FIXED = [case for case in cases() if case.example.kind is ExampleKind.FIXED]


@pytest.mark.parametrize("case", FIXED, ids=str)
def test_the_fix_of_a_bad_example_gives_its_fixed_one(case: testing.Case):
    testing.check_fix(case, RULES, all_fixers())


def test_every_rule_with_a_fix_shows_it():
    shown = {case.rule.id for case in FIXED}

    assert sorted(all_fixers().keys() - shown) == []
