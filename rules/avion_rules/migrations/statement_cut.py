"""Statements that the runner cuts at a semicolon inside of them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Misread, Runner
from avion_lint.subjects import Migration


@rule("MG108", subject=Migration, on=(Misread.SEMICOLON_INSIDE,), any_database=True)
def statement_cut(migration: Migration) -> Iterator[Finding]:
    """Find a semicolon inside a body, string or comment at which the runner cuts the statement in two."""
    for misread in migration.file.misreadings:
        if misread.kind is Misread.SEMICOLON_INSIDE:
            message = f"The server is sent torn halves of a statement and refuses them: {misread.detail}."
            yield migration.finding(misread.span, message, _REMEDY[migration.service.runner])


_REMEDY = {
    Runner.GOOSE: "Put the whole statement between `-- +goose StatementBegin` and `-- +goose StatementEnd`, each on "
    "a line of its own.",
    Runner.FLYWAY: "Write the prefix of a string in capitals (`E'…'`, which Flyway reads otherwise than `e'…'`), or "
    "quote the body with a tag (`$body$ … $body$`).",
}
