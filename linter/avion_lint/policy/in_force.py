"""The policy in force: a pack with the settings on top, asked for a rule's level and options at a place."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from avion_lint import globs
from avion_lint.finding import Level
from avion_lint.policy.packs import Pack, level_in, over
from avion_lint.record import record, replace
from avion_lint.rule import Rule
from avion_lint.settings.model import PathRules, ServiceSettings, Settings
from avion_lint.settings.options import make_options
from avion_lint.settings.rules import RuleSetting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.policy.environments import EnvironmentRules

_TOOL = "AV"


@record
class Policy:
    """What every rule weighs: the pack, then the settings' rules, their services' and their paths'.

    What is said later wins; what the policy says of an environment stands between the settings' own rules and those of
    their services and paths.

    `selected` are ids of the only rules to run (None: all), `ignored` of rules that are off whatever is said.
    """

    pack: Pack
    rules: tuple[RuleSetting, ...] = ()
    services: tuple[ServiceSettings, ...] = ()
    paths: tuple[PathRules, ...] = ()
    selected: frozenset[str] | None = None
    ignored: frozenset[str] = frozenset()
    environments: tuple[EnvironmentRules, ...] = ()

    @property
    def varies(self) -> bool:
        """Whether services, paths or environments have their own say."""
        return bool(self.services or self.paths or self.environments)

    def level(self, rule: Rule, *, service: str = "", path: str = "", environment: str = "") -> Level:
        """Level of the rule's findings for that service, file and environment; without them, in general."""
        if not self._runs(rule):
            return Level.OFF
        return self.setting(rule, service, path, environment).level or Level.OFF

    def options(self, rule: Rule, *, service: str = "", path: str = "", environment: str = "") -> object | None:
        """Options of the rule there: an instance of its options dataclass, None where it has none."""
        return make_options(rule, self.setting(rule, service, path, environment).options)

    def is_on(self, rule: Rule) -> bool:
        """Whether the rule weighs anything anywhere."""
        if not self._runs(rule):
            return False
        return any(setting.level for setting in (self._general(rule), *self._special(rule)))

    def narrowed(self, select: Collection[Rule], ignore: Collection[Rule]) -> Policy:
        """Narrow the policy to some rules (all, where `select` is empty), with others off.

        A rule that is selected and that the pack leaves off counts as a warning. The tool's own rules stay on
        unless they are ignored: what could not be read is never passed over in silence.
        """
        pack = dict(self.pack)
        for rule in select:
            if level_in(pack, rule) is Level.OFF:
                pack[rule.id] = over(RuleSetting(rule, Level.WARNING), pack.get(rule.id))
        selected = frozenset(rule.id for rule in select) if select else None
        return replace(self, pack=pack, selected=selected, ignored=frozenset(rule.id for rule in ignore))

    def _runs(self, rule: Rule) -> bool:
        if rule.id in self.ignored:
            return False
        return self.selected is None or rule.id in self.selected or rule.family == _TOOL

    def _general(self, rule: Rule) -> RuleSetting:
        below = self.pack.get(rule.id) or RuleSetting(rule, Level.OFF)
        return _on_top(below, self.rules)

    def setting(self, rule: Rule, service: str = "", path: str = "", environment: str = "") -> RuleSetting:
        """What is said of the rule there, and where it is said."""
        setting = self._general(rule)
        for each in self.environments:
            if each.name == environment or (not environment and each.holds_for(path)):
                setting = _on_top(setting, each.rules)
        own = next((entry for entry in self.services if _is_of(entry, service, path)), None)
        if own is not None:
            setting = _on_top(setting, own.rules)
        for entry in self.paths:
            if entry.holds_for(path):
                setting = _on_top(setting, entry.rules)
        return setting

    def _special(self, rule: Rule) -> Iterator[RuleSetting]:
        layers = (
            *(entry.rules for entry in self.services),
            *(entry.rules for entry in self.paths),
            *(entry.rules for entry in self.environments),
        )
        for settings in layers:
            yield from (setting for setting in settings if setting.rule.id == rule.id)


def effective(pack: Pack, settings: Settings, environments: tuple[EnvironmentRules, ...] = ()) -> Policy:
    """Lay settings over a pack, and what it says of environments."""
    return Policy(pack, settings.rules, settings.services, settings.paths, environments=environments)


def _is_of(entry: ServiceSettings, service: str, path: str) -> bool:
    return bool((service and entry.name == service) or (path and globs.under(entry.path, path)))


def _on_top(setting: RuleSetting, rules: tuple[RuleSetting, ...]) -> RuleSetting:
    own = next((own for own in rules if own.rule.id == setting.rule.id), None)
    return over(own, setting) if own else setting
