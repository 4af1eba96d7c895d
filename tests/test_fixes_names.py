"""Names of migrations that a fix makes: the service's own way of counting goes on."""

from __future__ import annotations

import pytest

from avion_lint.judgement.mend import Mended, mend
from avion_lint.judgement.rehearse import rehearse
from avion_rules import all_rules
from avion_rules.fixes import all_fixers

RULES, FIXERS = all_rules(), all_fixers()
TABLE = "CREATE TABLE users (id bigint PRIMARY KEY, age int);"
CHECK = "SET LOCAL lock_timeout = '3s';\nALTER TABLE users ADD CONSTRAINT adult CHECK (age > 17);"


def goose(up: str) -> str:
    return f"-- +goose Up\n{up}\n-- +goose Down\nSELECT 1;\n"


def fixed(here: dict[str, str], before: dict[str, str], *, unsafe: bool = False) -> Mended:
    everything = {**before, **here}
    return mend(
        lambda texts: rehearse({**everything, **texts}, before, RULES, policy="default", fixers=FIXERS),
        tuple(FIXERS),
        unsafe=unsafe,
    )


def made(here: dict[str, str], before: dict[str, str]) -> list[str]:
    found = fixed(here, before)
    return sorted(path.rpartition("/")[2] for path in found.texts.keys() - here.keys())


@pytest.mark.parametrize(
    ("old", "new", "following"),
    [
        ("00001_a.sql", "00002_adult.sql", "00003_validate_adult.sql"),
        ("8_a.sql", "9_adult.sql", "10_validate_adult.sql"),
        ("20260131100000_a.sql", "20260131235959_adult.sql", "20260201000000_validate_adult.sql"),
        ("1700000000_a.sql", "1700000009_adult.sql", "1700000010_validate_adult.sql"),
    ],
)
def test_goose_goes_on_as_its_last_file_counts(old: str, new: str, following: str):
    assert made({f"db/{new}": goose(CHECK)}, {f"db/{old}": goose(TABLE)}) == [following]


@pytest.mark.parametrize(
    ("old", "new", "following"),
    [
        ("V1__a.sql", "V2__adult.sql", "V3__validate_adult.sql"),
        ("V1.9__a.sql", "V1.10__adult.sql", "V1.11__validate_adult.sql"),
        ("V1_0_1__a.sql", "V1_0_09__adult.sql", "V1_0_10__validate_adult.sql"),
        ("V20260131100000__a.sql", "V20260131100059__adult.sql", "V20260131100100__validate_adult.sql"),
        ("V001__a.sql", "V002__is_adult.sql", "V003__validate_is_adult.sql"),
    ],
)
def test_flyway_goes_on_as_its_last_file_counts(old: str, new: str, following: str):
    assert made({f"db/{new}": f"{CHECK}\n"}, {f"db/{old}": f"{TABLE}\n"}) == [following]


def test_the_next_version_comes_after_all_that_there_are():
    here = {"db/00002_adult.sql": goose(CHECK), "db/00003_roles.sql": goose("CREATE TABLE roles (id int);")}

    assert made(here, {"db/00001_a.sql": goose(TABLE)}) == ["00004_validate_adult.sql"]


def test_what_a_later_file_needs_stays_in_its_place():
    here = {
        "db/00002_index.sql": goose("ALTER TABLE users ADD COLUMN b int;\nCREATE INDEX users_age ON users (age);"),
        "db/00003_rename.sql": goose("ALTER INDEX users_age RENAME TO users_by_age;"),
    }

    assert made(here, {"db/00001_a.sql": goose(TABLE)}) == []


def test_a_timeout_is_the_one_that_the_service_uses():
    before = {"db/00001_a.sql": goose(f"SET LOCAL lock_timeout = '750ms';\n{TABLE}")}
    found = fixed({"db/00002_b.sql": goose("ALTER TABLE users ADD COLUMN b int;")}, before)

    assert "SET LOCAL lock_timeout = '750ms';\nALTER TABLE users ADD COLUMN b int;" in found.texts["db/00002_b.sql"]


def test_an_index_that_takes_the_place_of_another_is_left_to_people():
    up = "DROP INDEX users_age;\nCREATE INDEX users_age ON users (age, id);"
    before = {"db/00001_a.sql": goose(f"{TABLE}\nCREATE INDEX users_age ON users (age);")}

    applied = {each.result.rule.id for each in fixed({"db/00002_b.sql": goose(up)}, before).applied}

    assert not applied & {"LK101", "LK102"}


def test_a_way_back_says_what_is_lost():
    up = "ALTER TABLE users DROP COLUMN age;\nUPDATE users SET id = 2 WHERE id = 1;"
    found = fixed({"db/00002_b.sql": f"-- +goose Up\n{up}\n"}, {"db/00001_a.sql": goose(TABLE)}, unsafe=True)

    assert found.texts["db/00002_b.sql"].partition("-- +goose Down\n")[2] == (
        "-- Not undone: rows of users were changed in line 4.\n"
        "-- Comes back empty: what age held is gone.\n"
        "ALTER TABLE users ADD COLUMN age integer;\n"
    )


def test_a_foreign_key_waits_for_the_index_that_serves_it():
    up = (
        "SET LOCAL lock_timeout = '3s';\nALTER TABLE users ADD COLUMN team bigint;\n"
        "CREATE INDEX idx_users_team ON users (team);\n"
        "ALTER TABLE users ADD CONSTRAINT team FOREIGN KEY (team) REFERENCES users;"
    )
    down = "ALTER TABLE users DROP CONSTRAINT team;\nDROP INDEX idx_users_team;\nALTER TABLE users DROP COLUMN team;"
    found = fixed(
        {"db/00002_team.sql": f"-- +goose Up\n{up}\n-- +goose Down\n{down}\n"}, {"db/00001_a.sql": goose(TABLE)}
    )

    assert {path: text.partition("-- +goose Down\n")[2] for path, text in found.texts.items()} == {
        "db/00002_team.sql": "ALTER TABLE users DROP COLUMN team;\n",
        "db/00003_index_users_team.sql": "DROP INDEX CONCURRENTLY IF EXISTS idx_users_team;\n",
        "db/00004_team_rest.sql": "ALTER TABLE users DROP CONSTRAINT team;\n",
        "db/00005_validate_team_rest.sql": ("-- Nothing to undo: what is validated here goes with 00004.\nSELECT 1;\n"),
    }


def test_an_index_that_becomes_a_key_does_so_in_the_next_file():
    up = (
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS users_age_key ON users (age);\n"
        "ALTER TABLE users ADD CONSTRAINT users_age_key UNIQUE USING INDEX users_age_key;"
    )
    text = f"-- +goose NO TRANSACTION\n{goose(up)}"

    found = fixed({"db/00002_key.sql": text}, {"db/00001_a.sql": goose(TABLE)}, unsafe=True)

    assert {path: sql.partition("-- +goose Up\n")[2] for path, sql in found.texts.items()} == {
        "db/00002_key.sql": (
            "DROP INDEX CONCURRENTLY IF EXISTS users_age_key;\n"
            "CREATE UNIQUE INDEX CONCURRENTLY users_age_key ON users (age);\n-- +goose Down\nSELECT 1;\n"
        ),
        "db/00003_key_rest.sql": (
            "SET LOCAL lock_timeout = '3s';\n"
            "ALTER TABLE users ADD CONSTRAINT users_age_key UNIQUE USING INDEX users_age_key;\n"
            "-- +goose Down\nSELECT 1;\n"
        ),
    }
