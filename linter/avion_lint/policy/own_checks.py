"""Checks that policies hold, with those of all that they extend."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from avion_lint.checks.model import Check
from avion_lint.checks.read import Reading, read_checks
from avion_lint.policy.sources import ReadFile, chain
from avion_lint.problems import Problem, SettingsError
from avion_lint.rule import Rule
from avion_lint.source import Document
from avion_lint.yaml.nodes import get


def load_checks(policy: str, rules: Iterable[Rule], read: ReadFile) -> tuple[Check, ...]:
    """Checks of the policy of that name or path and of all that it extends.

    `rules` are all rules that there are, whose ids, names and families are taken. Raises SettingsError for checks that
    are wrong, and for a policy that cannot be read.
    """
    known = tuple(rules)
    taken = frozenset(word for rule in known for word in (rule.id, rule.name, rule.family))
    problems: list[Problem] = []
    found: dict[str, Check] = {}
    for source in chain(policy, read):
        reading = Reading(
            source.document, taken, problems.append, None if source.home else _beside(source.document, read)
        )
        for check in read_checks(get(source.root, "checks"), reading):
            if check.id in found:
                problems.append(
                    (check.place, f"the check {check.id} stands in {found[check.id].place.document.path} too")
                )
            found.setdefault(check.id, check)
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(found.values())


def _beside(policy: Document, read: ReadFile) -> ReadFile:
    """Reads files of the repository by their paths from the policy's folder."""

    def beside(path: str) -> Document | None:
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(policy.path), path))
        return None if inside.startswith(("../", "/")) else read(inside)

    return beside
