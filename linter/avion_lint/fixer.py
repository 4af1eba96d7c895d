"""The door for fixes: what a fixer is given, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from avion_lint.finding import Finding, Fix
from avion_lint.record import record
from avion_lint.subjects import Migration, Project, Statement


@record
class Scene:
    """A finding and where it was made: the project, the migration, and the statement that it is in, if it is in one."""

    finding: Finding
    project: Project
    migration: Migration
    statement: Statement | None = None


Fixer = Callable[[Scene], Fix | None]
"""Makes the fix of a finding, None where changing text does not mend it for certain. Pure, as rules are."""

Fixers = Mapping[str, Fixer]
"""Fixers by the id of their rule; those that come first are applied first."""
