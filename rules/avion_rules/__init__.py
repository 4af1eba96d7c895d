"""The rules that come with avion-lint, a folder a family; `index` lists them all."""

from __future__ import annotations

from avion_lint.rule import Rule

AROUND = ("workflow", "command", "manifest", "access", "environment", "monitoring")
"""Families about what stands around the SQL; runs about SQL alone load nothing of what they are given."""
FAMILIES = ("migrations", "history", "locks", "compatibility", "data", "schema", "design", *AROUND)


def all_rules() -> tuple[Rule, ...]:
    """All rules, sorted by id; each is loaded when it is first asked."""
    from avion_rules.index import RULES  # noqa: PLC0415 - a package that loads nothing by itself

    return RULES
