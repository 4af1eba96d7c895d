"""A key that nobody reads, for it is spelt another way."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.environment import KEYS, Environment, Setting
from avion_lint.finding import Finding
from avion_lint.rule import rule

_NEAR = 0.8


@rule("EN105", subject=Environment)
def misspelt_setting(environment: Environment) -> Iterator[Finding]:
    """Find a key that is nearly one of those that settings for migrations have."""
    present = {setting.name for setting in environment.settings}
    for setting in environment.settings:
        near = _near(setting, present)
        if near:
            yield environment.finding(
                setting.entry,
                f"Nobody reads {setting.key}, so {near} has its default: it is spelt nearly the same.",
                f"Did you mean `{near}`?",
            )


def _near(setting: Setting, present: set[str]) -> str:
    if setting.name in KEYS:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - only where a key is not known

    near = next(iter(get_close_matches(setting.name, KEYS, 1, _NEAR)), "")
    return near if near not in present and near != f"{setting.name}_env" else ""
