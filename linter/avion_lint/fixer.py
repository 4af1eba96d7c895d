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

    `known` is what fixers have worked out for the same migration.
    """

    finding: Finding
    project: Project
    migration: Migration
    statement: Statement | None = None
    known: dict[str, Any] = field(default_factory=dict, compare=False)

    def once(self, what: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for all findings of the migration; `what` names it."""
        if what not in self.known:
            self.known[what] = make()
        made: Made = self.known[what]
        return made


Fixer = Callable[[Scene], Fix | None]
"""Makes the fix of a finding, None where changing text does not mend it for certain. Pure, as rules are."""

Fixers = Mapping[str, Fixer]
"""Fixers by the id of their rule; those that come first are applied first."""
