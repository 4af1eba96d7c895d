"""The door for fixes: what a fixer is given, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from avion_lint.finding import Finding, Fix
from avion_lint.record import field, record
from avion_lint.subjects import Migration, Project, Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Made = TypeVar("Made")


@record
class Scene:
    """A finding and where it was made: the project, the migration, and the statement that it is in, if it is in one.

    `known` is what fixers have worked out for the same migration, `known_of_all` what for the same project.
    """

    finding: Finding
    project: Project
    migration: Migration
    statement: Statement | None = None
    known: dict[str, Any] = field(default_factory=dict, compare=False)
    known_of_all: dict[str, Any] = field(default_factory=dict, compare=False)

    def once(self, what: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for all findings of the migration; `what` names it."""
        return _once(self.known, what, make)

    def once_for_all(self, what: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for all migrations of the project."""
        return _once(self.known_of_all, what, make)


def _once(known: dict[str, Any], what: str, make: Callable[[], Made]) -> Made:
    if what not in known:
        known[what] = make()
    made: Made = known[what]
    return made


Fixer = Callable[[Scene], Fix | None]
"""Makes the fix of a finding, None where changing text does not mend it for certain. Pure, as rules are."""

Fixers = Mapping[str, Fixer]
"""Fixers by the id of their rule; those that come first are applied first."""
