"""A search_path under which goose does not find its own table."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules._settings import left_behind, schemas


@rule("MG119", subject=Migration, on=(a.SetVariable,))
def version_table_out_of_reach(migration: Migration) -> Iterator[Finding]:
    """Find a search_path without the schema of goose's own table, which then cannot take the version."""
    if migration.service.runner is not Runner.GOOSE:
        return
    home = next((name for name in migration.service.search_path if name != "$user"), "public")
    table = migration.service.goose_table
    if "." in table:  # goose then names it with its schema
        return
    for left in left_behind(migration, local=True):
        if left.action.name == "search_path" and home not in schemas(left.action):
            yield left.statement.finding(
                left.action,
                f"goose fails after this file: under this search_path it does not find its table {table}, "
                f"which is in {home}, and so cannot record the version.",
                "Name the schema in each statement instead, or take the setting back at the end of the file:\n"
                "RESET search_path;\n"
                f"Where goose is run with `-table {home}.{table}`, say `goose-table: {home}.{table}` in the settings.",
                object="search_path",
            )
