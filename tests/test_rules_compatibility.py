"""Rules of compatibility: what their pages do not show."""

from __future__ import annotations

import pytest

from tests.rules_helper import GOOSE, block, flyway, goose, judged, objects, outside

USERS = "CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);"


# --- CO101, CO102 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("DROP TABLE users;", ["users"]),
        ("DROP TABLE users, other;", ["other", "users"]),
        ('DROP TABLE "Users";', ["Users"]),
        ("DROP TABLE app.users;", ["app.users"]),
        ("DROP TABLE older_than_the_migrations;", ["older_than_the_migrations"]),
        ("DROP TABLE IF EXISTS never_made;", []),
        ("ALTER TABLE older ADD a int; DROP TABLE IF EXISTS older_as_well;", ["older_as_well"]),
        ("DROP TABLE old_deprecated;", []),
        ("DROP TABLE IF EXISTS fresh; CREATE TABLE fresh (a int);", []),
        ("CREATE TABLE fresh (a int); DROP TABLE fresh;", []),
        ("CREATE TEMP TABLE users (a int); DROP TABLE users;", []),
        ("DROP TABLE IF EXISTS users; CREATE TABLE users (a int);", ["users"]),
        ("ALTER TABLE users RENAME TO users_deprecated; DROP TABLE users_deprecated;", ["users"]),
        (block("IF true THEN\nDROP TABLE users;\nEND IF;"), ["users"]),
        (block("CREATE TABLE fresh (a int);\nDROP TABLE fresh;"), []),
        (block("CREATE TABLE u (a int);\nDROP TABLE users;\nALTER TABLE u RENAME TO users;"), []),
        (block("CREATE TABLE u (a int);\nDROP TABLE users;\nCREATE TABLE users (a int);"), ["users"]),
        (
            "CREATE TABLE u (a int); ALTER TABLE users RENAME TO gone; ALTER TABLE u RENAME TO users; DROP TABLE gone;",
            [],
        ),
    ],
)
def test_which_tables_may_be_dropped(up, found):
    assert objects(goose("CO101", USERS, up)) == found


@pytest.mark.parametrize(
    ("rule", "up"),
    [("CO102", "ALTER TABLE people DROP COLUMN email;"), ("CO105", "ALTER TABLE people RENAME email TO mail;")],
)
def test_a_table_renamed_in_the_same_file_is_called_by_the_name_that_releases_know(rule, up):
    (finding,) = goose(rule, USERS, f"ALTER TABLE users RENAME TO people; {up}")
    assert finding.object == "users.email"
    assert "people" not in finding.message + finding.remedy
    assert "ALTER TABLE users " in finding.remedy


def test_a_partition_may_be_dropped():
    before = (
        "CREATE TABLE events (at date) PARTITION BY RANGE (at);\n"
        "CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');"
    )
    assert goose("CO101", before, "DROP TABLE events_2020;") == []


def test_a_swap_that_others_can_look_into_is_no_swap():
    up = "CREATE TABLE u (a int);\nDROP TABLE users;\nALTER TABLE u RENAME TO users;"
    assert objects(outside("CO101", USERS, up)) == ["users"]


@pytest.mark.parametrize(
    ("mark", "free"),
    [
        ("COMMENT ON TABLE users IS 'DEPRECATED, use people';", True),
        ("COMMENT ON TABLE users IS 'people';", False),
        ("COMMENT ON TABLE users IS 'deprecated'; COMMENT ON TABLE users IS NULL;", False),
        ("ALTER TABLE users RENAME TO u_deprecated; ALTER TABLE u_deprecated RENAME TO users;", True),
    ],
)
def test_what_deprecates_a_table(mark, free):
    assert (goose("CO101", f"{USERS}\n{mark}", "DROP TABLE users;") == []) is free


@pytest.mark.parametrize("name", ["users", "app.orders", "users.email"])
def test_the_settings_may_deprecate(name):
    settings = f"deprecated: [{{object: {name}, reason: announced}}]"
    up = "DROP TABLE users; DROP TABLE app.orders;"
    kept = goose("CO101", f"{USERS}\nCREATE TABLE app.orders (id int);", up, settings=settings)
    assert name not in objects(kept)
    assert len(kept) == (2 if name == "users.email" else 1)


def test_a_deprecation_in_another_file_of_the_same_change_comes_too_late():
    sections = "-- +goose Up\n{}\n-- +goose Down\nSELECT 1;\n"
    here = {
        f"{GOOSE}/00002_b.sql": sections.format("COMMENT ON COLUMN users.email IS 'deprecated';"),
        f"{GOOSE}/00003_c.sql": sections.format("ALTER TABLE users DROP COLUMN email;"),
    }
    (finding,) = judged(here, {f"{GOOSE}/00001_a.sql": sections.format(USERS)}, "CO102")
    assert "is deprecated only in 00002, a part of this same change" in finding.remedy
    assert [related.place.document.path for related in finding.related] == [f"{GOOSE}/00002_b.sql"]


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("ALTER TABLE users DROP COLUMN email, DROP COLUMN name;", ["users.email", "users.name"]),
        ("ALTER TABLE users DROP COLUMN IF EXISTS email;", ["users.email"]),
        ("ALTER TABLE users DROP COLUMN IF EXISTS never_there;", []),
        ("ALTER TABLE older DROP COLUMN IF EXISTS unknown;", ["older.unknown"]),
        ("ALTER TABLE older DROP COLUMN note_deprecated;", []),
        ("ALTER TABLE users ADD COLUMN a int; ALTER TABLE users DROP COLUMN a;", []),
        ("CREATE TABLE t (a int, b int); ALTER TABLE t DROP COLUMN a;", []),
        ("ALTER TYPE address DROP ATTRIBUTE zip;", []),
    ],
)
def test_which_columns_may_be_dropped(up, found):
    assert objects(goose("CO102", USERS, up)) == found


