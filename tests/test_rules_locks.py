"""Rules of locks: what their pages do not show."""

from __future__ import annotations

import pytest

from tests.rules_helper import FLYWAY, block, flyway, goose, judged, objects, outside

USERS = "CREATE TABLE users (id bigint PRIMARY KEY, email text);"
EVENTS = (
    "CREATE TABLE events (at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);\n"
    "CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');"
)


# --- LK101 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "up",
    [
        "CREATE TEMP TABLE t (a int); CREATE INDEX ON t (a);",
        "CREATE TABLE t (a int); ALTER TABLE t RENAME TO u; CREATE INDEX ON u (a);",
        "CREATE MATERIALIZED VIEW v AS SELECT email FROM users; CREATE UNIQUE INDEX ON v (email);",
        block("CREATE TEMP TABLE t (a int);\nCREATE INDEX ON t (a);"),
        "CREATE INDEX IF NOT EXISTS users_pkey ON users (id);",
        "CREATE INDEX events_kind ON ONLY events (kind);",
        "CREATE INDEX elsewhere_kind ON ONLY elsewhere (kind);",
    ],
)
def test_an_index_that_keeps_nobody_waiting_is_fine(up):
    assert goose("LK101", USERS + EVENTS, up) == []


@pytest.mark.parametrize(
    "up",
    [
        "CREATE INDEX ON users (email);",
        "CREATE INDEX ON ONLY users (email);",
        "CREATE INDEX ON older_than_the_migrations (a);",
        block("CREATE INDEX ON users (email);"),
        "CREATE TABLE t (a int); CREATE INDEX ON users (email);",
    ],
)
def test_an_index_on_a_table_in_use_is_found(up):
    assert len(goose("LK101", USERS, up)) == 1


def test_where_all_tables_are_made_in_another_schema_names_without_one_are_taken_to_lead_there():
    make = "CREATE TABLE app.t (a int); CREATE INDEX ON t (a);"

    assert goose("LK101", "CREATE TABLE app.users (id int);", make) == []
    assert len(goose("LK101", USERS, make)) == 1, "t is an older table beside users, not app.t"


def test_a_table_of_an_earlier_file_of_the_same_change_is_new():
    here = {
        f"{FLYWAY}/V1__a.sql": "CREATE TABLE t (a int);",
        f"{FLYWAY}/V2__b.sql": "CREATE INDEX ON t (a);",
    }
    assert judged(here, {}, "LK101") == []


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        (
            'CREATE  UNIQUE INDEX IF NOT EXISTS "Users_email" ON users (lower(email)) WHERE id > 0;',
            (
                'DROP INDEX CONCURRENTLY IF EXISTS "Users_email";\n'
                'CREATE  UNIQUE INDEX CONCURRENTLY "Users_email" ON users (lower(email)) WHERE id > 0;'
            ),
        ),
        (
            "CREATE INDEX a ON app.users (email);",
            "DROP INDEX CONCURRENTLY IF EXISTS app.a;\nCREATE INDEX CONCURRENTLY a ON app.users (email);",
        ),
        ("create index on users (email);", "create index CONCURRENTLY on users (email);"),
    ],
)
def test_the_remedy_is_the_statement_itself_with_concurrently(sql, remedy):
    (finding,) = goose("LK101", USERS, sql)
    assert finding.remedy.endswith(remedy)


@pytest.mark.parametrize(
    "constraint", ["ALTER TABLE users ADD PRIMARY KEY USING INDEX i;", 'ALTER TABLE users ADD UNIQUE\nUSING INDEX "i";']
)
def test_an_index_that_a_constraint_takes_over_goes_into_a_migration_before(constraint):
    (finding,) = goose("LK101", USERS, f"CREATE UNIQUE INDEX i ON users (email);\n{constraint}")
    assert finding.remedy.startswith("Put it into a migration of its own before this one that begins with")

    (other,) = goose("LK101", USERS, "CREATE UNIQUE INDEX i ON users (email);\nALTER TABLE users ADD UNIQUE (id);")
    assert other.remedy.startswith("Put it into a migration of its own that begins with")


