"""An environment that is less strict than the one below it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import Environment, Setting
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules.environment._values import DIRECTIONS, amount, is_looser


@rule("EN103", subject=Delivery)
def looser_than_lower_environment(delivery: Delivery) -> Iterator[Finding]:
    """Find a setting that is less strict than in an environment with less to lose."""
    for upper in delivery.environments:
        for name in sorted(DIRECTIONS):
            setting = upper.setting(name)
            found = _stricter_below(delivery, upper, setting) if setting is not None else None
            if setting is not None and found is not None:
                lower, other = found
                yield upper.finding(
                    setting.entry,
                    f"{upper.name.capitalize()} is less careful than {lower.name}: {setting.key} is {setting.value} "
                    f"here and {other.value} there.",
                    f"Make it at least as strict as in {lower.name}, or loosen it there.",
                    related=(Related(lower.part.yaml.place(other.entry), f"{lower.name}: {other.value}"),),
                )


def _stricter_below(delivery: Delivery, upper: Environment, setting: Setting) -> tuple[Environment, Setting] | None:
    """The highest of the environments below with that setting, where it is stricter there."""
    rank, here = upper.rank, amount(setting)
    if rank is None or here is None:
        return None
    below = [
        each
        for each in delivery.environments
        if each.rank is not None and each.rank < rank and each.family == upper.family
    ]
    for lower in sorted(below, key=lambda each: -(each.rank or 0)):
        other = lower.setting(setting.name)
        there = amount(other)
        if other is not None and there is not None:
            return (lower, other) if is_looser(setting.name, here, there) else None
    return None
