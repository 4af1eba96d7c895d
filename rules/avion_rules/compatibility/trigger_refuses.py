"""Triggers that refuse rows."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.pattern import DOTALL, IGNORECASE, pattern
from avion_lint.rule import rule
from avion_lint.schema.model import Thing
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement

# RAISE without a level, or with EXCEPTION, ends the statement; ASSERT does so as well.
_RAISES = pattern(r"\braise\b(?!\s+(?:debug|log|info|notice|warning)\b)|\bassert\b", IGNORECASE)
_COMMENT = pattern(r"--[^\n]*|/\*.*?\*/", DOTALL)
_STRING = pattern(r"'(?:[^']|'')*'")


@rule("CO120", subject=Migration, on=(a.CreateTrigger, a.CreateObject))
def trigger_refuses(migration: Migration) -> Iterator[Finding]:
    """Point out a new trigger that may refuse rows which running releases write."""
    for statement in migration.up:
        for made in statement.of(a.CreateTrigger):
            function = statement.schema_before(made).thing(_FUNCTION, made.function) if made.function else None
            refuses = function is not None and raises(function.sql) and statement.in_use(made.table, made)
            if function and refuses and not _was_there(migration, made, function):
                yield _finding(statement, made, function, made.table, made.trigger)
        for replaced in statement.of(a.CreateObject):
            yield from _stricter(statement, replaced)


_FUNCTION = a.ObjectKind.FUNCTION


def raises(sql: str) -> bool:
    """Whether a function, as its CREATE has it, has a RAISE in it that is an error."""
    folded = sql.casefold()
    if "raise" not in folded and "assert" not in folded:
        return False  # as most; the three patterns take a while to compile
    return _RAISES.search(_STRING.sub("''", _COMMENT.sub(" ", sql))) is not None


def _was_there(migration: Migration, made: a.CreateTrigger, function: Thing) -> bool:
    """Whether the trigger is made anew as it was, and its function refused rows before."""
    before = migration.before.thing(a.ObjectKind.TRIGGER, a.Name(None, made.trigger), made.table)
    earlier = migration.before.thing(_FUNCTION, function.name)
    return before is not None and earlier is not None and before.function == made.function and raises(earlier.sql)


def _stricter(statement: Statement, made: a.CreateObject) -> Iterator[Finding]:
    """A function that refuses rows where it did not, for the triggers that call it already."""
    schema = statement.schema_before(made)
    old = schema.thing(_FUNCTION, made.name) if made.kind is _FUNCTION and made.trigger else None
    if old is None or statement.made_here(old.origin) or raises(old.sql) or not raises(made.sql):
        return
    for each in schema.things.about(old.name):
        used = each.kind is a.ObjectKind.TRIGGER and each.table and statement.in_use(each.table, made)
        if used and each.table and not statement.made_here(each.origin):
            yield _finding(statement, made, old, each.table, each.name.name)


def _finding(
    statement: Statement, at: a.CreateTrigger | a.CreateObject, function: Thing, table: a.Name, trigger: str
) -> Finding:
    here = function.origin is not None and isinstance(at, a.CreateTrigger)
    related = (Related(function.origin.place, "the function is made here"),) if here and function.origin else ()
    return statement.finding(
        at,
        f"From here on the trigger {trigger} may refuse what a running release writes to {table}: {function.name} "
        "raises an exception (SQLSTATE P0001, unless it names another).",
        "First release code that writes nothing which it refuses; do this in a later release, when no other code runs "
        "any more. Until then RAISE WARNING tells in the server's log what would be refused, and refuses nothing.",
        related=related,
        object=f"{table}.{trigger}",
    )
