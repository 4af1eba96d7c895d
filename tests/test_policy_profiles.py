"""Policies that ship as profiles, and those of the examples: right by their own examples and schema, and agreeing."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from avion_lint import tool
from avion_lint.checks.keywords import KEYWORDS
from avion_lint.checks.model import Check, Target
from avion_lint.checks.rules import rule_of
from avion_lint.judgement.trial import tried
from avion_lint.policy.environments import load_environments
from avion_lint.policy.own_checks import load_checks
from avion_lint.policy.packs import load_pack
from avion_lint.policy.sources import PROFILES
from avion_lint.rule import Rule
from avion_lint.settings.environments import Profile, profile
from avion_lint.settings.schema_check import check, read_schema
from avion_lint.source import Document
from avion_lint.yaml.reader import load as load_yaml
from avion_rules import all_rules
from tests.forked_helper import avion_lint

EXAMPLE = Path(__file__).parent.parent / "examples" / "policies" / "platform.yaml"


def everything() -> tuple[Rule, ...]:
    return (*tool.RULES, *all_rules())


def checks_of(policy: str) -> tuple[Check, ...]:
    return load_checks(policy, everything(), read)


def read(path: str) -> Document | None:
    return Document(path, EXAMPLE.read_text(encoding="utf-8")) if path == "policies/platform.yaml" else None


ALL = [*checks_of("production"), *checks_of("policies/platform.yaml")]


@pytest.mark.parametrize("one", ALL, ids=lambda one: str(one.name))
def test_each_check_does_as_its_examples_say(one: Check) -> None:
    trial = tried(one)

    assert (trial.wrong, trial.untested) == ((), "")


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_follows_the_schema(name: str) -> None:
    document = Document(name, (files("avion_policies") / f"{name}.yaml").read_text(encoding="utf-8"))

    assert list(check(document, load_yaml(document), read_schema("avion_policies", "policy.schema.json"))) == []


@pytest.mark.parametrize("kind", list(Profile))
def test_a_profile_asks_for_what_the_executor_does_there(kind: Profile) -> None:
    rules = (*everything(), *map(rule_of, checks_of(kind)))
    pack = load_pack(kind, rules, lambda _: None)
    said = {setting.rule.name: dict(setting.options) for setting in pack.values()}
    made = profile(kind, kind)

    assert said["settings-tries"]["most"] == made.max_retries
    assert said["settings-time-limit"]["longest"] == made.timeout_seconds
    assert said["settings-automatic-run"]["allowed"] is made.auto_run
    assert said["settings-without-backup"]["optional"] is not made.backup_enabled
    assert said["settings-automatic-rollback"]["allowed"] is made.rollback_on_failure
    assert said["settings-without-dry-run"]["optional"] is not made.dry_run
    assert said["settings-without-approval"]["optional"] is not made.approval_required
    if kind is not Profile.DEVELOPMENT:
        assert said["settings-backup-kept"]["least"] == made.backup_retention_days


def test_each_profile_is_at_least_as_strict_as_the_one_below() -> None:
    text = (
        "extends: production\nenvironments:\n  development: {profile: development}\n"
        "  staging: {profile: staging, extends: development}\n  production: {profile: production, extends: staging}\n"
    )
    own = Document("ours.yaml", text)
    checks = load_checks("ours.yaml", everything(), lambda _: own)
    rules = (*everything(), *map(rule_of, checks))

    pack = load_pack("ours.yaml", rules, lambda _: own)
    made = load_environments("ours.yaml", rules, checks, lambda _: own, date(2026, 1, 1), pack=pack)

    assert [each.name for each in made] == ["development", "production", "staging"]


def test_the_example_of_the_page_does_as_it_says(tmp_path: Path) -> None:
    section = (EXAMPLE.parent.parent.parent / "docs" / "own-checks.md").read_text(encoding="utf-8")
    text = section.partition("```yaml\n")[2].partition("```")[0]
    shown = section.partition("```console\n$ avion-lint policy test\n")[2].partition("```")[0]
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "ours.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "avion-lint.yaml").write_text("policy: policies/ours.yaml\n", encoding="utf-8")

    run = avion_lint("policy", "test", cwd=tmp_path)

    assert (run.code, run.err, run.out) == (0, "", shown)


def test_the_page_about_policies_names_every_target_and_word() -> None:
    page = (EXAMPLE.parent.parent.parent / "docs" / "policies.md").read_text(encoding="utf-8")

    for word in (*KEYWORDS, *map(str, Target)):
        assert f"`{word}" in page, word