def test_the_remedy_keeps_placeholders():
    settings = "flyway: {placeholders: {schema: app}}"
    (finding,) = flyway("LK101", USERS, "CREATE INDEX a ON ${schema}.users (email);", settings=settings)
    assert "CREATE INDEX CONCURRENTLY a ON ${schema}.users (email);" in finding.remedy


def test_the_remedy_names_the_schema_that_only_this_file_s_search_path_leads_to():
    up = "SET LOCAL search_path = app; CREATE INDEX i ON bills (a);"
    (finding,) = goose("LK101", "CREATE TABLE app.bills (a int);", up)
    assert finding.remedy.splitlines()[1:] == [
        "DROP INDEX CONCURRENTLY IF EXISTS app.i;",
        "CREATE INDEX CONCURRENTLY i ON app.bills (a);",
    ]


def test_the_remedy_of_a_check_names_the_schema_that_only_this_file_s_search_path_leads_to():
    up = "SET LOCAL search_path = app; ALTER TABLE bills ADD CONSTRAINT c CHECK (a > 0);"
    (finding,) = goose("LK110", "CREATE TABLE app.bills (a int);", up)
    assert "ALTER TABLE app.bills VALIDATE CONSTRAINT c;" in finding.remedy


def test_every_column_of_a_primary_key_is_made_not_null_in_the_remedy():
    (finding,) = goose("LK120", "CREATE TABLE t (a int, b int);", "ALTER TABLE t ADD PRIMARY KEY (a, b);")
    assert "Make a and b NOT NULL first, without keeping anybody waiting:" in finding.remedy
    assert "CHECK (a IS NOT NULL)" in finding.remedy
    assert "CHECK (b IS NOT NULL)" in finding.remedy


@pytest.mark.parametrize(
    ("up", "added"),
    [
        ("ALTER TABLE users ADD COLUMN phone text UNIQUE;", "phone is not there before this migration: add it"),
        ("ALTER TABLE users ADD COLUMN a int, ADD UNIQUE (email, a);", "a is not there before this migration: add it"),
        ("ALTER TABLE users ADD a int, ADD b int; ALTER TABLE users ADD UNIQUE (a, b);", "a and b are not there"),
    ],
)
def test_an_index_that_is_built_first_needs_its_columns_before(up, added):
    (finding,) = goose("LK112", USERS, up)
    assert finding.remedy.startswith(added)
    assert "Build the index first" in finding.remedy


def test_an_index_of_columns_that_are_there_needs_no_other_migration():
    made_before = {
        f"{FLYWAY}/V1__a.sql": "ALTER TABLE users ADD COLUMN phone text;",
        f"{FLYWAY}/V2__b.sql": "ALTER TABLE users ADD UNIQUE (phone);",
    }
    (finding,) = judged(made_before, {f"{FLYWAY}/V0__users.sql": USERS}, "LK112")
    assert finding.remedy.startswith("Build the index first")


def test_a_partition_whose_name_no_migration_tells_is_told_to_be_made_up():
    alone = "CREATE TABLE events (at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);"
    (finding,) = goose("LK101", alone, "CREATE INDEX k ON events (kind);")
    assert "-- for every partition, as events_partition here: no migration tells their names" in finding.remedy
    (known,) = goose("LK101", EVENTS, "CREATE INDEX k ON events (kind);")
    assert "no migration tells" not in known.remedy


