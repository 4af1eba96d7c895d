"""The door for fixes: what a fixer is given, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from avion_lint.finding import Finding, Fix
from avion_lint.record import field, record
from avion_lint.runners.migration import MigrationFile
from avion_lint.subjects import BaseMigration, Migration, Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Made = TypeVar("Made")


@record
class Others:
    """The files of a service in the order in which its runner applies them, and the base branch's migrations."""

    files: tuple[MigrationFile, ...]
    base: tuple[BaseMigration, ...] = ()


@record
class Scene:
    """A finding and where it was made: the service, the migration, and the statement that it is in, if it is in one.

    `known` is what fixers have worked out for the same migration, `known_of_all` what for the same service.
    """

    finding: Finding
    others: Others
    migration: Migration
    statement: Statement | None = None
    known: dict[str, Any] = field(default_factory=dict, compare=False)
    known_of_all: dict[str, Any] = field(default_factory=dict, compare=False)

    def once(self, what: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for all findings of the migration; `what` names it."""
        return _once(self.known, what, make)

    def once_for_all(self, what: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for all migrations of the service."""
        return _once(self.known_of_all, what, make)


def _once(known: dict[str, Any], what: str, make: Callable[[], Made]) -> Made:
    if what not in known:
        known[what] = make()
    made: Made = known[what]
    return made


Fixer = Callable[[Scene], Fix | None]
"""Makes the fix of a finding, None where changing text does not mend it for certain. Pure, as rules are.

It is asked when the migration is judged, before later ones are: a fix that these can forbid says so (`Fix.unless`).
"""

Fixers = Mapping[str, Fixer]
"""Fixers by the id of their rule, one about migrations or statements; those that come first are applied first."""
