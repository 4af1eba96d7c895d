"""Functions that CREATE OR REPLACE cannot replace."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.schema.model import Thing, signature
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("SC119", subject=Statement, down=True, on=(a.CreateObject,))
def function_cannot_be_replaced(statement: Statement) -> Iterator[Finding]:
    """Find a CREATE OR REPLACE FUNCTION that changes what the function returns or the name of an input."""
    for made in statement.of(a.CreateObject):
        old = _old(statement, made) if made.kind is a.ObjectKind.FUNCTION and made.replace else None
        problem = _problem(old, made) if old else ""
        if old and problem:
            types = ", ".join(made.arguments or ())
            yield statement.finding(
                made,
                f"Fails with SQLSTATE 42P13: CREATE OR REPLACE cannot change {problem}.",
                "Drop it before, in this same transaction, and make anew what is made of it; running "
                f"releases must be able to use both:\nDROP FUNCTION {made.name.sql}({types});",
                related=(Related(old.origin.place, "the function was made here"),) if old.origin else (),
                object=made.name,
            )


def _old(statement: Statement, made: a.CreateObject) -> Thing | None:
    """The function that has the same name and takes the same types."""
    schema = statement.schema_before(made)
    named = schema.thing(a.ObjectKind.FUNCTION, made.name)
    if named is None:
        return None
    wanted = signature(made.arguments)
    return next((each for each in schema.functions(named.name) if signature(each.arguments) == wanted), None)


def _problem(old: Thing, made: a.CreateObject) -> str:
    """What is different and must not be, "" where nothing is."""
    if old.returns and made.returns and old.returns != made.returns:
        return f"what {made.name} returns, {old.returns}, to {made.returns}"
    for had, has in zip(old.inputs, made.inputs, strict=False):
        if had and had != has:
            return f"the name of the input {had} of {made.name}" + (f" to {has}" if has else ", or leave it out")
    return ""