def test_the_remedy_for_a_partitioned_table_names_its_partition():
    (finding,) = goose(
        "LK101", EVENTS, "CREATE UNIQUE INDEX k ON events USING btree (at, kind) WITH (fillfactor = 70);"
    )
    assert finding.remedy.splitlines()[1:] == [
        "-- first migration:",
        "CREATE UNIQUE INDEX k ON ONLY events USING btree (at, kind) WITH (fillfactor = 70);",
        "-- second migration, NO TRANSACTION:",
        "CREATE UNIQUE INDEX CONCURRENTLY events_2026_k ON events_2026 USING btree (at, kind) WITH (fillfactor = 70);",
        "-- third migration:",
        "ALTER INDEX k ATTACH PARTITION events_2026_k;",
    ]


@pytest.mark.parametrize(("settings", "said"), [(None, True), ("flyway: {postgresqlTransactionalLock: false}", False)])
def test_flyway_s_lock_is_spoken_of_where_it_is_not_known_to_be_off(settings, said):
    (finding,) = flyway("LK101", USERS, "CREATE INDEX a ON users (email);", settings=settings)
    assert ("transactional.lock" in finding.remedy) is said


@pytest.mark.parametrize(
    "up",
    [
        "CREATE TABLE app.users (a int); CREATE INDEX ON users (email);",
        "CREATE TABLE app.t (a int); CREATE INDEX ON other.t (a);",
    ],
)
def test_a_new_table_of_that_name_in_another_schema_is_not_meant(up):
    assert len(goose("LK101", USERS, up)) == 1


def test_an_old_table_in_another_schema_may_be_meant():
    assert len(goose("LK101", "CREATE TABLE app.t (a int);", "CREATE TABLE b.t (a int); CREATE INDEX ON t (a);")) == 1


PARTS = f"{EVENTS} CREATE INDEX part ON events_2026 (kind);"


@pytest.mark.parametrize(
    ("before", "up", "found"),
    [
        (PARTS, "CREATE INDEX whole ON events (kind);", 0),
        (PARTS, "CREATE UNIQUE INDEX whole ON events (kind);", 1),
        (PARTS, "CREATE INDEX whole ON events (at);", 1),
        (PARTS, "CREATE INDEX whole ON events (kind) WHERE kind > 'x';", 1),
        (f"{PARTS} CREATE TABLE e PARTITION OF events DEFAULT;", "CREATE INDEX whole ON events (kind);", 1),
    ],
)
def test_an_index_that_every_partition_has_already_is_only_put_together(before, up, found):
    assert len(goose("LK101", before, up)) == found


# --- LK102 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("DROP INDEX users_email;", ["users_email"]),
        ("DROP INDEX users_email, users_name;", ["users_email", "users_name"]),
        ("DROP INDEX unknown;", ["unknown"]),
        ("DROP INDEX IF EXISTS unknown;", []),
        ("CREATE INDEX fresh ON users (id); DROP INDEX fresh;", []),
        ("DROP TABLE users; DROP INDEX IF EXISTS users_email;", []),
        ("ALTER INDEX users_email RENAME TO u; DROP INDEX u;", ["u"]),
        ("DROP INDEX users_pkey;", ["users_pkey"]),
        ("DROP INDEX events_kind;", []),
    ],
)
def test_which_dropped_indexes_keep_others_waiting(up, found):
    before = (
        "CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);\n"
        "CREATE INDEX users_email ON users (email);\nCREATE INDEX users_name ON users (name);\n"
        f"{EVENTS}\nCREATE INDEX events_kind ON events (kind);"
    )
    assert objects(goose("LK102", before, up)) == found


# --- LK103 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        ("REINDEX INDEX users_pkey;", "REINDEX INDEX CONCURRENTLY users_pkey;"),
        ("REINDEX SCHEMA public;", "REINDEX SCHEMA CONCURRENTLY public;"),
        ("REINDEX TABLE events;", "REINDEX TABLE CONCURRENTLY events;"),
        ("REINDEX SYSTEM app;", "maintenance window, not in a migration."),
        ("REINDEX INDEX rooms_excl;", "with a lock_timeout."),
    ],
)
def test_a_rebuild_gets_a_remedy_that_works(sql, remedy):
    before = (
        f"{USERS}\n{EVENTS}\nCREATE TABLE rooms (r int4range, CONSTRAINT rooms_excl EXCLUDE USING gist (r WITH &&));"
    )
    (finding,) = goose("LK103", before, sql)
    assert finding.remedy.endswith(remedy)


