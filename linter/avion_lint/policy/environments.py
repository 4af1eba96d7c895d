"""What policies say of environments: rules for each, one stricter than the other, and who agreed to be laxer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from avion_lint import globs
from avion_lint.checks.model import Check, Direction
from avion_lint.checks.strictness import looser, of_rule
from avion_lint.policy.packs import Pack, over
from avion_lint.policy.sources import PROFILES, ReadFile, chain
from avion_lint.problems import Problem, SettingsError, suggestion
from avion_lint.record import record, replace
from avion_lint.rule import Rule
from avion_lint.rule_names import rule_names
from avion_lint.settings.options import make_options
from avion_lint.settings.rules import LEVEL, Reading, RuleSetting, read_rules
from avion_lint.source import Place
from avion_lint.yaml.nodes import Entry, Listing, Node, Scalar, entries, get, span_at, text_at

OVERRIDE = "override"


@record
class Override:
    """An agreement that an environment is laxer than the one that it extends, up to a day, inclusive."""

    environment: str
    rule: Rule
    reason: str
    owner: str
    expires: date
    place: Place


@record
class EnvironmentRules:
    """The rules of an environment, with those of what it extends; `paths` and `namespaces` are what belongs to it.

    `lapsed` are the agreements whose day is over, so that what they allowed does not hold.
    """

    name: str
    rules: tuple[RuleSetting, ...]
    paths: tuple[str, ...]
    namespaces: tuple[str, ...]
    lapsed: tuple[Override, ...]
    place: Place

    def holds_for(self, path: str) -> bool:
        """Whether its globs name this file."""
        return any(globs.matches(pattern, path) for pattern in self.paths)


@record
class _Said:
    """What the files say of an environment, the topmost first where several do."""

    name: str
    extends: str
    rules: tuple[RuleSetting, ...]
    overrides: tuple[Override, ...]
    paths: tuple[str, ...]
    namespaces: tuple[str, ...]
    place: Place


def load_environments(
    policy: str, rules: Iterable[Rule], checks: Iterable[Check], read: ReadFile, today: date, *, pack: Pack
) -> tuple[EnvironmentRules, ...]:
    """The environments of the policy of that name or path, with all that it extends, by name.

    `checks` are its own checks, whose parameters say which values are stricter; rules say it of their options. `pack`
    is what the policy says for all environments. Raises SettingsError for an environment that is laxer than the one
    that it extends where nobody answers for it, or extends one that is not there or itself.
    """
    names = rule_names(rules)
    problems: list[Problem] = []
    said: dict[str, _Said] = {}
    for source in chain(policy, read):
        reading = Reading(source.document, names, problems.append)
        for entry in entries(get(source.root, "environments")):
            found = _said(entry, reading)
            said[found.name] = _joined(said[found.name], found) if found.name in said else found
    directions = {
        check.id: {each.name: each.stricter for each in check.parameters if each.stricter} for check in checks
    }
    ground = _Ground(said, directions, pack, today)
    made = tuple(_made(each, ground, problems) for _, each in sorted(said.items()))
    if problems:
        raise SettingsError(tuple(problems))
    return made


def _joined(above: _Said, below: _Said) -> _Said:
    """What two files say of one environment; the upper one wins."""
    known = {each.rule.id: each for each in below.rules} | {
        each.rule.id: over(each, next((one for one in below.rules if one.rule.id == each.rule.id), None))
        for each in above.rules
    }
    ids = {each.rule.id for each in above.overrides}
    return replace(
        above,
        extends=above.extends or below.extends,
        rules=tuple(known.values()),
        overrides=(*above.overrides, *(each for each in below.overrides if each.rule.id not in ids)),
        paths=(*above.paths, *below.paths),
        namespaces=(*above.namespaces, *below.namespaces),
    )


def _said(entry: Entry, reading: Reading) -> _Said:
    node, name = entry.value, entry.key.text
    settings = {each.rule.id: each for each in _of_profile(text_at(node, "profile"), reading)}
    for own in read_rules(get(node, "rules"), reading, beside=(OVERRIDE,)):
        settings[own.rule.id] = over(own, settings.get(own.rule.id))
    return _Said(
        name,
        text_at(node, "extends") or "",
        tuple(settings.values()),
        tuple(_overrides(name, get(node, "rules"), reading)),
        _texts(get(node, "paths")),
        _texts(get(node, "namespaces")),
        Place(reading.document, entry.key.span),
    )


def _of_profile(profile: str | None, reading: Reading) -> tuple[RuleSetting, ...]:
    """What a profile that ships says of rules that there are; its checks come with `extends: production`."""
    if profile not in PROFILES:
        return ()
    (source, *_) = chain(profile, lambda _: None)
    return read_rules(get(source.root, "rules"), Reading(source.document, reading.names, lambda _: None))


def _overrides(name: str, node: Node | None, reading: Reading) -> Iterator[Override]:
    for entry in entries(node):
        given, rule = get(entry.value, OVERRIDE), reading.names.get(entry.key.text)
        if given is None or rule is None:
            continue
        place = Place(reading.document, span_at(entry.value, [OVERRIDE]))
        try:
            expires = date.fromisoformat(text_at(given, "expires") or "")
        except ValueError:
            reading.refuse((place, "`expires` must be a day (2026-12-31)"))
            continue
        yield Override(name, rule, text_at(given, "reason") or "", text_at(given, "owner") or "", expires, place)


@record
class _Ground:
    """What all environments are made by: what is said of each, which values are stricter, what holds for all."""

    said: Mapping[str, _Said]
    directions: Mapping[str, Mapping[str, Direction]]
    pack: Pack
    today: date

    def stricter(self, rule: Rule) -> Mapping[str, Direction]:
        """Which values of a rule's options are stricter."""
        return self.directions.get(rule.id) or ({} if rule.written else of_rule(rule))


