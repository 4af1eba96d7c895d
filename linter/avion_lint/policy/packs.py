"""Policy packs: which rules count and how much, from a policy with all that it extends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from avion_lint.finding import Level
from avion_lint.policy.sources import PACKAGE, SHIPPED, ReadFile, Source, chain, is_file, unknown_pack
from avion_lint.problems import Problem, SettingsError
from avion_lint.rule import Rule
from avion_lint.rule_names import RuleNames, rule_names
from avion_lint.settings.rules import LEVEL, Reading, RuleSetting, level_of, read_rules
from avion_lint.source import Place
from avion_lint.yaml.nodes import Node, get, items, text_at

__all__ = [
    "SCHEMA",
    "SHIPPED",
    "Pack",
    "ReadFile",
    "is_file",
    "level_in",
    "load_pack",
    "over",
    "unknown_pack",
]
SCHEMA = "policy.schema.json"
_TOOL = "AV"

Pack = Mapping[str, RuleSetting]
"""Setting of each rule that a policy speaks of, with what it extends, by the rule's id."""


def load_pack(policy: str, rules: Iterable[Rule], read: ReadFile, place: Place | None = None) -> Pack:
    """Load the policy of that name or path, with all that it extends.

    `rules` are all rules that there are; `place` is where the policy is asked for. A file that extends
    nothing stands alone: what it does not name is off, but for the tool's own rules, which keep the default's
    levels.
    Raises SettingsError for a policy that is not there, not valid, names an unknown rule, or extends itself.
    """
    names = rule_names(rules)
    layers: list[tuple[RuleSetting, ...]] = []
    ours = False
    for source in chain(policy, read, place):
        layers.append(_rules_of(source, names))
        ours = source.is_ours
    if not ours:
        (shipped,) = (_rules_of(source, names) for source in chain("default", read))
        layers.append(tuple(own for own in shipped if own.rule.family == _TOOL))
    return _merged(layers)


def _merged(layers: list[tuple[RuleSetting, ...]]) -> Pack:
    pack: dict[str, RuleSetting] = {}
    for layer in reversed(layers):
        for setting in layer:
            pack[setting.rule.id] = over(setting, pack.get(setting.rule.id))
    return pack


def over(setting: RuleSetting, below: RuleSetting | None) -> RuleSetting:
    """Fill in what a setting leaves open from the one below it."""
    if below is None:
        return setting
    level = below.level if setting.level is None else setting.level
    options = tuple({**dict(below.options), **dict(setting.options)}.items())
    return RuleSetting(setting.rule, level, options, tuple({**dict(below.places), **dict(setting.places)}.items()))


def _rules_of(source: Source, names: RuleNames) -> tuple[RuleSetting, ...]:
    """The settings of one policy file; raises SettingsError."""
    if source.is_ours:
        # Rules that this run does not have (a pack of somebody's own is tried alone) are no mistake of the policy's.
        return tuple(_settings(source, Reading(source.document, names, lambda _: None)))
    from avion_lint.settings.schema_check import check, read_schema  # noqa: PLC0415 - jsonschema, only for such a file

    problems: list[Problem] = list(check(source.document, source.root, read_schema(PACKAGE, SCHEMA)))
    found = tuple(_settings(source, Reading(source.document, names, problems.append)))
    if problems:
        raise SettingsError(tuple(problems))
    return found


def _settings(source: Source, reading: Reading) -> Iterator[RuleSetting]:
    yield from _of_checks(get(source.root, "checks"), reading)
    yield from read_rules(get(source.root, "rules"), reading)


def _of_checks(node: Node | None, reading: Reading) -> Iterator[RuleSetting]:
    """The levels that a policy's own checks have before its rules say more."""
    for item in items(node):
        rule = reading.names.get(text_at(item, "id") or "")
        if rule is not None:
            at = get(item, "level") or get(item, "id") or item
            level = level_of(get(item, "level"))
            place = Place(reading.document, at.span)
            yield RuleSetting(rule, Level.WARNING if level is None else level, places=((LEVEL, place),))


def level_in(pack: Pack, rule: Rule) -> Level:
    """Level that a policy gives a rule; what it does not speak of is off."""
    setting = pack.get(rule.id)
    return (setting.level if setting else None) or Level.OFF
