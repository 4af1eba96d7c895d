"""goose files without a Down annotation."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Direction, Kind, Runner
from avion_lint.subjects import Dialect, Migration
from avion_rules.migrations._annotations import misspelt
from avion_rules.migrations._words import REFUSE


@rule("MG102", subject=Migration, any_database=True)
def missing_down(migration: Migration) -> Iterator[Finding]:
    """Find a goose migration without a Down section, which rolls back by doing nothing."""
    if migration.service.runner is not Runner.GOOSE or migration.kind is not Kind.VERSIONED:
        return
    if migration.file.section(Direction.DOWN) or misspelt(migration, "Down"):
        return
    yield migration.finding(
        None,
        "This migration cannot be rolled back: without a Down section `goose down` runs nothing, takes "
        f"version {migration.version} off its list and reports success.",
        "Add a line `-- +goose Down` at the end of the file and below it the statements that undo the Up section."
        f"{_no_way_back(migration)}",
    )


def _no_way_back(migration: Migration) -> str:
    """What to write where Up cannot be undone, in SQL that PostgreSQL knows."""
    return f" {REFUSE}" if migration.service.dialect is Dialect.POSTGRESQL else ""