def test_before_14_a_partitioned_table_is_rebuilt_by_partition():
    (finding,) = goose("LK103", EVENTS, "REINDEX TABLE events;", settings="postgres: 13")
    assert finding.remedy == "Run REINDEX TABLE CONCURRENTLY on one partition of events after another."


def test_a_new_table_may_be_rebuilt():
    assert goose("LK103", USERS, "CREATE TABLE t (a int PRIMARY KEY); REINDEX TABLE t; REINDEX INDEX t_pkey;") == []


# --- LK104, LK107 --------------------------------------------------------------------------------------------

CONCURRENT = "CREATE INDEX CONCURRENTLY i ON users (email);"


def test_a_concurrent_statement_in_a_block_fails_whatever_the_runner_does():
    (finding,) = outside("LK104", USERS, block(CONCURRENT))
    assert "a DO block runs within one" in finding.message
    assert finding.remedy.startswith("Take it out of the DO block")


def test_a_concurrent_statement_after_begin_fails():
    found = outside("LK104", USERS, f"BEGIN;\n{CONCURRENT}\nCOMMIT;\n{CONCURRENT}")
    assert ["this file has opened one with BEGIN" in finding.message for finding in found] == [True]


def test_two_statements_on_one_line_are_one_query_for_goose():
    found = outside("LK104", USERS, f"DROP INDEX CONCURRENTLY IF EXISTS i; {CONCURRENT}")
    assert ["sent together" in finding.message for finding in found] == [True, True]


def test_two_statements_on_one_line_are_two_queries_for_flyway():
    assert flyway("LK104", USERS, f"DROP INDEX CONCURRENTLY IF EXISTS i; {CONCURRENT}") == []


def test_flyway_is_told_to_leave_its_own_decision_alone():
    (finding,) = flyway("LK104", USERS, CONCURRENT, conf="executeInTransaction=true\n")
    assert finding.remedy.startswith("Take `executeInTransaction=true` out of `V2__b.sql.conf`")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("VACUUM FULL users;", "VACUUM"),
        ("CREATE DATABASE x;", "CREATE DATABASE"),
        ("DROP TABLESPACE x;", "DROP TABLESPACE"),
        ("ALTER SYSTEM SET work_mem = '1GB';", "ALTER SYSTEM"),
        ("ALTER DATABASE x SET TABLESPACE y;", "ALTER DATABASE … SET TABLESPACE"),
        ("REINDEX DATABASE x;", "REINDEX DATABASE"),
        ("REINDEX TABLE events;", "REINDEX of a partitioned table"),
        ("CLUSTER;", "CLUSTER without a table"),
        ("CLUSTER events USING i;", "CLUSTER of a partitioned table"),
        ("DISCARD ALL;", "DISCARD ALL"),
        (
            "CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p;",
            "CREATE SUBSCRIPTION with a replication slot",
        ),
        ("ALTER SUBSCRIPTION s REFRESH PUBLICATION;", "ALTER SUBSCRIPTION with a refresh"),
        (block("COMMIT;"), "COMMIT or ROLLBACK"),
    ],
)
def test_what_goose_s_transaction_does_not_allow(sql, words):
    assert objects(goose("LK107", USERS + EVENTS, sql)) == [words]
    assert objects(goose("LK107", USERS + EVENTS, "SELECT 1;", sql)) == [words]
    assert outside("LK107", USERS + EVENTS, sql) == []


@pytest.mark.parametrize(
    "sql",
    [
        "ANALYZE users;",
        "CLUSTER users USING users_pkey;",
        "REINDEX TABLE users;",
        "DISCARD TEMP;",
        "ALTER DATABASE x SET work_mem = '1GB';",
        "CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p WITH (connect = false);",
        "ALTER TYPE mood ADD VALUE 'x';",
        block("PERFORM 1;"),
    ],
)
def test_what_a_transaction_allows(sql):
    assert goose("LK107", USERS, sql) == []


