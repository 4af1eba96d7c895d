"""Passwords of roles that stand in migrations."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.record import replace
from avion_lint.rule import rule
from avion_lint.source import Place, Span
from avion_lint.sql import actions as a
from avion_lint.sql.lexer import opaque_spans
from avion_lint.subjects import Statement

_BEFORE = pattern(r"\bpassword\s*e?$", 2)


@rule("DA119", subject=Statement, down=True, on=(a.AlterRole,), any_database=True)
def password_in_migration(statement: Statement) -> Iterator[Finding]:
    """Find a role's password that stands in a migration in plain text."""
    for action in statement.of(a.AlterRole):
        place = _place(statement) if action.password else None
        if place is not None:
            role = a.identifier(action.role)
            found = statement.finding(
                action,
                f"Everybody who can read the repository, or its history, gets the password of {role}; the server's log "
                "and pg_stat_statements may show it as well.",
                "Take it out and change it: git keeps what was committed. Let whoever runs the database set it, from a "
                f"secret, with psql's `\\password {role}`, which sends only its hash.",
                object=action.role,
            )
            yield replace(found, place=place, hidden=True)


def _place(statement: Statement) -> Place | None:
    """The password with its quotes; None where the runner puts it in, or where it is not found."""
    text = statement.text
    for span in opaque_spans(text):
        if text[span.start] in "'$" and _BEFORE.search(text[: span.start]):
            start = statement.span.start
            place = statement.place_at(Span(start + span.start, start + span.end))
            return None if "${" in place.text else place
    return None