def test_all_columns_of_a_deprecated_table_may_be_dropped():
    assert (
        goose("CO102", f"{USERS} COMMENT ON TABLE users IS 'deprecated';", "ALTER TABLE users DROP COLUMN email;") == []
    )


def test_a_down_section_is_not_judged():
    assert goose("CO101", USERS, "SELECT 1;", "DROP TABLE users;") == []
    assert goose("CO102", USERS, "SELECT 1;", "ALTER TABLE users DROP COLUMN email;") == []


# --- CO103 ---------------------------------------------------------------------------------------------------

OBJECTS = f"""{USERS}
CREATE VIEW v AS SELECT id FROM users;
CREATE MATERIALIZED VIEW m AS SELECT id FROM users;
CREATE TYPE mood AS ENUM ('good');
CREATE SEQUENCE s;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE SCHEMA app;"""


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("DROP VIEW v;", ["v"]),
        ("DROP MATERIALIZED VIEW m; DROP SEQUENCE s;", ["m", "s"]),
        ("DROP SCHEMA app CASCADE;", ["app"]),
        ("DROP EXTENSION hstore;", ["hstore"]),
        ("DROP VIEW IF EXISTS unknown;", []),
        ("ALTER TABLE older ADD a int; DROP VIEW IF EXISTS unknown;", ["unknown"]),
        ("DROP FUNCTION f(int); CREATE FUNCTION f(int) RETURNS text LANGUAGE sql AS '';", []),
        ("DROP FUNCTION f(integer); CREATE FUNCTION f(a int) RETURNS text LANGUAGE sql AS '';", []),
        ("DROP FUNCTION f(int); CREATE FUNCTION f(int, text) RETURNS text LANGUAGE sql AS '';", ["f"]),
        ("DROP FUNCTION f; CREATE FUNCTION f(int) RETURNS text LANGUAGE sql AS '';", []),
        ("DROP FUNCTION f();", ["f"]),
        ("DROP FUNCTION touched();", []),
        ("DROP INDEX users_email; DROP TRIGGER t ON users; DROP POLICY p ON users;", []),
        ("DROP VIEW v; CREATE VIEW v AS SELECT email FROM users;", []),
        ("DROP VIEW v; CREATE MATERIALIZED VIEW v AS SELECT email FROM users;", []),
        ("DROP VIEW v; CREATE TABLE v (id bigint);", []),
        ("DROP VIEW v; CREATE VIEW w AS SELECT email FROM users;", ["v"]),
        ("DROP FUNCTION f(); CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT 1::text';", []),
        ("ALTER TYPE mood RENAME TO old; CREATE TYPE mood AS ENUM ('bad'); DROP TYPE old;", []),
        ("CREATE VIEW fresh AS SELECT 1; DROP VIEW fresh;", []),
        ("COMMENT ON VIEW v IS 'deprecated'; DROP VIEW v;", ["v"]),
    ],
)
def test_which_objects_may_be_dropped(up, found):
    assert objects(goose("CO103", OBJECTS, up)) == found


@pytest.mark.parametrize(
    ("mark", "drop"),
    [
        ("COMMENT ON VIEW v IS 'deprecated';", "DROP VIEW v;"),
        ("COMMENT ON FUNCTION f() IS 'deprecated';", "DROP FUNCTION f();"),
        ("COMMENT ON ROUTINE f IS 'deprecated';", "DROP FUNCTION f;"),
        ("COMMENT ON TYPE mood IS 'deprecated';", "DROP TYPE mood;"),
        ("COMMENT ON SCHEMA app IS 'deprecated';", "DROP SCHEMA app;"),
        ("ALTER SEQUENCE s RENAME TO s_deprecated;", "DROP SEQUENCE s_deprecated;"),
    ],
)
def test_objects_that_an_earlier_change_deprecated_may_be_dropped(mark, drop):
    assert goose("CO103", f"{OBJECTS}\n{mark}", drop) == []


def test_a_block_sent_as_one_query_shows_nothing_in_between():
    both = "DROP VIEW v;\nCREATE VIEW v AS SELECT email FROM users;"
    together = f"-- +goose StatementBegin\n{both}\n-- +goose StatementEnd"
    assert outside("CO103", OBJECTS, together) == []
    (finding,) = outside("CO103", OBJECTS, both)
    assert "until it is made again" in finding.message