def test_before_14_a_partitioned_table_is_only_warned_of():
    assert goose("LK107", EVENTS, "REINDEX TABLE events;", settings="postgres: 13") == []


@pytest.mark.parametrize(
    ("sql", "count"),
    [("VACUUM;", 0), ("ALTER SYSTEM RESET ALL;", 0), ("DISCARD ALL;", 0), ("REINDEX SCHEMA app;", 0), ("CLUSTER;", 1)],
)
def test_flyway_knows_some_of_them(sql, count):
    assert len(flyway("LK107", USERS, sql)) == count


# --- LK105, LK109 --------------------------------------------------------------------------------------------


TRIGGER_ANEW = "DROP TRIGGER IF EXISTS t ON users;\nCREATE TRIGGER t AFTER INSERT ON users EXECUTE FUNCTION f();"


@pytest.mark.parametrize(
    ("up", "found"),
    [
        (CONCURRENT, 0),
        (f"{CONCURRENT}\nCREATE INDEX CONCURRENTLY j ON users (id);", 1),
        (f"ALTER TABLE users ADD COLUMN a int;\n{CONCURRENT}", 1),
        (f"ALTER TABLE users ADD COLUMN IF NOT EXISTS a int;\n{CONCURRENT}", 0),
        (f"SET lock_timeout = '3s';\n{CONCURRENT}\nRESET lock_timeout;", 0),
        (f"DROP INDEX CONCURRENTLY IF EXISTS i;\n{CONCURRENT}\nDROP INDEX CONCURRENTLY IF EXISTS j;", 0),
        (f"{CONCURRENT}\nDROP INDEX CONCURRENTLY IF EXISTS old;", 1),
        (
            f"{TRIGGER_ANEW}\n{CONCURRENT}",
            0,
        ),
        (
            f"CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\nDROP FUNCTION f();\n{CONCURRENT}",
            0,
        ),
        (f"INSERT INTO users VALUES (1);\n{CONCURRENT}", 1),
        (f"INSERT INTO users VALUES (1) ON CONFLICT DO NOTHING;\n{CONCURRENT}", 0),
        (f"ALTER TABLE users RENAME COLUMN email TO mail;\n{CONCURRENT}", 1),
        ("ALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ADD COLUMN b int;", 0),
        (f"ALTER TABLE users DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (id > 0) NOT VALID;\n{CONCURRENT}", 0),
        (f"ALTER TABLE users DROP CONSTRAINT c, ADD CONSTRAINT d CHECK (id > 0) NOT VALID;\n{CONCURRENT}", 1),
    ],
)
def test_what_stops_a_second_run(up, found):
    assert len(outside("LK105", USERS, up)) == found


def test_a_down_section_is_run_again_as_well():
    (finding,) = outside("LK105", USERS, "SELECT 1;", f"ALTER TABLE users DROP COLUMN email;\n{CONCURRENT}")
    assert finding.related[0].place.start.line == 5


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email);", ["i"]),
        ("CREATE INDEX IF NOT EXISTS i ON users (email);", []),
        ("DROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email);", []),
        ("DROP INDEX CONCURRENTLY IF EXISTS j;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email);", ["i"]),
    ],
)
def test_which_invalid_indexes_stay_hidden(up, found):
    assert objects(outside("LK109", USERS, up)) == found


def test_hidden_indexes_of_one_file_are_told_together():
    build = "CREATE INDEX CONCURRENTLY IF NOT EXISTS {} ON users (email);"
    (finding,) = outside("LK109", USERS, "\n".join(build.format(name) for name in "abc"))
    assert finding.object == "a"
    assert "So do 2 more builds" in finding.message
    assert finding.remedy.endswith(
        "IF EXISTS a;\nDROP INDEX CONCURRENTLY IF EXISTS b;\nDROP INDEX CONCURRENTLY IF EXISTS c;"
    )


