"""A setting whose value is none that it can have, or means something else to the next reader."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.environment import Environment, Setting
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.yaml.meaning import number, truth
from avion_lint.yaml.nodes import Scalar
from avion_rules.environment._values import NUMBERS, SWITCHES, TIMEOUTS, seconds

_OLD = frozenset({"yes", "no", "on", "off", "y", "n"})
_DURATION = pattern(r"([0-9]+) *(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)")
_INTEGER = pattern(r"[0-9]+")
_FEWEST_MILLISECONDS = 100


@rule("EN104", subject=Environment)
def wrong_setting_type(environment: Environment) -> Iterator[Finding]:
    """Find a setting with a value of another type, or one that YAML's versions read differently."""
    for setting in environment.settings:
        node = setting.entry.value
        if not isinstance(node, Scalar) or not node.known:
            continue
        found = _refused(setting, node) if environment.is_config_map else None
        found = found or _of_switch(setting, node) or _of_number(setting, node) or _of_timeout(setting)
        if found is not None:
            yield environment.finding(node, *found)


def _refused(setting: Setting, node: Scalar) -> tuple[str, str] | None:
    """What the API server says to a ConfigMap's value that is no text."""
    if truth(node, "kubernetes") is None and number(node, "kubernetes") is None:
        return None
    return (
        f"Kubernetes refuses this ConfigMap: the values under `data` have to be text, and {node.text} is none.",
        f'Write `{setting.key}: "{node.text}"`.',
    )


def _of_switch(setting: Setting, node: Scalar) -> tuple[str, str] | None:
    text = node.text.strip()
    if setting.name not in SWITCHES or (text in ("true", "false") and not _is_odd(node, setting)):
        return None
    if text.lower() in _OLD:
        means = "true" if text.lower() in ("yes", "on", "y") else "false"
        why = "is text to some readers of YAML and a truth value to others" if not node.quoted else "is only text"
        return f"`{text}` {why}: whoever compares it with true takes it for off.", f"Write `{setting.key}: {means}`."
    if text in ("true", "false"):
        return None
    if text.lower() in ("true", "false"):
        return f"`{text}` is not `{text.lower()}` to whoever compares texts.", f"Write `{text.lower()}`."
    return f"{setting.key} is a switch, and `{text}` is neither true nor false.", "Write `true` or `false`."


def _is_odd(node: Scalar, setting: Setting) -> bool:
    return not node.text or not setting.key


def _of_number(setting: Setting, node: Scalar) -> tuple[str, str] | None:
    text = node.text.strip()
    if setting.name not in NUMBERS or _INTEGER.fullmatch(text):
        return None
    if text.startswith("-"):
        return f"{setting.key} cannot be below 0; what a reader makes of {text} is anybody's guess.", "Write 0 or more."
    unit = setting.name.rpartition("_")[2] if setting.name != "max_retries" else ""
    if _DURATION.fullmatch(text) and unit:
        return (
            f"{setting.key} is a number of {unit}, and `{text}` is none.",
            f"Write the number of {unit} without a unit.",
        )
    return f"{setting.key} is a whole number, and `{text}` is none.", "Write a whole number."


def _of_timeout(setting: Setting) -> tuple[str, str] | None:
    value = seconds(setting)
    text = (setting.value or "").strip()
    if setting.name not in TIMEOUTS or value is None or not _INTEGER.fullmatch(text):
        return None
    if 0 < int(text) < _FEWEST_MILLISECONDS:
        return (
            f"PostgreSQL takes {text} without a unit for milliseconds: nearly every migration ends in a timeout.",
            f'Write the unit: `{setting.key}: "{text}s"`.',
        )
    return None
