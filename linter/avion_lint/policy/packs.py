"""Policy packs: which rules count and how much, from YAML that ships or that lies in the repository."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from posixpath import dirname

from avion_lint.finding import Level
from avion_lint.problems import Problem, SettingsError, suggestion
from avion_lint.record import record
from avion_lint.rule import Rule
from avion_lint.rule_names import RuleNames, rule_names
from avion_lint.settings.rules import Reading, RuleSetting, level_of, read_rules
from avion_lint.source import Document, Place, Span
from avion_lint.yaml.flat import read_flat
from avion_lint.yaml.nodes import Node, get, items, span_at, text_at

PACKAGE = "avion_policies"
SCHEMA = "policy.schema.json"
SHIPPED = ("default", "strict")
_TOOL = "AV"

Pack = Mapping[str, RuleSetting]
"""Setting of each rule that a policy speaks of, with what it extends, by the rule's id."""

ReadFile = Callable[[str], Document | None]
"""Gives a file of the repository by its path from the root, None where there is none."""


@record
class _Layer:
    """One policy file: its settings, and what it extends and where it says so."""

    rules: tuple[RuleSetting, ...]
    extends: str | None
    place: Place


def is_file(policy: str) -> bool:
    """Whether the word means a file of the repository rather than a policy that ships."""
    return "/" in policy or policy.endswith((".yaml", ".yml"))


def unknown_pack(policy: str) -> str:
    """Say what is wrong with a word that names no policy that ships; nothing where it does."""
    if policy in SHIPPED:
        return ""
    listed = " and ".join(f"`{name}`" for name in SHIPPED)
    near = suggestion(policy, SHIPPED) or f"; there are {listed}, and files (`policies/ours.yaml`)"
    return f"no policy is called `{policy}`{near}"


def load_pack(policy: str, rules: Iterable[Rule], read: ReadFile, place: Place | None = None) -> Pack:
    """Load the policy of that name or path, with all that it extends.

    `rules` are all rules that there are; `place` is where the policy is asked for. A file that extends
    nothing stands alone: what it does not name is off, but for the tool's own rules, which keep the default's
    levels.
    Raises SettingsError for a policy that is not there, not valid, names an unknown rule, or extends itself.
    """
    names = rule_names(rules)
    place = place or Place(Document(policy, ""), Span(0, 0))
    layers: list[_Layer] = []
    seen: list[str] = []
    wanted: str | None = policy
    while wanted:
        if wanted in seen:
            chain = " → ".join([*seen[seen.index(wanted) :], wanted])
            raise SettingsError(((place, f"the policy extends itself: {chain}"),))
        seen.append(wanted)
        layers.append(_layer(wanted, names, read, place))
        wanted, place = layers[-1].extends, layers[-1].place
    if is_file(seen[-1]):
        shipped = _layer("default", names, read, place)
        layers.append(_Layer(tuple(own for own in shipped.rules if own.rule.family == _TOOL), None, place))
    return _merged(layers)


def _merged(layers: list[_Layer]) -> Pack:
    pack: dict[str, RuleSetting] = {}
    for layer in reversed(layers):
        for setting in layer.rules:
            pack[setting.rule.id] = over(setting, pack.get(setting.rule.id))
    return pack


def over(setting: RuleSetting, below: RuleSetting | None) -> RuleSetting:
    """Fill in what a setting leaves open from the one below it."""
    if below is None:
        return setting
    level = below.level if setting.level is None else setting.level
    return RuleSetting(setting.rule, level, tuple({**dict(below.options), **dict(setting.options)}.items()))


def _layer(policy: str, names: RuleNames, read: ReadFile, place: Place) -> _Layer:
    if not is_file(policy):
        if message := unknown_pack(policy):
            raise SettingsError(((place, message),))
        return _shipped(policy, names)
    document = read(policy)
    if document is None:
        raise SettingsError(((place, f"there is no policy file {policy}"),))
    return _from_repository(document, names)


def _shipped(name: str, names: RuleNames) -> _Layer:
    """Read a policy of ours: its tests hold it to the JSON Schema, so that no run has to."""
    path = f"{name}.yaml"
    document = Document(path, _text_of(path))
    root = read_flat(document) or _yaml(document)
    # Rules that this run does not have (a pack of somebody's own is tried alone) are no mistake of the policy's.
    rules = read_rules(get(root, "rules"), Reading(document, names, lambda _: None))
    return _Layer(rules, text_at(root, "extends"), Place(document, span_at(root, ["extends"])))


def _text_of(name: str) -> str:
    """Text of a file that lies in our package of policies; `importlib.resources` takes 15 ms to load."""
    package = import_module(PACKAGE)
    return package.__loader__.get_data(f"{dirname(package.__file__ or '')}/{name}").decode()  # type: ignore[union-attr,no-any-return]


def _from_repository(document: Document, names: RuleNames) -> _Layer:
    from avion_lint.settings.schema_check import check, read_schema  # noqa: PLC0415 - jsonschema, only for such a file

    root = _yaml(document)
    return _read(document, root, names, list(check(document, root, read_schema(PACKAGE, SCHEMA))))


def _yaml(document: Document) -> Node:
    from avion_lint.yaml.reader import YamlError, load  # noqa: PLC0415 - PyYAML, only where flat does not do

    try:
        return load(document)
    except YamlError as error:
        raise SettingsError(error.problems) from None


def _read(document: Document, root: Node, names: RuleNames, problems: list[Problem]) -> _Layer:
    reading = Reading(document, names, problems.append)
    rules = (*_of_checks(get(root, "checks"), names), *read_rules(get(root, "rules"), reading))
    place = Place(document, span_at(root, ["extends"]))
    extends = text_at(root, "extends")
    if extends and is_file(extends):
        extends = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), extends))
        if extends.startswith(("../", "/")):
            problems.append((place, "`extends` must be a file inside the repository"))
    if problems:
        raise SettingsError(tuple(problems))
    return _Layer(rules, extends, place)


def _of_checks(node: Node | None, names: RuleNames) -> Iterator[RuleSetting]:
    """The levels that a policy's own checks have before its rules say more."""
    for item in items(node):
        rule = names.get(text_at(item, "id") or "")
        if rule is not None:
            yield RuleSetting(rule, level_of(get(item, "level")) or Level.WARNING)


def level_in(pack: Pack, rule: Rule) -> Level:
    """Level that a policy gives a rule; what it does not speak of is off."""
    setting = pack.get(rule.id)
    return (setting.level if setting else None) or Level.OFF
