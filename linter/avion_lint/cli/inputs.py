"""What commands read before they begin: the root of the repository, the settings, the baseline."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.roots import below, folder_above
from avion_lint.cli.steering import Steering, steering_of
from avion_lint.discovery.tree import Unreadable, WorkTree
from avion_lint.policy.sources import SHIPPED
from avion_lint.record import record
from avion_lint.rule import Rule
from avion_lint.settings.model import FILE_NAME, Settings
from avion_lint.source import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from avion_lint.checks.model import Check
    from avion_lint.discovery.gather import Gathering
    from avion_lint.discovery.tree import Tree
    from avion_lint.judgement.baseline import Baseline
    from avion_lint.stats.model import Known, Stats


def first_path(given: Namespace) -> str:
    """The path that tells which repository the run is about."""
    return str(given.stdin_filename or next(iter(given.paths), "."))


def walked(root: str | os.PathLike[str], paths: Iterable[str]) -> WorkTree:
    """The files below the root, or below the folders of these paths where nothing says how far a project reaches."""
    reaches = any(os.path.exists(os.path.join(root, mark)) for mark in (".git", FILE_NAME))
    folders = set() if reaches else {under(root, folder_above(path)) for path in paths}
    return WorkTree(os.fspath(root), None, tuple(sorted(folders or {""})))


def under(root: str | os.PathLike[str], path: str | os.PathLike[str]) -> str:
    """A path as seen from the root, "" for the root itself; raises UsageError for one outside."""
    absolute = os.path.abspath(path)
    folder, name = os.path.split(absolute)
    for candidate in (absolute, os.path.join(os.path.realpath(folder), name), os.path.realpath(absolute)):
        relative = below(os.fspath(root), candidate)
        if relative is not None:
            return relative
    raise UsageError(f"{os.fspath(path)} lies outside of the repository {os.fspath(root)}")


def gathered(tree: Tree, settings: Settings, plain: Collection[str] = ()) -> Gathering:
    """All services of a tree, `plain` as for `gather`; raises SettingsError where a schema's dump cannot be read."""
    from avion_lint.discovery.gather import gather  # noqa: PLC0415 - not every command looks at migrations
    from avion_lint.problems import SettingsError  # noqa: PLC0415 - as above

    found = gather(tree, settings, plain)
    if found.wrong:
        raise SettingsError(found.wrong)
    return found


def known_rules() -> tuple[Rule, ...]:
    """All rules that there are, the tool's own among them."""
    from avion_lint import tool  # noqa: PLC0415 - as above
    from avion_rules import all_rules  # noqa: PLC0415 - the rules are put in here, and nowhere else

    return (*tool.RULES, *all_rules())


@record
class OwnRules:
    """All rules that there are in a repository, and the checks among them that its policy holds."""

    rules: tuple[Rule, ...]
    checks: tuple[Check, ...] = ()


def rules_here(
    root: str | os.PathLike[str],
    settings: str | None = None,
    policy: str | None = None,
    steering: Steering | None = None,
) -> OwnRules:
    """All rules that there are in a repository: ours, and the checks of its policy.

    `settings` is the settings file that is named, `policy` the policy that is asked for instead of the settings' own (a
    file by its path from the root). Raises SettingsError for checks that are wrong.
    """
    known = known_rules()
    steering = steering or steering_of(root, None)
    wanted = policy or _policy_of(root, settings, steering)
    if wanted in ("", *SHIPPED):
        return OwnRules(known)
    from avion_lint.checks.rules import rule_of  # noqa: PLC0415 - few repositories have checks of their own
    from avion_lint.policy.own_checks import load_checks  # noqa: PLC0415 - as above
    from avion_lint.policy.sources import is_file, unknown_pack  # noqa: PLC0415 - as above

    if not is_file(wanted) and unknown_pack(wanted):
        return OwnRules(known)  # who reads the settings says so, at its place
    checks = load_checks(wanted, known, steering.document)
    return OwnRules((*known, *map(rule_of, checks)), checks)


