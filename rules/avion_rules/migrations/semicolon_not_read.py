"""Semicolons that end a statement for the eye and not for the runner."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Misread, Runner
from avion_lint.subjects import Migration


@rule("MG107", subject=Migration, on=(Misread.SEMICOLON_MISSED, Misread.UNFINISHED_BEFORE_BLOCK), any_database=True)
def semicolon_not_read(migration: Migration) -> Iterator[Finding]:
    """Find statements that the runner glues together because it sees no end between them."""
    for misread in migration.file.misreadings:
        match misread.kind:
            case Misread.SEMICOLON_MISSED:
                message = f"Statements are sent glued together, as one: {misread.detail}."
                yield migration.finding(misread.span, message, _REMEDY[migration.service.runner])
            case Misread.UNFINISHED_BEFORE_BLOCK:
                message = f"Two statements are sent as one, which the server refuses: {misread.detail}."
                yield migration.finding(misread.span, message, "End this statement with `;` above the block.")


_REMEDY = {
    Runner.GOOSE: "Let `;` be the last thing on its line: a comment goes on a line of its own, and only a `--` "
    "comment after a blank may follow.",
    Runner.FLYWAY: "Give the statement a migration of its own, or write it so that Flyway sees its end.",
}
