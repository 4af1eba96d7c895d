"""Rules about what will fail, beyond what their pages show."""

from __future__ import annotations

import pytest

from tests.rules_helper import block, flyway, goose, objects, outside

JOBS = (
    "CREATE TYPE st AS ENUM ('a'); CREATE TABLE jobs (id bigint PRIMARY KEY, s st, note text, ss st[]);"
    "CREATE TABLE names (s text);"
)
ADD = "ALTER TYPE st ADD VALUE 'b';"


@pytest.mark.parametrize(
    "use",
    [
        "INSERT INTO jobs VALUES (1, 'b');",
        "INSERT INTO jobs (note, s) SELECT 'x', 'b';",
        "INSERT INTO jobs (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET s = 'b';",
        "UPDATE jobs SET s = CASE WHEN id = 1 THEN 'b' ELSE s END;",
        "DELETE FROM jobs WHERE s IN ('a', 'b');",
        "CREATE INDEX i ON jobs (id) WHERE s = 'b';",
        "CREATE TABLE more (s st DEFAULT 'b');",
        "ALTER TABLE jobs ADD COLUMN t st DEFAULT 'b';",
        "ALTER TABLE jobs ADD CONSTRAINT c CHECK (s <> 'b');",
        "CREATE VIEW v AS SELECT id FROM jobs WHERE s = 'b';",
        "SELECT ARRAY['b']::st[];",
        block("UPDATE jobs SET s = 'b';"),
    ],
)
def test_a_new_enum_value_cannot_be_used_in_its_transaction(use):
    assert objects(goose("SC110", JOBS, f"{ADD}\n{use}")) == ["st"]
    assert goose("SC110", JOBS, f"{use}\n{ADD}") == []
    assert outside("SC110", JOBS, f"{ADD}\n{use}") == []


@pytest.mark.parametrize(
    "use",
    [
        "INSERT INTO names VALUES ('b');",
        "UPDATE jobs SET note = 'b', s = 'a';",
        "UPDATE jobs SET s = CASE WHEN note = 'b' THEN 'a' ELSE s END;",
        "SELECT 1 FROM jobs j, names n WHERE n.s = 'b';",
        "SELECT 'b';",
        "ALTER TYPE st RENAME VALUE 'a' TO 'c';",
    ],
)
def test_the_same_word_elsewhere_is_no_use_of_an_enum_value(use):
    assert goose("SC110", JOBS, f"{ADD}\n{use}") == []


def test_a_new_type_takes_new_values_at_once_from_postgresql_17_on():
    up = "CREATE TYPE n AS ENUM ('a');\nALTER TYPE n ADD VALUE 'b';\nSELECT 'b'::n;"
    seventeen = "version: 1\npostgres: 17\n"

    assert objects(goose("SC110", "", up)) == ["n"]
    assert goose("SC110", "", up, settings=seventeen) == []


def test_flyway_runs_a_file_in_one_transaction():
    assert objects(flyway("SC110", JOBS, f"{ADD} SELECT 'b'::st;")) == ["st"]
    assert flyway("SC110", JOBS, f"{ADD} SELECT 'b'::st;", conf="executeInTransaction=false") == []