def _policy_of(root: str | os.PathLike[str], settings: str | None, steering: Steering) -> str:
    """The policy that the settings name, as far as they can be read; what is wrong with them is said later."""
    content = _settings_file(root, settings, steering)
    if not isinstance(content, Document) or "policy" not in content.text:
        return ""
    from avion_lint.yaml.nodes import text_at  # noqa: PLC0415 - YAML, only where there are settings
    from avion_lint.yaml.reader import YamlError  # noqa: PLC0415 - as above
    from avion_lint.yaml.reader import load as load_yaml  # noqa: PLC0415 - as above

    try:
        return text_at(load_yaml(content), "policy") or ""
    except YamlError:
        return ""


def _settings_file(root: str | os.PathLike[str], named: str | None, steering: Steering) -> Document | Unreadable | None:
    """The settings file: the root's own, or the one that is named, which may lie anywhere in the work tree."""
    if not named or steering.said:
        return steering.read(under(root, named) if named else FILE_NAME)
    folder, name = os.path.split(named)
    content = steering.tree(folder or ".").read(name)
    if isinstance(content, Unreadable):
        return content
    return Document(name if os.path.realpath(folder or ".") == os.fspath(root) else named, content.text)


def load_settings(
    root: str | os.PathLike[str],
    named: str | None,
    rules: tuple[Rule, ...] | None = None,
    steering: Steering | None = None,
) -> Settings:
    """Settings from the file named, or from the root's own where there is one; raises SettingsError, UsageError."""
    content = _settings_file(root, named, steering or steering_of(root, None))
    if content is None and not named:
        return Settings()
    path = named or os.path.join(root, FILE_NAME)
    if content is None:
        raise UsageError(f"the settings file {path} is not there")
    if isinstance(content, Unreadable):
        raise UsageError(f"the settings file {path} {content.why}{_mend(content)}")
    from avion_lint.settings.reader import load  # noqa: PLC0415 - YAML, only where there are settings

    return load(content, rules or rules_here(root, named).rules)


def _mend(content: Unreadable) -> str:
    return f": {content.mend}" if content.mend else ""


def load_sizes(
    root: str, gathering: Gathering, settings: Settings, steering: Steering | None = None
) -> Mapping[str, Known]:
    """Sizes of tables by service, from the files that the settings name; raises SettingsError, UsageError."""
    named = {each.service.name: settings.service_at(each.service.root) for each in gathering.services}
    wanted = {name: own for name, own in named.items() if own.stats}
    if not wanted:
        return {}
    from avion_lint.stats.model import Known  # noqa: PLC0415 - only where there are sizes

    steering = steering or steering_of(root, None)
    read = {path: _load_stats(path, steering) for path in {own.stats for own in wanted.values()}}
    return {name: Known(read[own.stats], own.sizes) for name, own in wanted.items()}


def _load_stats(path: str, steering: Steering) -> Stats:
    content = steering.read(path)
    if content is None:
        raise UsageError(
            f"there is no {path}, which the settings name as `stats`: write it with `avion-lint stats pull`"
        )
    if isinstance(content, Unreadable):
        raise UsageError(f"the stats file {path} {content.why}{_mend(content)}")
    from avion_lint.stats.read import load  # noqa: PLC0415 - as above

    return load(content)


def load_baseline(root: str, settings: Settings, steering: Steering | None = None) -> Baseline | None:
    """The baseline that the settings name, None where there is no such file; raises SettingsError, UsageError."""
    content = (steering or steering_of(root, None)).read(settings.baseline)
    if content is None:
        return None
    if isinstance(content, Unreadable):
        raise UsageError(f"the baseline {settings.baseline} {content.why}{_mend(content)}")
    from avion_lint.judgement.baseline import parse  # noqa: PLC0415 - only where there is a baseline

    return parse(content)
