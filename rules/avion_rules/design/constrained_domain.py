"""Domains with constraints."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("DE119", subject=Statement, on=(a.CreateObject,))
def constrained_domain(statement: Statement) -> Iterator[Finding]:
    """Point out a new domain with constraints, whose change reads every table that uses it."""
    for made in statement.of(a.CreateObject):
        if made.kind is a.ObjectKind.DOMAIN and (made.not_null or made.constraints):
            yield statement.finding(
                made,
                f"To make {made.name} stricter later, every table that uses it is read at once, while writes to it "
                "wait.",
                "Put the constraint on the tables: there it can be added NOT VALID, and changed for each alone.",
                object=made.name,
            )
