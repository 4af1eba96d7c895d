"""Rules about migration files: what their pages do not show."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from avion_lint.finding import Finding
from avion_lint.judgement.rehearse import rehearse
from avion_lint.runners.migration import Version
from avion_rules import all_rules
from avion_rules._versions import following, is_sequential

RULES = all_rules()
HEAD = "-- Author: Ada\n-- Date: 2026-01-31\n"
GOOSE = "services/users/migrations"
FLYWAY = "services/users/db/migration"


def findings(here: Mapping[str, str], before: Mapping[str, str], rule: str, policy: str = "strict") -> list[Finding]:
    verdict = rehearse({**before, **here}, before, RULES, policy=policy)
    assert not verdict.unchecked
    return [result.finding for result in verdict.results if result.rule.id == rule]


def goose(
    up: str, down: str, *, name: str = "00009_x.sql", before: Mapping[str, str] | None = None, rule: str = "MG116"
):
    text = f"{HEAD}-- +goose Up\n{up}\n-- +goose Down\n{down}\n"
    return findings({f"{GOOSE}/{name}": text}, before or {}, rule)


def flyway(text: str, rule: str, *, name: str = "V1__x.sql", before: Mapping[str, str] | None = None):
    return findings({f"{FLYWAY}/{name}": HEAD + text}, before or {}, rule)


def migrations(*names: str, folder: str = GOOSE) -> dict[str, str]:
    """Migrations that make a table each, in the grammar of the runner whose folder it is."""
    return {f"{folder}/{name}": table(f"t{at}", folder) for at, name in enumerate(names)}


def table(name: str, folder: str = GOOSE) -> str:
    made = f"CREATE TABLE {name} (id int);\n"
    return HEAD + (f"-- +goose Up\n{made}-- +goose Down\nDROP TABLE {name};\n" if folder == GOOSE else made)


# --- headers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        "--author:Ada\n--  DATE :  2026-01-31\n",
        "\ufeff-- Author: Ada\n-- Date: 2026\n",
        "/* Author: Ada */\n/* Date: 2026 */\n",
        "/*\n Author: Ada\r\n * Date: 2026\r\n*/\n",
        "\n-- a story\n\n-- Author: Ada\n--- Date: 2026\n",
    ],
)
def test_a_header_may_be_spelt_in_many_ways(head: str):
    files = {f"{FLYWAY}/V1__x.sql": f"{head}CREATE TABLE a (id int);\n"}
    assert findings(files, {}, "MG103") == []


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE a (id int); -- Author: Ada\n-- Date: 2026\n",
        "-- Author:\n-- Date: \nCREATE TABLE a (id int);\n",
        "/* x */ SELECT 1; /*\nAuthor: Ada\nDate: 2026 */\n",
        "",
    ],
)
def test_a_header_below_the_first_statement_or_without_a_value_is_none(text: str):
    assert len(findings({f"{FLYWAY}/V1__x.sql": text}, {}, "MG103")) == 1


def test_only_the_missing_header_is_named():
    found = findings({f"{FLYWAY}/V1__x.sql": "-- Author: Ada\nSELECT 1;\n"}, {}, "MG103")
    assert "Date" in found[0].message
    assert "Author" not in found[0].message


def test_an_option_that_is_no_regular_expression_is_refused():
    rule = next(rule for rule in RULES if rule.id == "MG103")
    assert rule.options is not None
    with pytest.raises(ValueError, match="no regular expression"):
        rule.options(headers=("Ticket: [",))


# --- what the runner refuses -----------------------------------------------------------------------------------


def test_an_error_in_both_directions_is_told_once():
    text = f"{HEAD}-- +goose Bogus\n-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n"
    assert len(findings({f"{GOOSE}/1_x.sql": text}, {}, "MG104")) == 1


def test_an_unfinished_down_section_is_said_to_fail_on_the_day_of_the_rollback():
    found = goose("SELECT 1;", "DROP TABLE a", rule="MG104")
    assert "Rolling back fails on the day it is needed" in found[0].message


def test_a_byte_order_mark_is_named_as_what_it_is():
    text = "\ufeff-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n"
    found = findings({f"{GOOSE}/1_x.sql": text}, {}, "MG104")
    assert "byte order mark" in found[0].message


def test_an_empty_goose_file_misses_its_up_section():
    before = migrations("00001_a.sql")
    assert len(findings({f"{GOOSE}/00002_b.sql": ""}, before, "MG101")) == 1
    assert findings({f"{GOOSE}/00002_b.sql": ""}, before, "MG104") == []


def test_a_missing_down_is_not_told_where_a_misspelt_one_is():
    text = f"{HEAD}-- +goose Up\nSELECT 1;\n-- +GOOSE Down\nSELECT 2;\n"
    assert findings({f"{GOOSE}/1_x.sql": text}, {}, "MG102") == []
    assert len(findings({f"{GOOSE}/1_x.sql": text}, {}, "MG105")) == 1


# --- versions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "next_one"),
    [("00007", "00008"), ("1.9", "1.10"), ("099", "100"), ("1", "2"), ("2.0.09", "2.0.10")],
)
def test_the_next_version_is_spelt_like_the_last(version: str, next_one: str):
    assert following(version) == next_one


@pytest.mark.parametrize(
    ("parts", "sequential"),
    [((7,), True), ((99_999,), True), ((240_131,), False), ((20240131,), False), ((2024, 1), False), ((1, 5), True)],
)
def test_dates_are_no_numbers_in_sequence(parts: tuple[int, ...], sequential: bool):
    assert is_sequential(Version(parts, "")) is sequential


def test_a_gap_is_told_at_the_first_file_behind_it_only():
    new = migrations("00001_a.sql", "00004_b.sql", "00005_c.sql")
    (found,) = findings(new, {}, "MG113")
    assert found.place.document.path.endswith("00004_b.sql")
    assert "Versions 2 to 3" in found.message
    assert "git mv services/users/migrations/00004_b.sql services/users/migrations/00002_b.sql" in found.remedy


@pytest.mark.parametrize(
    "names",
    [
        ("00010_a.sql", "00020_b.sql", "00030_c.sql"),
        ("20260101000000_a.sql", "20260201000000_b.sql"),
        ("00007_a.sql", "00008_b.sql"),
    ],
    ids=["steps of ten", "timestamps", "a late start"],
)
def test_no_gap(names: tuple[str, ...]):
    assert findings(migrations(*names), {}, "MG113") == []


def test_a_new_spelling_of_a_subversion_is_no_gap():
    new = migrations("V1__a.sql", "V1_1__b.sql", "V1_2__c.sql", "V2__d.sql", folder=FLYWAY)
    assert findings(new, {}, "MG113") == []


def test_an_underscore_in_a_version_stays_one_in_the_new_name():
    new = migrations("V1_1__b.sql", "V1_5__c.sql", folder=FLYWAY)
    (found,) = findings(new, {}, "MG113")
    assert found.remedy.endswith(f"{FLYWAY}/V1_2__c.sql`.")


def test_of_two_new_files_with_one_version_the_second_is_told():
    (found,) = findings(migrations("00002_a.sql", "2_b.sql"), {}, "MG112")
    assert found.place.document.path.endswith("2_b.sql")


def test_a_go_migration_counts_as_a_version():
    new = {**migrations("00002_a.sql"), f"{GOOSE}/00002_b.go": "package migrations\n"}
    assert len(findings(new, {}, "MG112")) == 1


def test_a_baseline_may_share_a_version_with_a_migration():
    new = migrations("V2__a.sql", "B2__base.sql", folder=FLYWAY)
    assert findings(new, {}, "MG112") == []


def test_only_the_first_timestamp_after_numbers_is_told():
    new = migrations("00001_a.sql", "20260101000000_b.sql", "20260201000000_c.sql")
    (found,) = findings(new, {}, "MG114")
    assert found.place.document.path.endswith("20260101000000_b.sql")


# --- transactions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up", "words"),
    [
        ("CREATE TABLE a (id int);\nCOMMIT;\nCREATE TABLE b (id int);", "if a statement below fails"),
        ("CREATE TABLE a (id int);\nCOMMIT;", "before it has recorded the version"),
        ("CREATE TABLE a (id int);\nROLLBACK;", "Everything above is undone"),
        ("BEGIN;\nCREATE TABLE a (id int);", "does nothing here"),
    ],
)
def test_each_transaction_command_is_told_by_what_it_does(up: str, words: str):
    (found,) = goose(up, "SELECT 1;", rule="MG115")
    assert words in found.message


def test_begin_is_told_once_together_with_its_commit():
    (found,) = goose("BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;", "SELECT 1;", rule="MG115")
    assert found.place.text == "COMMIT"
    assert [related.place.text for related in found.related] == ["BEGIN"]


def test_a_transaction_in_one_query_is_fine_without_the_runner_s():
    block = "-- +goose StatementBegin\nBEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\n-- +goose StatementEnd"
    assert goose(f"-- +goose NO TRANSACTION\n{block}", "SELECT 1;", rule="MG115") == []
    assert goose(f"-- +goose NO TRANSACTION\n{block}", "SELECT 1;", rule="MG109") == []


def test_flyway_keeps_one_connection_without_a_transaction():
    files = {
        f"{FLYWAY}/V1__x.sql": f"{HEAD}BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\n",
        f"{FLYWAY}/V1__x.sql.conf": "executeInTransaction=false\n",
    }
    assert findings(files, {}, "MG115") == []


# --- the way back ----------------------------------------------------------------------------------------------

USERS = {
    f"{GOOSE}/00001_users.sql": "-- +goose Up\n"
    "CREATE TYPE role AS ENUM ('reader');\n"
    "CREATE TABLE users (id int PRIMARY KEY, name text, role role, CONSTRAINT named CHECK (name <> ''));\n"
    "CREATE INDEX users_name_idx ON users (name);\n"
    "CREATE VIEW names AS SELECT name FROM users;\n"
    "-- +goose Down\nDROP VIEW names;\nDROP TABLE users;\nDROP TYPE role;\n"
}


@pytest.mark.parametrize(
    ("up", "down", "told"),
    [
        (
            "ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int;",
            "ALTER TABLE users DROP COLUMN a;",
            "column users.b stays",
        ),
        ("DROP VIEW names;", "SELECT 1 AS nothing WHERE false;", ""),
        ("DROP VIEW names;", "CREATE TABLE x (id int);", "view names is missing"),
        ("DROP INDEX users_name_idx;", "ALTER TABLE users ADD COLUMN x int;", "index users_name_idx is missing"),
        ("ALTER TABLE users RENAME TO people;", "ALTER TABLE people ADD COLUMN x int;", "table users is missing"),
        ("ALTER TABLE users RENAME TO people;", "ALTER TABLE people RENAME TO users;", ""),
        (
            "ALTER TABLE users DROP CONSTRAINT named;",
            "CREATE TABLE x (id int);",
            "constraint named on users is missing",
        ),
        ("CREATE INDEX ON users (role);", "DROP INDEX users_role_idx;", ""),
        ("ALTER TABLE users ADD UNIQUE (name);", "ALTER TABLE users DROP CONSTRAINT users_name_key;", ""),
        (
            "CREATE TABLE IF NOT EXISTS users (id int);",
            "DROP VIEW names; DROP TABLE users;",
            "table users and view names are missing",
        ),
        (
            "ALTER TABLE users ADD COLUMN IF NOT EXISTS name text;",
            "ALTER TABLE users DROP COLUMN name;",
            "column users.name",
        ),
        ("CREATE TABLE a (id int);\nCREATE TABLE b (id int);", "DROP TABLE b;", "table a stays"),
        ("ALTER TYPE role ADD VALUE 'writer';", "", ""),
        ("COMMENT ON TABLE users IS 'people';", "", ""),
        ("UPDATE users SET name = 'x' WHERE id = 1;", "", ""),
        ("ALTER TABLE users ALTER COLUMN name SET NOT NULL;", "", "what Up changed stays as it is"),
        ("ALTER TABLE users ADD COLUMN IF NOT EXISTS name text;", "", ""),
        ("CREATE EXTENSION IF NOT EXISTS citext;", "", ""),
        ("CREATE TEMPORARY TABLE work (id int);", "", ""),
    ],
)
def test_what_down_leaves_and_what_it_does_not_bring_back(up: str, down: str, told: str):
    found = goose(up, down, before=USERS)
    assert [told in finding.message for finding in found] == ([True] if told else [])


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("CREATE TABLE a (id int);", "DO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$;"),
        ("CREATE TABLE a (id int);", "DO $$ BEGIN RAISE EXCEPTION 'cannot be undone'; END $$;"),
        ("CREATE TABLE a (id int);", "SELECT undo_everything();"),
        ("CREATE TABLE a (id int);", "CALL undo_everything();"),
        ("CREATE TABLE a (id int);", "DROP OWNED BY me;"),
        ("CREATE SCHEMA s;\nCREATE TABLE s.a (id int);\nCREATE VIEW s.v AS SELECT 1;", "DROP SCHEMA s CASCADE;"),
        ("CREATE TABLE a (id int);\nCREATE VIEW v AS SELECT id FROM a;", "DROP TABLE a CASCADE;"),
        ("CREATE SEQUENCE s;\nCREATE TABLE a (id int);\nALTER SEQUENCE s OWNED BY a.id;", "DROP TABLE a;"),
        (
            "ALTER TABLE users ADD COLUMN x text;\nCREATE INDEX i ON users (lower(x));",
            "ALTER TABLE users DROP COLUMN x;",
        ),
        (
            "ALTER TABLE users ADD COLUMN x int;\nALTER TABLE users ADD CONSTRAINT c CHECK (x > 0 AND id > 0);",
            "ALTER TABLE users DROP COLUMN x;",
        ),
        ("ALTER TABLE users ADD CHECK (id > 0 AND name <> '');", "ALTER TABLE users DROP CONSTRAINT users_check1;"),
        ("ALTER TABLE elsewhere ADD COLUMN x int;", "ALTER TABLE elsewhere DROP COLUMN x;"),
        ("ALTER TABLE elsewhere DROP COLUMN x;", "ALTER TABLE elsewhere ADD COLUMN x int;"),
        ("DROP TABLE elsewhere;", "CREATE TABLE elsewhere (id int);"),
        ("CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';", "DROP FUNCTION f(int);"),
        ("CREATE TABLE p (id int) PARTITION BY RANGE (id);\nCREATE TABLE p1 PARTITION OF p DEFAULT;", "DROP TABLE p;"),
    ],
)
def test_it_is_silent_where_it_cannot_be_sure(up: str, down: str):
    assert goose(up, down, before=USERS) == []


def test_a_namesake_of_a_function_that_was_there_is_not_missed():
    before = {
        f"{GOOSE}/00001_f.sql": "-- +goose Up\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
        "-- +goose Down\nDROP FUNCTION f();\n"
    }
    up = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';"
    assert goose(up, "DROP FUNCTION f(int);", before=before) == []


def test_the_index_of_a_partition_goes_with_that_of_its_table():
    before = {
        f"{GOOSE}/00001_p.sql": "-- +goose Up\nCREATE TABLE p (id int) PARTITION BY RANGE (id);\n"
        "CREATE TABLE p1 PARTITION OF p DEFAULT;\n-- +goose Down\nDROP TABLE p;\n"
    }
    up = "CREATE INDEX p1_idx ON p1 (id);\nCREATE INDEX p_idx ON p (id);"
    assert goose(up, "DROP INDEX p_idx;", before=before) == []


@pytest.mark.parametrize(
    "up",
    [
        "ALTER TABLE users DROP CONSTRAINT users_pkey; ALTER TABLE users ADD COLUMN uid uuid PRIMARY KEY;",
        "ALTER TABLE users ADD COLUMN a int, ALTER COLUMN name SET NOT NULL;",
        "ALTER TABLE users ADD COLUMN a int; ALTER TABLE users RENAME COLUMN name TO title;",
        "ALTER TABLE users ADD COLUMN a int, DROP COLUMN name;",
    ],
)
def test_no_sql_is_given_that_undoes_only_a_part(up: str):
    (found,) = goose(up, "", before=USERS)
    assert "DROP" not in found.remedy


@pytest.mark.parametrize(
    "up",
    [
        "ALTER TABLE users DROP COLUMN IF EXISTS a; ALTER TABLE users ADD COLUMN a int;",
        "ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = 1; ALTER TABLE users ALTER COLUMN a SET NOT NULL;",
        "ALTER TABLE users ADD COLUMN a int; COMMENT ON COLUMN users.a IS 'x';",
    ],
)
def test_sql_is_given_that_undoes_all(up: str):
    (found,) = goose(up, "", before=USERS)
    assert "`ALTER TABLE users DROP COLUMN a;`" in found.remedy


def test_the_remedy_drops_a_constraint_before_the_column_that_takes_it_along():
    (found,) = goose("ALTER TABLE users ADD COLUMN a int CONSTRAINT a_key UNIQUE;", "", before=USERS)
    assert "`ALTER TABLE users DROP CONSTRAINT a_key; ALTER TABLE users DROP COLUMN a;`" in found.remedy


def test_the_remedy_drops_what_was_made_last_first():
    (found,) = goose('CREATE TABLE "Order" (id int);\nCREATE VIEW v AS SELECT id FROM "Order";', "")
    assert 'DROP VIEW v; DROP TABLE "Order";' in found.remedy


def test_a_flyway_undo_file_is_not_compared():
    files = {**migrations("V1__a.sql", folder=FLYWAY), f"{FLYWAY}/U1__a.sql": "SELECT 1;\n"}
    assert findings(files, {}, "MG116") == []


def test_where_down_is_missing_the_way_to_say_that_there_is_none_is_told():
    text = f"{HEAD}-- +goose Up\nALTER TYPE role ADD VALUE 'writer';\n"
    (found,) = findings({f"{GOOSE}/00002_x.sql": text}, USERS, "MG102")
    assert "RAISE EXCEPTION 'cannot be undone'" in found.remedy


# --- one query ---------------------------------------------------------------------------------------------------

NO_TRANSACTION = "-- +goose NO TRANSACTION\n"


@pytest.mark.parametrize(
    ("up", "count"),
    [
        ("ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = 1;", 1),
        ("ALTER TABLE users ADD COLUMN a int; SELECT fill();", 1),
        ("ALTER TABLE users ADD COLUMN a int; CREATE INDEX users_a ON users (a);", 1),
        ("ALTER TABLE users ADD COLUMN a int; ALTER TABLE orders ADD COLUMN a int;", 1),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c;", 1),
        ("ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = 1; UPDATE users SET a = 2;", 1),
        ("UPDATE users SET id = 1; ALTER TABLE users ADD COLUMN a int;", 0),
        ("ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = 1 WHERE id = 7;", 0),
        ("SET lock_timeout = '3s'; ALTER TABLE users ADD COLUMN a int;", 0),
        ("ALTER TABLE users ADD COLUMN a int; RESET lock_timeout;", 0),
        ("CREATE TABLE a (id int); CREATE TABLE b (id int);", 0),
        ("SELECT 1; ALTER TABLE users ADD COLUMN a int;", 0),
    ],
)
def test_only_a_lock_that_lasts_longer_is_told(up: str, count: int):
    assert len(goose(NO_TRANSACTION + up, "SELECT 1;", before=USERS, rule="MG109")) == count
    assert goose(up, "SELECT 1;", before=USERS, rule="MG109") == []


@pytest.mark.parametrize(
    "quick",
    [
        "ALTER TABLE users ADD COLUMN b int;",
        "CREATE TABLE roles (id int); CREATE INDEX roles_id ON roles (id); INSERT INTO roles VALUES (1);",
        "ALTER TABLE users DROP COLUMN a;",
        "DROP FUNCTION f(int);",
        "ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0) NOT VALID;",
    ],
)
def test_a_lock_that_lasts_a_moment_longer_is_not_told(quick: str):
    up = f"ALTER TABLE users ADD COLUMN a int; {quick}"
    assert goose(NO_TRANSACTION + up, "SELECT 1;", before=USERS, rule="MG109") == []


def test_batches_in_a_loop_make_a_lock_last():
    batches = "LOOP UPDATE users SET a = 1 WHERE id IN (SELECT id FROM users LIMIT 9); EXIT WHEN NOT FOUND; END LOOP;"
    up = f"ALTER TABLE users ADD COLUMN a int;\nDO $$ BEGIN {batches} END $$;\n"
    block = f"-- +goose StatementBegin\n{up}-- +goose StatementEnd"
    assert len(goose(NO_TRANSACTION + block, "SELECT 1;", before=USERS, rule="MG109")) == 1


def test_what_makes_a_lock_last_is_named():
    up = "ALTER TABLE users ADD COLUMN a int;\nUPDATE users SET a = 1;\n"
    block = f"-- +goose StatementBegin\n{up}-- +goose StatementEnd"
    (found,) = goose(NO_TRANSACTION + block, "SELECT 1;", before=USERS, rule="MG109")
    assert [related.place.text for related in found.related] == ["UPDATE users SET a = 1"]


PLAIN = {f"{FLYWAY}/V{number}__x.sql": "SELECT 1;\n" for number in range(1, 5)}


def test_a_service_that_never_writes_headers_is_not_asked_for_them():
    assert findings({**PLAIN, f"{FLYWAY}/V5__x.sql": "SELECT 1;\n"}, PLAIN, "MG103", "default") == []


def test_a_service_that_writes_one_of_the_headers_is_asked_for_that_one():
    before = {**PLAIN, f"{FLYWAY}/V4__x.sql": "-- Author: Ada\nSELECT 1;\n"}
    (finding,) = findings({**before, f"{FLYWAY}/V5__x.sql": "SELECT 1;\n"}, before, "MG103", "default")

    assert "`-- Author:`" in finding.message
    assert "Date" not in finding.message


def test_a_number_that_a_misnamed_file_has_is_not_left_out():
    before = {f"{FLYWAY}/V1__x.sql": "SELECT 1;\n", f"{FLYWAY}/V2__x.sql": "SELECT 1;\n"}
    here = {f"{FLYWAY}/V3_x.sql": "SELECT 1;\n", f"{FLYWAY}/V4__x.sql": "SELECT 1;\n"}

    assert findings(here, before, "MG113") == []
    assert len(findings(here, before, "MG111")) == 1


@pytest.mark.parametrize(
    ("first", "reason"),
    [("-- +GOOSE Up", "this line looks like `-- +goose Up`"), ("-- made by hand", "there is no `-- +goose Up` line")],
)
def test_a_missing_up_is_told_with_its_reason(first, reason):
    text = f"{HEAD}{first}\nSELECT 1;\n"
    other = {f"{GOOSE}/00001_a.sql": f"{HEAD}-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n"}
    (finding,) = findings({f"{GOOSE}/00002_x.sql": text}, other, "MG101")

    assert finding.message.count(" if ") == 0
    assert f": {reason}" in finding.message