# --- LK106 ---------------------------------------------------------------------------------------------------


def test_the_end_of_a_torn_body_is_no_commit_of_the_file():
    body = "CREATE FUNCTION f() RETURNS trigger AS $$\nBEGIN\n  RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql;"
    (finding,) = goose("LK106", USERS, f"{body}\nALTER TABLE users ADD COLUMN a int;")
    assert finding.remedy.endswith("\nSET LOCAL lock_timeout = '3s';")


@pytest.mark.parametrize(
    ("up", "more"),
    [
        ("ALTER TABLE users ADD COLUMN a int; ALTER TABLE users ADD COLUMN b int;", ""),
        ("ALTER TABLE users ADD COLUMN a int; DROP TABLE events;", " One more statement waits like this, for events."),
        (
            "ALTER TABLE users ADD COLUMN a int; LOCK TABLE events; ALTER TABLE x ADD COLUMN a int;",
            " 2 more statements wait like this, for events and x.",
        ),
        ("LOCK TABLE users IN SHARE MODE; LOCK TABLE users;", " One more statement waits like this, for users."),
    ],
)
def test_one_finding_tells_all_that_is_waited_for(up, more):
    (finding,) = goose("LK106", USERS + EVENTS, up)
    assert finding.message.partition("queues up behind it.")[2] == more


def test_what_shall_be_concurrent_needs_no_timeout():
    up = "CREATE INDEX i ON users (email); DROP INDEX i; REINDEX TABLE users;"
    assert goose("LK106", USERS, up) == []
    assert objects(goose("LK106", USERS, f"{up} ALTER TABLE users ADD COLUMN b int;")) == ["users"]
    assert objects(goose("LK106", EVENTS, "CREATE INDEX i ON events (kind);")) == ["events"]


@pytest.mark.parametrize(
    "up",
    [
        "DROP TABLE IF EXISTS legacy;",
        "DROP VIEW IF EXISTS legacy;",
        "DROP TRIGGER IF EXISTS t ON legacy;",
        "DROP INDEX IF EXISTS i;",
    ],
)
def test_what_no_migration_made_is_not_waited_for_if_it_exists(up):
    assert goose("LK106", USERS, up) == []


@pytest.mark.parametrize("up", ["DROP TABLE IF EXISTS users;", "DROP TABLE legacy;", "ALTER TABLE legacy ADD a int;"])
def test_what_is_there_is_waited_for(up):
    assert len(goose("LK106", USERS, up)) == 1


def test_a_commit_ends_what_set_local_set():
    alter = "ALTER TABLE users ADD COLUMN a int;"
    (finding,) = flyway("LK106", USERS, f"{alter}\nCOMMIT;\n{alter}")
    assert finding.remedy.endswith("\nSET lock_timeout = '3s';")
    (finding,) = flyway("LK106", USERS, f"BEGIN;\n{alter}\nCOMMIT;", conf="executeInTransaction=false")
    assert "behind each BEGIN" in finding.remedy


@pytest.mark.parametrize(
    "up",
    [
        "UPDATE users SET email = '' WHERE id = 1;",
        "CREATE TABLE roles (id int); ALTER TABLE roles ADD COLUMN a int;",
        "COMMENT ON TABLE users IS 'people';",
        "ALTER TABLE users VALIDATE CONSTRAINT c;",
        "SET LOCAL lock_timeout = '3s'; ALTER TABLE users ADD COLUMN a int;",
        "SELECT set_config('lock_timeout', '3s', true); ALTER TABLE users ADD COLUMN a int;",
        block("SET LOCAL lock_timeout = '3s';\nALTER TABLE users ADD COLUMN a int;"),
        "ALTER TYPE address ADD ATTRIBUTE zip text;",
    ],
)
def test_nobody_queues_up_without_limit(up):
    assert goose("LK106", USERS, up) == []


