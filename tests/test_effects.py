"""The locks that avion-lint claims are those that PostgreSQL 12 to 18 were seen to take (data/postgres_locks.tsv)."""

import csv
from pathlib import Path

import pytest

from avion_lint.schema.model import Origin, Schema
from avion_lint.schema.replay import replay
from avion_lint.source import Document, Place, Span
from avion_lint.sql.effects import Lock, effects
from avion_lint.sql.statements import read

DATA = Path(__file__).parent / "data"
ORIGIN = Origin(Place(Document("schema.sql", ""), Span(0, 0)), "1", 0, applied=True)


def schema_after(sql: str, schema: Schema) -> Schema:
    return replay(schema, [(action, ORIGIN) for statement in read(sql).statements for action in statement.actions])


START = schema_after((DATA / "postgres_locks_schema.sql").read_text(encoding="utf-8"), Schema())


def spelled(mode: str) -> str:
    """`ShareRowExclusive` → `SHARE ROW EXCLUSIVE`."""
    return "".join(f" {letter}" if letter.isupper() else letter for letter in mode).strip().upper()


def rows() -> list[dict[str, str]]:
    with (DATA / "postgres_locks.tsv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if is_told(row)]


# Statements whose target is no table that they name: all tables of a schema or of a domain, or a sequence.
UNTOLD = ("reindex_schema", "reindex_database", "reindex_system", "alter_seq", "domain_validate")
# Locks that keep neither the application nor other migrations waiting are not claimed.
WEAK = ("", "AccessShare", "RowShare")
UNTOLD_WEAK = ("create_statistics", "create_publication")


def is_told(row: dict[str, str]) -> bool:
    told = not row["id"].startswith((*UNTOLD, *UNTOLD_WEAK))
    return told and row["target_lock"] not in WEAK and not row["sqlstate"]


ROWS = rows()


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['id']}@{row['versions']}" for row in ROWS])
def test_the_strongest_lock_is_the_one_that_the_server_takes(row: dict[str, str]) -> None:
    schema = schema_after(row["setup"].replace("SET_SESSION", "SET"), START)
    claimed = {
        effect.lock
        for statement in read(row["sql"]).statements
        for action in statement.actions
        for effect in effects(action, schema)
    }

    assert Lock(spelled(row["target_lock"])) in claimed
