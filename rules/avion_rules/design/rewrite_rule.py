"""CREATE RULE."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("DE122", subject=Statement, on=(a.CreateObject,))
def rewrite_rule(statement: Statement) -> Iterator[Finding]:
    """Point out a CREATE RULE, which changes what statements mean."""
    for made in statement.of(a.CreateObject):
        if made.kind is a.ObjectKind.RULE and made.table:
            yield statement.finding(
                made,
                f"Statements about {made.table} mean something else from here on: a rule rewrites their text, so that "
                "expressions in them may be computed twice or for other rows.",
                "Use a trigger: it sees the rows that are really changed.",
                object=made.table,
            )
