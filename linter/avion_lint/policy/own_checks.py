"""Checks that a repository's policy files hold, with those of all that they extend."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from avion_lint.checks.model import Check
from avion_lint.checks.read import Reading, read_checks
from avion_lint.policy.packs import ReadFile, is_file
from avion_lint.problems import Problem, SettingsError
from avion_lint.rule import Rule
from avion_lint.source import Document
from avion_lint.yaml.nodes import Node, get, text_at


def load_checks(policy: str, rules: Iterable[Rule], read: ReadFile) -> tuple[Check, ...]:
    """Checks of the policy file of that path and of the files that it extends; a name of ours has none.

    `rules` are all rules that there are, whose ids, names and families are taken. Raises SettingsError for checks that
    are wrong; a file that is not there or is no YAML is left to `load_pack`, which says so.
    """
    known = tuple(rules)
    taken = frozenset(word for rule in known for word in (rule.id, rule.name, rule.family))
    problems: list[Problem] = []
    found: dict[str, Check] = {}
    for document, root in _chain(policy, read):
        for check in read_checks(get(root, "checks"), Reading(document, taken, problems.append)):
            if check.id in found:
                problems.append(
                    (check.place, f"the check {check.id} stands in {found[check.id].place.document.path} too")
                )
            found.setdefault(check.id, check)
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(found.values())


def _chain(policy: str, read: ReadFile) -> Iterator[tuple[Document, Node]]:
    """The policy files of the repository, from the one that is asked for down."""
    from avion_lint.yaml.reader import YamlError, load  # noqa: PLC0415 - PyYAML, only for such files

    seen: set[str] = set()
    while is_file(policy) and policy not in seen:
        seen.add(policy)
        document = read(policy)
        if document is None:
            return
        try:
            root = load(document)
        except YamlError:
            return
        yield document, root
        extended = text_at(root, "extends") or ""
        policy = posixpath.normpath(posixpath.join(posixpath.dirname(policy), extended)) if is_file(extended) else ""
