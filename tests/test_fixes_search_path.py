"""What a fix moves means the same in the other file: the search_path of a file does not go with it."""

from __future__ import annotations

import pytest

from tests.test_fixes_names import fixed, goose

TABLE = "CREATE SCHEMA app; CREATE TABLE app.bills (id bigint PRIMARY KEY, a int);"
LIMIT = "SET LOCAL lock_timeout = '3s';"


@pytest.mark.parametrize(
    "change",
    [
        "CREATE INDEX bills_a ON bills (a);",
        "CREATE INDEX bills_a ON bills (a);\nALTER TABLE bills ADD COLUMN b int;",
        "ALTER TABLE bills ADD CONSTRAINT c CHECK (a > 0);",
        "ALTER TABLE bills ALTER COLUMN a SET NOT NULL;",
        "ALTER TABLE bills ADD CONSTRAINT u UNIQUE (a);",
        "ALTER TABLE bills ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\nALTER TABLE bills VALIDATE CONSTRAINT c;",
    ],
)
def test_nothing_leaves_a_file_that_sets_its_own_search_path(change: str):
    up = f"SET LOCAL search_path = app;\n{LIMIT}\n{change}"
    before, here = {"db/00001_a.sql": goose(TABLE)}, {"db/00002_b.sql": goose(up)}
    assert fixed(here, before).texts == {}


def test_the_same_leaves_a_file_that_names_the_schema():
    before = {"db/00001_a.sql": goose(TABLE)}
    here = {"db/00002_b.sql": goose(f"{LIMIT}\nALTER TABLE app.bills ADD CONSTRAINT c CHECK (a > 0);")}
    assert "db/00003_validate_b.sql" in fixed(here, before).texts


def test_a_down_section_says_nothing_of_the_failed_attempt_that_up_clears_away():
    up = "DROP INDEX CONCURRENTLY IF EXISTS app.i;\nCREATE INDEX CONCURRENTLY i ON app.bills (a);"
    here = {"db/00002_b.sql": f"-- +goose NO TRANSACTION\n-- +goose Up\n{up}\n"}
    text = fixed(here, {"db/00001_a.sql": goose(TABLE)}, unsafe=True).texts["db/00002_b.sql"]
    assert text.endswith("-- +goose Down\nDROP INDEX CONCURRENTLY IF EXISTS app.i;\n")
