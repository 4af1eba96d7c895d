"""What a `rules:` mapping says of each rule: a level, options or both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from avion_lint.finding import Level
from avion_lint.problems import Problem
from avion_lint.record import field, record
from avion_lint.rule import Rule
from avion_lint.rule_names import RuleNames
from avion_lint.settings.options import Options, read_options
from avion_lint.source import Document, Place
from avion_lint.yaml.nodes import Entry, Mapping, Node, Scalar, entries, get

LEVEL = "level"


@record
class RuleSetting:
    """A rule with the level and the options that one file gives it; `level` is None where it gives none.

    `places` tell where each of them is said, by `level` and the options' names.
    """

    rule: Rule
    level: Level | None
    options: Options = ()
    places: tuple[tuple[str, Place], ...] = field(default=(), compare=False)


@record
class Reading:
    """What reading a file needs everywhere: the file, the rules' names, and where to put what is wrong."""

    document: Document
    names: RuleNames
    refuse: Callable[[Problem], None]

    def refuse_at(self, node: Node, message: str) -> None:
        """Note a problem with this node."""
        self.refuse((Place(self.document, node.span), message))


def read_rules(node: Node | None, reading: Reading, beside: Collection[str] = ()) -> tuple[RuleSetting, ...]:
    """Read a `rules:` mapping; what is no rule, no option or said twice becomes a problem.

    `beside` are keys that may stand beside the options and are somebody else's to read.

    What is no level, and a value of the wrong kind, are the JSON Schema's to refuse; they are passed over.
    """
    found: dict[str, RuleSetting] = {}
    for entry in entries(node):
        rule = reading.names.get(entry.key.text)
        if rule is None:
            reading.refuse_at(entry.key, reading.names.unknown(entry.key.text))
        elif rule.id in found:
            reading.refuse_at(entry.key, f"{rule.id} and {rule.name} are one rule; it is set twice")
        else:
            found[rule.id] = _setting(rule, entry, reading, beside)
    return tuple(found.values())


def _setting(rule: Rule, entry: Entry, reading: Reading, beside: Collection[str]) -> RuleSetting:
    place = Place(reading.document, entry.key.span)
    match entry.value:
        case Scalar() as scalar:
            return RuleSetting(rule, level_of(scalar), places=((LEVEL, place),))
        case Mapping() as mapping:
            options = tuple(inner for inner in mapping.entries if inner.key.text not in (LEVEL, *beside))
            read = read_options(rule, options, reading.document, reading.refuse)
            return RuleSetting(rule, level_of(get(mapping, LEVEL)), read, tuple(_places(mapping, reading)))
        case _:
            return RuleSetting(rule, None)


def _places(mapping: Mapping, reading: Reading) -> Iterator[tuple[str, Place]]:
    for entry in mapping.entries:
        yield entry.key.text.replace("-", "_"), Place(reading.document, entry.key.span)


def level_of(node: Node | None) -> Level | None:
    """Level that a scalar names, or None."""
    try:
        return Level.parse(node.text) if isinstance(node, Scalar) else None
    except KeyError:
        return None
