"""goose files without an Up annotation."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.subjects import Migration
from avion_rules.migrations._annotations import lacks_up, meant_as_up


@rule("MG101", subject=Migration, any_database=True)
def missing_up(migration: Migration) -> Iterator[Finding]:
    """Find a goose migration without an Up annotation, which goose refuses."""
    if migration.service.runner is not Runner.GOOSE or not lacks_up(migration):
        return
    meant = meant_as_up(migration)
    looks_like_one = "this line looks like `-- +goose Up` and is a comment to it"
    reason = looks_like_one if meant else "there is no `-- +goose Up` line"
    message = f"goose stops at this file with an error and applies neither it nor a later one: {reason}."
    remedy = (
        "Spell it `-- +goose Up`, at the start of its line."
        if meant
        else "Put a line `-- +goose Up` above the first statement, and `-- +goose Down` above those that undo it."
    )
    yield migration.finding(meant, message, remedy)
