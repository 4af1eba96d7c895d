"""What steers a run: the rules that there are, the settings, and the policy in force."""

from __future__ import annotations

from collections.abc import Collection

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.inputs import load_settings, rules_here, under
from avion_lint.cli.steering import Steering, steering_of
from avion_lint.policy.in_force import Policy, effective
from avion_lint.policy.packs import SHIPPED, is_file, load_pack
from avion_lint.policy.sources import PACKAGE, chain
from avion_lint.record import record
from avion_lint.rule import Rule
from avion_lint.rule_names import rule_names
from avion_lint.settings.model import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from datetime import date


@record
class Steered:
    """What steers a run: all rules, the settings, the policy in force, and where they were read.

    `is_from_here` tells that all of it is from the work tree, or came with the program.
    """

    rules: tuple[Rule, ...]
    settings: Settings
    policy: Policy
    steering: Steering
    is_from_here: bool = True


def steer(given: Namespace, root: str, today: date) -> Steered:
    """Read settings and policy; raises SettingsError, UsageError, GitError."""
    steering = steering_of(root, getattr(given, "settings_from", None))
    asked = under(root, given.policy) if given.policy and is_file(given.policy) else given.policy
    own = rules_here(root, given.settings, asked, steering)
    settings = load_settings(root, given.settings, own.rules, steering)
    name = asked or settings.policy
    place = None if asked else settings.policy_place
    pack = load_pack(name, own.rules, steering.document, place)
    if name in SHIPPED:
        return Steered(own.rules, settings, effective(pack, settings), steering, not steering.said)
    from avion_lint.policy.environments import load_environments  # noqa: PLC0415 - few policies speak of any

    environments = load_environments(name, own.rules, own.checks, steering.document, today, pack=pack)
    from_here = not steering.said and all(each.home in ("", PACKAGE) for each in chain(name, steering.document, place))
    return Steered(own.rules, settings, effective(pack, settings, environments), steering, from_here)


def narrowed_policy(given: Namespace, steered: Steered) -> Policy:
    """The policy with the rules that --select and --ignore leave; raises UsageError."""
    select = _rules("--select", given.select, steered.rules)
    ignore = _rules("--ignore", given.ignore, steered.rules)
    return steered.policy.narrowed(select, ignore) if select or ignore else steered.policy


def _rules(option: str, given: Collection[str] | None, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Rules by id, name or family; raises UsageError for anything else, and for nothing."""
    words = [word.strip() for part in given or () for word in part.split(",") if word.strip()]
    if given and not words:
        raise UsageError(f"{option} names no rule")
    names = rule_names(rules)
    found: list[Rule] = []
    for word in words:
        family = [rule for rule in rules if word in _families(rule)]
        one = names.get(word)
        if not family and one is None:
            raise UsageError(names.unknown(word))
        found.extend(family or ([one] if one else []))
    return tuple(found)


def _families(rule: Rule) -> tuple[str, str]:
    """The words for a rule's family: the letters of its id, and the folder that it is in."""
    return rule.family, rule.module.split(".")[-2]