def test_a_timeout_of_nothing_is_none():
    assert len(goose("LK106", USERS, "SET lock_timeout = 0; ALTER TABLE users ADD COLUMN a int;")) == 1


@pytest.mark.parametrize("said", ["role", "runner", "5s"])
def test_the_settings_may_know_of_a_timeout(said):
    up = "ALTER TABLE users ADD COLUMN a int;"
    assert goose("LK106", USERS, up, settings=f"lock-timeout: {said}") == []


ALTER = "ALTER TABLE users ADD COLUMN a int;"


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("beforeEachMigrate.sql", "SET lock_timeout = '3s';", 0),
        ("beforeEachMigrate__limits.sql", "SET LOCAL lock_timeout = '3s';", 0),
        ("beforeEachMigrateStatement.sql", "SELECT set_config('lock_timeout', '3s', false);", 0),
        ("beforeEachMigrate.sql", "SET lock_timeout = 0;", 1),
        ("afterEachMigrate.sql", "SET lock_timeout = '3s';", 1),
        ("beforeMigrate.sql", "SET lock_timeout = '3s';", 1),
        ("afterConnect.sql", "SET lock_timeout = '3s';", 1),
    ],
)
def test_flyways_callbacks_of_each_migration_can_set_a_timeout(name, text, count):
    before = {f"{FLYWAY}/V1__a.sql": USERS, f"{FLYWAY}/{name}": text}
    assert len(judged({f"{FLYWAY}/V2__b.sql": ALTER}, before, "LK106")) == count


def test_a_callbacks_local_timeout_ends_where_no_transaction_is():
    before = {f"{FLYWAY}/V1__a.sql": USERS, f"{FLYWAY}/beforeEachMigrate.sql": "SET LOCAL lock_timeout = '3s';"}
    here = {f"{FLYWAY}/V2__b.sql": ALTER, f"{FLYWAY}/V2__b.sql.conf": "executeInTransaction=false"}
    assert len(judged(here, before, "LK106")) == 1


@pytest.mark.parametrize(
    ("earlier", "count"),
    [
        ("ALTER ROLE CURRENT_USER SET lock_timeout = '3s';", 0),
        ("ALTER DATABASE app SET lock_timeout TO '3s';", 0),
        ("ALTER ROLE app SET lock_timeout = 0;", 1),
        ("ALTER ROLE app SET lock_timeout = '3s'; ALTER ROLE app RESET lock_timeout;", 1),
        ("ALTER ROLE app SET lock_timeout = '3s'; ALTER ROLE app RESET ALL;", 1),
        ("ALTER ROLE app SET work_mem = '3MB';", 1),
    ],
)
def test_an_earlier_migration_can_set_a_timeout_for_the_role_or_the_database(earlier, count):
    assert len(goose("LK106", f"{USERS} {earlier}", ALTER)) == count
    assert len(goose("LK106", f"{USERS} {earlier}", f"SET lock_timeout = 0; {ALTER}")) == 1


def test_a_role_set_in_this_change_has_its_timeout_only_later():
    assert len(goose("LK106", USERS, f"ALTER ROLE CURRENT_USER SET lock_timeout = '3s'; {ALTER}")) == 1


# --- LK108 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (CONCURRENT, ["i"]),
        ("DROP INDEX CONCURRENTLY IF EXISTS i;", []),
        ("REINDEX SCHEMA CONCURRENTLY app;", ["app"]),
        ("REINDEX DATABASE app;", ["app"]),
        ("VACUUM FULL;", ["VACUUM FULL of the whole database"]),
        ("VACUUM FULL users;", []),
        ("VACUUM;", []),
    ],
)
def test_what_waits_for_flyway_itself(sql, found):
    assert objects(flyway("LK108", USERS, sql)) == found


def test_goose_holds_no_lock():
    assert outside("LK108", USERS, CONCURRENT) == []
