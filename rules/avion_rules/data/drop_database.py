"""Commands that drop whatever there is."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_LOST = {
    "DROP DATABASE": "Drops a whole database with everything in it; nothing but a backup brings it back.",
    "DROP OWNED": "Drops everything in this database that the role owns, tables with their rows among it, and takes "
    "its "
    "rights away.",
    "DROP TABLESPACE": "Drops a tablespace, which the whole server shares; it fails as long as any database has "
    "something "
    "in it.",
}


@rule("DA117", subject=Statement, down=True, on=(a.Command,))
def drop_database(statement: Statement) -> Iterator[Finding]:
    """Find DROP DATABASE, DROP OWNED or DROP TABLESPACE, which drop whatever there is."""
    for command in statement.of(a.Command):
        if command.words in _LOST:
            yield statement.finding(
                command,
                _LOST[command.words],
                "Do it by hand, with a backup. A migration drops objects by their names."
                + (" To get rid of a role: REASSIGN OWNED BY … TO …; first." if command.words == "DROP OWNED" else ""),
                object=command.words,
            )