def _made(each: _Said, ground: _Ground, problems: list[Problem]) -> EnvironmentRules:
    """An environment on top of those that it extends, the one above checked against the one below."""
    line = _line_of(each, ground.said, problems)
    settings: dict[str, RuleSetting] = {}
    lapsed: tuple[Override, ...] = ()
    for at, one in enumerate(reversed(line)):
        agreed = {override.rule.id: override for override in one.overrides}
        over_now = tuple(override for override in one.overrides if override.expires < ground.today)
        lapsed = (*lapsed, *over_now)
        for own in one.rules:
            below = settings.get(own.rule.id)
            if own.rule.id in {override.rule.id for override in over_now}:
                continue
            general = ground.pack.get(own.rule.id)
            held_to = over(below, general) if below else general
            if at and held_to and one is each and own.rule.id not in agreed:
                problems.extend(_laxer(own, held_to, ground.stricter(own.rule), (each.name, line[1].name)))
            settings[own.rule.id] = over(own, below)
    mine = tuple(override for override in lapsed if override.environment == each.name)
    return EnvironmentRules(each.name, tuple(settings.values()), each.paths, each.namespaces, mine, each.place)


def _line_of(each: _Said, said: Mapping[str, _Said], problems: list[Problem]) -> list[_Said]:
    """An environment and those that it extends, itself first."""
    line = [each]
    while line[-1].extends:
        name = line[-1].extends
        if name not in said:
            words = f"no environment is called `{name}`{suggestion(name, tuple(said))}"
            problems.append((line[-1].place, words))
            break
        if any(one.name == name for one in line):
            words = " → ".join([*(one.name for one in line), name])
            problems.append((each.place, f"the environment extends itself: {words}"))
            break
        line.append(said[name])
    return line


def _laxer(
    own: RuleSetting, below: RuleSetting, directions: Mapping[str, Direction], names: tuple[str, str]
) -> Iterator[Problem]:
    """Each value of a rule that is laxer than what is said in the environment below."""
    name, other = names
    places = dict(own.places)
    agreed = f"give a stricter value, or an `{OVERRIDE}` with `reason`, `owner` and `expires`"
    rule = own.rule.name
    if own.level is not None and below.level is not None and own.level < below.level:
        words = f"`{rule}` is {own.level} in {name} and {below.level} in {other}, which {name} extends: {agreed}"
        yield places[LEVEL], words
    made = make_options(own.rule, below.options)
    values = {option: getattr(made, option) for option in directions} if made else {}
    for option, value in own.options:
        direction = directions.get(option)
        if direction and option in values and looser(value, values[option], direction):
            key = option.replace("_", "-")
            words = f"`{key}` of {rule} is {_shown(value)} in {name} and {_shown(values[option])} in {other}"
            yield places[option], f"{words}, and {_STRICTER.get(direction, direction)} is stricter: {agreed}"


_STRICTER = {Direction.MORE: "what has more", Direction.FEWER: "what has fewer", Direction.LIMIT: "lower"}


def _shown(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(node: Node | None) -> tuple[str, ...]:
    found = node.items if isinstance(node, Listing) else (node,)
    return tuple(each.text for each in found if isinstance(each, Scalar) and each.text)
