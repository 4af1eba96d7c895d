"""Enums."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("DE117", subject=Statement, on=(a.CreateType,))
def enum_type(statement: Statement) -> Iterator[Finding]:
    """Point out a new enum type, whose values can never be taken away."""
    for made in statement.of(a.CreateType):
        if made.values is not None:
            yield statement.finding(
                made,
                f"No value of {made.type} can be dropped later, and their order cannot change.",
                "Where the values may change, use a table of values with a foreign key, or text with a CHECK.",
                object=made.type,
            )
