"""The rules that come with avion-lint, a folder a family."""

from __future__ import annotations

from importlib import import_module

from avion_lint.rule import Rule

FAMILIES = ("migrations", "history", "locks", "compatibility", "data", "schema", "design")


def all_rules() -> tuple[Rule, ...]:
    """All rules, sorted by id."""
    found = (rule for family in FAMILIES for rule in import_module(f"avion_rules.{family}").RULES)
    return tuple(sorted(found, key=lambda rule: rule.id))
