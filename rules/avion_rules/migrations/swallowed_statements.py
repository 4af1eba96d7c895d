"""Statements that Flyway takes for a part of another one, and parentheses that it loses."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Misread
from avion_lint.subjects import Migration


@rule(
    "MG118",
    subject=Migration,
    on=(Misread.DOLLAR_SWALLOWS, Misread.PARENTHESIS_SWALLOWS, Misread.PARENTHESIS_LOST),
    any_database=True,
)
def swallowed_statements(migration: Migration) -> Iterator[Finding]:
    """Find a dollar sign or a parenthesis that makes Flyway lose track of where statements end."""
    for misread in migration.file.misreadings:
        match misread.kind:
            case Misread.DOLLAR_SWALLOWS:
                yield migration.finding(misread.span, f"Statements are sent glued together: {misread.detail}.", _DOLLAR)
            case Misread.PARENTHESIS_SWALLOWS:
                message = f"Statements are sent glued together: {misread.detail}."
                yield migration.finding(misread.span, message, "Close this parenthesis.")
            case Misread.PARENTHESIS_LOST:
                message = f"The server is sent another statement than stands here: {misread.detail}."
                yield migration.finding(misread.span, message, "Put an empty line above the statement.")


_DOLLAR = "Write a value instead of the parameter, or put the statement into the body of a DO block or function."
