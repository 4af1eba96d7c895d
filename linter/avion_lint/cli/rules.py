"""`avion-lint rules`: every rule with its levels, as text, or as the tables of the README."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Mapping
from itertools import groupby

from avion_lint.cli.exit_codes import Exit
from avion_lint.cli.inputs import known_rules, rules_here, under
from avion_lint.cli.output import say
from avion_lint.cli.roots import root_of
from avion_lint.cli.steering import steering_of
from avion_lint.finding import Level
from avion_lint.pages import page_path
from avion_lint.policy.packs import SHIPPED, ReadFile, is_file, level_in, load_pack
from avion_lint.rule import Rule

Levels = Mapping[str, Mapping[str, Level]]
"""Levels by the policy's name and the rule's id."""

_FAMILIES = {
    "MG": "Migrations: files, names and directives, and what the runner makes of them",
    "HI": "History: what is applied already and must stay as it is",
    "LK": "Locks: what a migration keeps waiting, and what the server refuses inside a transaction",
    "CO": "Compatibility: releases of the application that run while and after the schema changes",
    "DA": "Data: changes of many rows at once, and what is lost",
    "SC": "Schema: what fails or is wrong, given the schema at that point",
    "DE": "Design: types, keys, indexes and names that work and are regretted later",
    "WF": "Workflows: what starts migrations, in which order, and who has to agree",
    "SH": "Commands: what steps, containers and scripts run, and what becomes of a failure",
    "KM": "Manifests: Jobs, hooks and containers that run migrations",
    "AC": "Access: roles, service accounts and secrets",
    "EN": "Environments: settings for migrations, and production at least as strict as the others",
    "MO": "Monitoring: alerts and dashboards that tell of migrations",
    "AV": "The tool itself: what could not be read, and what steers it",
}
# The folder of the repository that a package of ours lies in.
_FOLDERS = {"avion_rules": "rules", "avion_lint": "linter"}


def rules(given: Namespace) -> int:
    """Print the rules; raises SettingsError for a policy that is not there."""
    if given.format == "markdown":
        known = known_rules()
        say(table_markdown(known, levels_of(SHIPPED, known)))
        return Exit.CLEAN
    root = root_of(".")
    policy = under(root, given.policy) if is_file(given.policy) else given.policy
    steering = steering_of(root, None)
    own = rules_here(root, None, policy, steering).rules
    say(table_text(own, levels_of((policy,), own, steering.document)))
    return Exit.CLEAN


def levels_of(policies: Iterable[str], known: tuple[Rule, ...], read: ReadFile = lambda _: None) -> Levels:
    """Level of each rule in policies; raises SettingsError for one that is not there."""
    packs = {name: load_pack(name, known, read) for name in policies}
    return {name: {rule.id: level_in(pack, rule) for rule in known} for name, pack in packs.items()}


def table_markdown(rules: Iterable[Rule], levels: Levels) -> str:
    """One table a family, with a column of levels for each policy; names lead to the rules' pages."""
    return "\n".join(f"{_table(title, family, levels)}\n" for title, family in _families(rules))


def _table(title: str, family: tuple[Rule, ...], levels: Levels) -> str:
    head = f"| rule | {' | '.join(levels)} | finds |\n|---|{'---|' * len(levels)}---|"
    rows = (
        f"| {rule.id} [{rule.name}]({_link(rule)}) | "
        + "".join(f"{by_rule[rule.id]} | " for by_rule in levels.values())
        + f"{_cell(what(rule))} |"
        for rule in family
    )
    return "\n".join([f"**{title}**\n", head, *rows])


def table_text(rules: Iterable[Rule], levels: Levels) -> str:
    """One line a rule under its family's title, with its level in each policy."""
    return "\n".join(f"{_lines(title, family, levels)}\n" for title, family in _families(rules))


def _lines(title: str, family: tuple[Rule, ...], levels: Levels) -> str:
    width = max(len(rule.name) for rule in family)
    lines = (
        f"  {rule.id}  {rule.name:<{width}}  "
        + "".join(f"{by_rule[rule.id]!s:<9}" for by_rule in levels.values())
        + what(rule)
        for rule in family
    )
    return "\n".join([title, *lines])


def what(rule: Rule) -> str:
    """What a rule finds, from its summary (`Find a … that …`)."""
    words = rule.summary.removeprefix("Find ").removeprefix("Point out ").rstrip(".")
    return words[:1].upper() + words[1:]


def _families(rules: Iterable[Rule]) -> Iterable[tuple[str, tuple[Rule, ...]]]:
    """Titles and rules of the families, the tool's own last."""
    order = [*_FAMILIES]
    known = {rule.id: rule for rule in rules}.values()
    ranked = sorted(known, key=lambda rule: (order.index(rule.family) if rule.family in order else -1, rule.id))
    for family, members in groupby(ranked, key=lambda rule: rule.family):
        yield _FAMILIES.get(family, family), tuple(members)


def _link(rule: Rule) -> str:
    path = page_path(rule)
    folder = _FOLDERS.get(path.partition("/")[0])
    return f"{folder}/{path}" if folder else path


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
