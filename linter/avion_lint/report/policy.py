"""The policy in force as text and as JSON: each rule with its level, its options and where they are said."""

from __future__ import annotations

import json
from collections.abc import Iterable

from avion_lint.finding import Level
from avion_lint.policy.in_force import Policy
from avion_lint.record import record
from avion_lint.report.plain import harmless
from avion_lint.rule import Rule
from avion_lint.settings.options import make_options
from avion_lint.settings.rules import LEVEL
from avion_lint.source import Place


@record
class Value:
    """A level or an option: its name, its value, and where it is said ("default" where nowhere)."""

    name: str
    value: object
    said: str


@record
class ShownRule:
    """A rule with its level and its options."""

    rule: Rule
    level: Value
    options: tuple[Value, ...]


@record
class Shown:
    """A policy: its name, the environment that was asked for and the one whose rules hold for it, where it was read."""

    policy: str
    asked: str
    environment: str
    read_from: str
    rules: tuple[ShownRule, ...]


def shown(rules: Iterable[Rule], policy: Policy, environment: str, *, everything: bool) -> tuple[ShownRule, ...]:
    """Every rule by id; those that are off only where `everything` is asked for."""
    found = (_rule(rule, policy, environment) for rule in sorted(set(rules), key=lambda rule: rule.id))
    return tuple(each for each in found if everything or each.level.value != str(Level.OFF))


def _rule(rule: Rule, policy: Policy, environment: str) -> ShownRule:
    setting = policy.setting(rule, environment=environment)
    places = dict(setting.places)
    level = Value(LEVEL, str(setting.level or Level.OFF), _said(places.get(LEVEL)))
    if rule.options_class is None:
        return ShownRule(rule, level, ())
    made = make_options(rule, setting.options)
    names = rule.options_class.__match_args__  # type: ignore[attr-defined]
    values = (Value(name.replace("_", "-"), getattr(made, name), _said(places.get(name))) for name in names)
    return ShownRule(rule, level, tuple(values))


def _said(place: Place | None) -> str:
    return f"{place.document.path}:{place.start.line}" if place else "default"


def as_text(about: Shown) -> str:
    """A table of rules, each followed by its options."""
    head = f"policy {about.policy}"
    if about.asked:
        same = about.asked == about.environment
        head += f", environment {about.asked}" + ("" if same else f" (rules of {about.environment or 'none'})")
    lines = [head + (f"; {about.read_from}" if about.read_from else "")]
    width = max((len(each.rule.name) for each in about.rules), default=0)
    for each in about.rules:
        lines.append(f"  {each.rule.id}  {each.rule.name:<{width}}  {each.level.value:<7}  {each.level.said}")
        lines += [f"           {one.name}: {_text(one.value)}  ({one.said})" for one in each.options]
    return "\n".join(harmless(line) for line in lines) + "\n"


def as_json(about: Shown) -> str:
    """The same for programs; `said` is path and line, or `default`."""
    rules = [
        {
            "id": each.rule.id,
            "name": each.rule.name,
            "check": each.rule.written is not None,
            "level": {"value": each.level.value, "said": each.level.said},
            "options": {one.name: {"value": _plain(one.value), "said": one.said} for one in each.options},
        }
        for each in about.rules
    ]
    told = {
        "policy": about.policy,
        "environment": about.asked or None,
        "rulesOf": about.environment or None,
        "readFrom": about.read_from or None,
        "rules": rules,
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _text(value: object) -> str:
    plain = _plain(value)
    return ", ".join(map(str, plain)) or "none" if isinstance(plain, list) else json.dumps(plain, ensure_ascii=False)


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case frozenset():
            return sorted(_plain(each) for each in value)  # type: ignore[type-var]
        case tuple() | list():
            return [_plain(each) for each in value]
    return str(value)
