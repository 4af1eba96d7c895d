"""Functions that run with their owner's rights and their caller's search path."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("SC114", subject=Statement, on=(a.CreateObject,))
def security_definer_without_search_path(statement: Statement) -> Iterator[Finding]:
    """Find a SECURITY DEFINER function that looks up names in the search path of whoever calls it."""
    for made in statement.of(a.CreateObject):
        if made.kind is a.ObjectKind.FUNCTION and made.definer and not made.search_path:
            yield statement.finding(
                made,
                f"Whoever may call {made.name} can make it use tables, functions and operators of their own, with the "
                "rights of its owner.",
                "Say in CREATE FUNCTION where names are looked up, pg_temp last:\n"
                "SET search_path = pg_catalog, public, pg_temp",
                object=made.name,
            )