# --- CO104 to CO107 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "up", "found"),
    [
        ("CO104", "ALTER TABLE users RENAME TO people;", ["users"]),
        ("CO104", "ALTER TABLE users RENAME TO people; CREATE VIEW users AS TABLE people;", []),
        (
            "CO104",
            "ALTER TABLE users RENAME TO a; ALTER TABLE a RENAME TO people; CREATE VIEW users AS TABLE people;",
            [],
        ),
        ("CO104", "ALTER TABLE users RENAME TO people; CREATE TABLE users (id int);", []),
        ("CO104", "CREATE TABLE t (a int); ALTER TABLE t RENAME TO u;", []),
        ("CO104", "ALTER TABLE users RENAME TO users_deprecated;", []),
        ("CO104", "ALTER TABLE users_pkey RENAME TO people_pkey;", []),
        ("CO104", "ALTER TABLE v RENAME TO w;", []),
        ("CO106", "ALTER TABLE v RENAME TO w;", ["v"]),
        ("CO104", "ALTER TABLE unknown RENAME TO known;", ["unknown"]),
        ("CO105", "ALTER TABLE users RENAME email TO mail;", ["users.email"]),
        ("CO105", "ALTER VIEW v RENAME COLUMN id TO number;", ["v.id"]),
        ("CO105", "ALTER TABLE users ADD COLUMN a int; ALTER TABLE users RENAME a TO b;", []),
        ("CO105", "ALTER TABLE users RENAME CONSTRAINT users_pkey TO pk;", []),
        ("CO105", "ALTER TABLE users RENAME email TO email_deprecated;", []),
        ("CO106", "ALTER TYPE mood RENAME TO humour;", ["mood"]),
        ("CO106", "ALTER TYPE mood RENAME VALUE 'good' TO 'fine';", ["mood.good"]),
        ("CO106", "ALTER TYPE address RENAME ATTRIBUTE zip TO code;", ["address.zip"]),
        ("CO106", "ALTER SCHEMA app RENAME TO application;", ["app"]),
        ("CO106", "ALTER FUNCTION f() RENAME TO g;", ["f"]),
        ("CO106", "ALTER VIEW v RENAME TO w; CREATE VIEW v AS TABLE w;", []),
        ("CO106", "ALTER INDEX users_pkey RENAME TO pk; ALTER TRIGGER t ON users RENAME TO u;", []),
        ("CO106", "ALTER TABLE users SET SCHEMA app;", ["users"]),
        ("CO106", "ALTER TABLE users SET SCHEMA app; CREATE VIEW users AS TABLE app.users;", []),
        ("CO106", "ALTER TYPE mood SET SCHEMA app;", ["mood"]),
        ("CO106", "ALTER TYPE mood RENAME TO mood_deprecated;", []),
        ("CO107", "ALTER TYPE mood RENAME TO mood_deprecated;", ["mood"]),
        ("CO107", "ALTER TABLE users RENAME TO users_deprecated;", ["users"]),
        ("CO107", "ALTER TABLE users RENAME email TO email_deprecated;", ["users.email"]),
        ("CO107", "ALTER TABLE users RENAME TO users_deprecated; CREATE VIEW users AS TABLE users_deprecated;", []),
        ("CO107", "ALTER TABLE users RENAME TO people;", []),
    ],
)
def test_which_renames_break_running_code(rule, up, found):
    assert objects(goose(rule, OBJECTS, up)) == found


@pytest.mark.parametrize(
    "up", ["ALTER SEQUENCE s RENAME TO t;", "ALTER TABLE s RENAME TO t;", "ALTER SEQUENCE s SET SCHEMA app;"]
)
def test_nobody_is_told_to_let_two_sequences_hand_out_the_same_numbers(up):
    (found,) = goose("CO106", "CREATE SCHEMA app; CREATE SEQUENCE s;", up)
    assert "far ahead" in found.remedy


def test_what_is_deprecated_already_may_be_renamed_back():
    before = f"{USERS} ALTER TABLE users RENAME TO users_deprecated;"
    assert goose("CO104", before, "ALTER TABLE users_deprecated RENAME TO users;") == []


def test_a_view_that_comes_after_the_commit_comes_too_late():
    up = "ALTER TABLE users RENAME TO people;\nCREATE VIEW users AS TABLE people;"
    assert objects(outside("CO104", USERS, up)) == ["users"]


def test_names_in_remedies_are_quoted_where_they_must_be():
    (finding,) = goose("CO104", 'CREATE TABLE "User" (id int);', 'ALTER TABLE "User" RENAME TO "order";')
    assert finding.remedy.endswith('CREATE VIEW "User" AS SELECT * FROM "order";')


def test_other_databases_are_given_no_comments():
    settings = "dialect: mysql"
    (finding,) = flyway("CO101", "CREATE TABLE users (id int);", "DROP TABLE users;", settings=settings)
    assert "COMMENT ON" not in finding.remedy
    assert flyway("CO101", "SELECT 1;", "DROP TABLE users_deprecated;", settings=settings) == []
