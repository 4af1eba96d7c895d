"""Rules of constraints, keys, types and required columns: what their pages do not show."""

from __future__ import annotations

import pytest

from tests.rules_helper import FLYWAY, GOOSE, block, flyway, goose, judged, objects, outside

USERS = "CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer, plan varchar(10));"
ORDERS = f"{USERS}\nCREATE TABLE orders (id bigint PRIMARY KEY, buyer bigint);"
EVENTS = (
    "CREATE TABLE users (id bigint PRIMARY KEY);\n"
    "CREATE TABLE events (at timestamptz NOT NULL, actor bigint) PARTITION BY RANGE (at);\n"
    "CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');"
)


# --- LK110 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "up",
    [
        "CREATE TEMP TABLE t (a int); ALTER TABLE t ADD CHECK (a > 0);",
        "CREATE TABLE t (a int); ALTER TABLE t RENAME TO u; ALTER TABLE u ADD CHECK (a > 0);",
        "ALTER TABLE users ADD CHECK (age > 0) NOT VALID;",
        "ALTER TABLE users ADD CHECK (age > 0) NOT ENFORCED;",
        "ALTER TABLE users ADD COLUMN IF NOT EXISTS age integer CHECK (age > 0);",
        "ALTER TABLE users ADD COLUMN score integer;",
    ],
)
def test_a_check_that_reads_no_row_in_use_is_fine(up):
    assert goose("LK110", USERS, up) == []


def test_a_down_section_is_not_judged():
    assert goose("LK110", USERS, "SELECT 1;", "ALTER TABLE users ADD CHECK (age > 0);") == []


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        (
            "ALTER TABLE users ADD CHECK (age > 0);",
            [
                "ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age > 0) NOT VALID;",
                "-- in the next migration:",
                "ALTER TABLE users VALIDATE CONSTRAINT users_age_check;",
            ],
        ),
        (
            'ALTER TABLE public.users ADD COLUMN a int, ADD CONSTRAINT "Age" CHECK (age > 0) -- why\n;',
            [
                'ALTER TABLE public.users ADD CONSTRAINT "Age" CHECK (age > 0) -- why',
                "  NOT VALID;",
                "-- in the next migration:",
                'ALTER TABLE public.users VALIDATE CONSTRAINT "Age";',
            ],
        ),
    ],
)
def test_the_remedy_is_the_clause_itself_in_two_steps(sql, remedy):
    (finding,) = goose("LK110", USERS, sql)
    assert finding.remedy.splitlines()[1:] == remedy


def test_the_remedy_keeps_placeholders():
    settings = "flyway: {placeholders: {schema: app}}"
    (finding,) = flyway("LK110", "", "ALTER TABLE ${schema}.users ADD CHECK (age > 0);", settings=settings)
    assert "ALTER TABLE ${schema}.users ADD CONSTRAINT users_age_check CHECK (age > 0) NOT VALID;" in finding.remedy


def test_a_check_in_a_block_is_found():
    (finding,) = goose("LK110", USERS, block("ALTER TABLE users ADD CHECK (age > 0);"))
    assert "ADD CONSTRAINT users_age_check CHECK" in finding.remedy


# --- LK111 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "said"), [(17, "ALTER TABLE events_2026 ADD"), (18, "ALTER TABLE events ADD")])
def test_the_remedy_on_a_partitioned_table_is_one_that_the_version_takes(version, said):
    up = "ALTER TABLE events ADD CONSTRAINT f FOREIGN KEY (actor) REFERENCES users;"
    (finding,) = goose("LK111", EVENTS, up, settings=f"postgres: {version}")
    assert finding.remedy.splitlines()[1].startswith(said)


def test_a_table_that_is_new_is_not_said_to_wait():
    up = "CREATE TABLE roles (id bigint PRIMARY KEY); ALTER TABLE users ADD FOREIGN KEY (age) REFERENCES roles;"
    (finding,) = goose("LK111", USERS, up)
    assert finding.message == "Blocks every write to users while all rows of users are checked."


@pytest.mark.parametrize(
    "up",
    [
        "CREATE TABLE t (a bigint REFERENCES users);",
        "CREATE TABLE t (a bigint); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES users;",
        "ALTER TABLE orders ADD COLUMN seller bigint REFERENCES users;",
        "ALTER TABLE orders ADD FOREIGN KEY (buyer) REFERENCES users NOT VALID;",
    ],
)
def test_a_foreign_key_that_reads_no_row_in_use_is_fine(up):
    assert goose("LK111", ORDERS, up) == []


# --- LK112, LK120 --------------------------------------------------------------------------------------------


def test_the_parts_of_a_unique_constraint_go_into_its_index():
    parts = "UNIQUE NULLS NOT DISTINCT (email) INCLUDE (age) DEFERRABLE INITIALLY DEFERRED"
    up = f"ALTER TABLE users ADD CONSTRAINT k {parts};"
    (finding,) = goose("LK112", USERS, up)
    assert "CREATE UNIQUE INDEX CONCURRENTLY k ON users (email) INCLUDE (age) NULLS NOT DISTINCT;" in finding.remedy
    assert "ADD CONSTRAINT k UNIQUE USING INDEX k DEFERRABLE INITIALLY DEFERRED;" in finding.remedy


def test_a_partitioned_table_gets_its_key_partition_by_partition():
    (finding,) = goose("LK112", EVENTS, "ALTER TABLE events ADD CONSTRAINT k UNIQUE (at, actor);")
    assert finding.remedy.splitlines()[1:] == [
        "-- first migration:",
        "ALTER TABLE ONLY events ADD CONSTRAINT k UNIQUE (at, actor);",
        "-- second migration, NO TRANSACTION:",
        "CREATE UNIQUE INDEX CONCURRENTLY events_2026_k ON events_2026 (at, actor);",
        "-- third migration:",
        "ALTER TABLE events_2026 ADD CONSTRAINT events_2026_k UNIQUE USING INDEX events_2026_k;",
        "ALTER INDEX k ATTACH PARTITION events_2026_k;",
    ]


def test_the_first_of_these_steps_is_fine():
    assert goose("LK112", EVENTS, "ALTER TABLE ONLY events ADD CONSTRAINT k UNIQUE (at, actor);") == []


def test_a_key_that_replaces_one_has_its_name():
    (finding,) = goose("LK120", USERS, "ALTER TABLE users DROP CONSTRAINT users_pkey, ADD PRIMARY KEY (id);")
    assert "the index of users_pkey builds" in finding.message


def test_columns_of_a_key_that_may_be_null_come_first():
    (finding,) = goose("LK120", "CREATE TABLE t (a int);", "ALTER TABLE t ADD PRIMARY KEY (a);")
    assert "a is checked for NULL" in finding.message
    assert finding.remedy.startswith("Make a NOT NULL first")


# --- LK114 ---------------------------------------------------------------------------------------------------

NOT_YET = "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;"


@pytest.mark.parametrize(
    "before",
    [
        "CREATE TABLE t (a int NOT NULL);",
        "CREATE TABLE t (a int PRIMARY KEY);",
        "CREATE TABLE t (a int); ALTER TABLE t ADD CHECK (a IS NOT NULL);",
        f"{NOT_YET} ALTER TABLE t VALIDATE CONSTRAINT c;",
    ],
)
def test_a_column_that_is_known_to_hold_no_null_is_not_searched(before):
    assert goose("LK114", before, "ALTER TABLE t ALTER COLUMN a SET NOT NULL;") == []


@pytest.mark.parametrize(
    ("version", "remedy"), [(15, "CHECK (email IS NOT NULL) NOT VALID"), (18, "NOT NULL email NOT VALID")]
)
def test_the_remedy_fits_the_version(version, remedy):
    up = "ALTER TABLE users ALTER COLUMN email SET NOT NULL;"
    (finding,) = goose("LK114", USERS, up, settings=f"postgres: {version}")
    assert f"ADD CONSTRAINT users_email_not_null {remedy};" in finding.remedy


# --- LK117 ---------------------------------------------------------------------------------------------------

CHECKED = f"{USERS} ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;"
VALIDATE = "ALTER TABLE users VALIDATE CONSTRAINT c;"


@pytest.mark.parametrize(
    ("before", "up", "found"),
    [
        (CHECKED, VALIDATE, []),
        (CHECKED, f"ALTER TABLE users ADD COLUMN b int;\n{VALIDATE}", ["users"]),
        (CHECKED, f"{VALIDATE}\nALTER TABLE users ADD COLUMN b int;", []),
        (CHECKED, f"ALTER TABLE orders ADD COLUMN b int;\n{VALIDATE}", []),
        (CHECKED, f"CREATE INDEX CONCURRENTLY i ON users (age);\n{VALIDATE}", []),
        (USERS, "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID, VALIDATE CONSTRAINT c;", ["users"]),
    ],
)
def test_a_validation_is_found_where_its_transaction_holds_a_strong_lock(before, up, found):
    assert objects(goose("LK117", before, up)) == found


def test_outside_a_transaction_nothing_is_held():
    assert outside("LK117", USERS, f"ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;\n{VALIDATE}") == []


def test_a_transaction_of_the_file_s_own_holds_it():
    up = f"BEGIN;\nALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;\n{VALIDATE}\nCOMMIT;"
    assert objects(outside("LK117", USERS, up)) == ["users"]


def test_after_a_commit_nothing_is_held():
    up = f"BEGIN;\nALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;\nCOMMIT;\n{VALIDATE}"
    assert outside("LK117", USERS, up) == []


# --- LK115, LK116, LK119 -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up", "said"),
    [
        ("ALTER TABLE users ALTER COLUMN age TYPE bigint;", "written anew."),
        (
            "ALTER TABLE older ALTER COLUMN a TYPE text;",
            "unless a, whose type is not known here, is stored as text is.",
        ),
        ("CREATE TYPE e AS ENUM ('a'); ALTER TABLE users ALTER COLUMN plan TYPE e USING plan::e;", "written anew."),
    ],
)
def test_a_change_of_type_says_what_it_depends_on(up, said):
    (finding,) = goose("LK115", USERS, up)
    assert finding.message.endswith(said)


@pytest.mark.parametrize(
    "up",
    [
        "ALTER TABLE users ALTER COLUMN plan TYPE text;",
        "ALTER TABLE users ALTER COLUMN plan TYPE varchar(10);",
        "ALTER TABLE users ALTER COLUMN email TYPE varchar USING email;",
        "CREATE TABLE t (a int); ALTER TABLE t ALTER COLUMN a TYPE bigint;",
    ],
)
def test_a_change_of_type_that_writes_nothing_is_fine(up):
    assert goose("LK115", USERS, up) == []


def test_a_type_that_the_column_has_already_checks_nothing():
    before = "CREATE TABLE t (a varchar(10) CHECK (a <> ''));"
    assert goose("LK119", before, "ALTER TABLE t ALTER COLUMN a TYPE varchar(10);") == []


@pytest.mark.parametrize(
    "up",
    [
        "ALTER TABLE users ADD COLUMN IF NOT EXISTS id bigserial;",
        "ALTER TABLE users ADD COLUMN a timestamptz DEFAULT now();",
        "CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN b serial;",
    ],
)
def test_an_added_column_that_writes_nothing_is_fine(up):
    assert goose("LK116", USERS, up) == []


# --- LK118 ---------------------------------------------------------------------------------------------------


def test_a_constraint_of_this_change_may_be_validated_later():
    assert goose("LK118", USERS, "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;") == []


def test_a_constraint_that_is_gone_is_not_asked_for():
    assert goose("LK118", CHECKED, "ALTER TABLE users DROP CONSTRAINT c;") == []


def test_a_constraint_of_a_table_that_nobody_works_on_is_not_asked_for():
    assert goose("LK118", CHECKED, "CREATE TABLE t (a int);") == []
    assert objects(goose("LK118", CHECKED, "ALTER TABLE users ADD COLUMN b int;")) == ["users.c"]


# --- CO110, CO111 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "up",
    [
        "ALTER TABLE users ADD COLUMN a int NOT NULL DEFAULT 0;",
        "ALTER TABLE users ADD COLUMN a bigserial NOT NULL;",
        "ALTER TABLE users ADD COLUMN a int NOT NULL GENERATED ALWAYS AS IDENTITY;",
        "CREATE DOMAIN d AS int DEFAULT 0; ALTER TABLE users ADD COLUMN a d NOT NULL;",
        "ALTER TABLE users ADD COLUMN IF NOT EXISTS email text NOT NULL;",
        "CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN b int NOT NULL;",
    ],
)
def test_a_column_that_fills_itself_is_fine(up):
    assert goose("CO110", USERS, up) == []


ADDED = "ALTER TABLE users ADD COLUMN a int;\nUPDATE users SET a = 0;\nALTER TABLE users ALTER COLUMN a SET NOT NULL;"


@pytest.mark.parametrize(
    ("up", "found"),
    [
        (ADDED, ["users.a"]),
        (f"{ADDED}\nALTER TABLE users ALTER COLUMN a SET DEFAULT 0;", []),
        (f"{ADDED}\nALTER TABLE users ALTER COLUMN a DROP NOT NULL;", []),
        (f"{ADDED}\nCREATE TRIGGER fill BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION f();", []),
        ("ALTER TABLE users ALTER COLUMN email SET NOT NULL;", []),
        (
            "ALTER TABLE users ADD COLUMN a int NOT NULL DEFAULT 0; ALTER TABLE users ALTER COLUMN a DROP DEFAULT;",
            ["users.a"],
        ),
    ],
)
def test_a_column_of_this_change_is_required_too_early(up, found):
    assert objects(goose("CO111", USERS, up)) == found


def test_a_file_of_the_same_change_counts():
    here = {
        f"{GOOSE}/00002_b.sql": "-- +goose Up\nALTER TABLE users ADD COLUMN a int;\n",
        f"{GOOSE}/00003_c.sql": "-- +goose Up\nALTER TABLE users ALTER COLUMN a SET NOT NULL;\n",
    }
    assert objects(judged(here, {f"{GOOSE}/00001_a.sql": f"-- +goose Up\n{USERS}\n"}, "CO111")) == ["users.a"]


# --- SC101, SC102, SC103 -------------------------------------------------------------------------------------

VIEW = f"{USERS}\nCREATE VIEW v AS SELECT u.id, u.plan FROM users u;"
WITHOUT = "CREATE OR REPLACE VIEW v AS SELECT id, 'x'::varchar(10) AS plan FROM users;"
RENAMED = f"{VIEW} ALTER TABLE users RENAME COLUMN plan TO tier;"
GENERATED = "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a) STORED);"
REFERRED = f"{ORDERS} ALTER TABLE orders ADD FOREIGN KEY (buyer) REFERENCES users;"


@pytest.mark.parametrize(
    ("before", "up", "found"),
    [
        (VIEW, "ALTER TABLE users DROP COLUMN plan;", ["users.plan"]),
        (VIEW, "ALTER TABLE users DROP COLUMN email;", []),
        (VIEW, "DROP VIEW v; ALTER TABLE users DROP COLUMN plan;", []),
        (VIEW, f"{WITHOUT} ALTER TABLE users DROP COLUMN plan;", []),
        (RENAMED, "ALTER TABLE users ALTER COLUMN tier TYPE text;", ["users.tier"]),
        (GENERATED, "ALTER TABLE t DROP COLUMN g, DROP COLUMN a;", []),
        (GENERATED, "ALTER TABLE t DROP COLUMN a, DROP COLUMN g;", ["t.a"]),
        (REFERRED, "ALTER TABLE users DROP COLUMN id;", ["users.id"]),
        (REFERRED, "ALTER TABLE users ALTER COLUMN id TYPE int;", []),
    ],
)
def test_a_column_is_kept_by_what_is_made_of_it(before, up, found):
    assert objects(goose("SC101", before, up)) == found


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("CREATE TABLE t (a bigserial PRIMARY KEY, b int REFERENCES t);", ["t.b"]),
        ("CREATE TABLE t (a serial PRIMARY KEY, b bigint REFERENCES t);", []),
        ("CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES unknown);", []),
        ("CREATE TABLE t (a varchar(10) PRIMARY KEY, b text REFERENCES t);", []),
        ("ALTER TABLE users ADD COLUMN a int, ADD FOREIGN KEY (a) REFERENCES users (id);", ["users.a"]),
        ("CREATE DOMAIN d AS bigint; CREATE TABLE t (a d REFERENCES users);", []),
    ],
)
def test_types_of_a_foreign_key_are_compared_where_both_are_known(up, found):
    assert objects(goose("SC102", USERS, up)) == found


LONG = "a_name_that_has_more_letters_than_the_server_will_ever_want_to_remember"


def test_a_long_name_that_is_taken_is_told_as_what_happens():
    before = f"{USERS} CREATE INDEX {LONG[:63]} ON users (email);"
    (fails,) = flyway("SC103", before, f"CREATE INDEX {LONG} ON users (age);")
    (does_nothing,) = flyway("SC103", before, f"CREATE INDEX IF NOT EXISTS {LONG} ON users (age);")
    assert fails.message.endswith("so that the statement fails.")
    assert does_nothing.message.endswith("so that the statement does nothing.")


@pytest.mark.parametrize(
    ("up", "count"),
    [
        (f"CREATE TABLE {LONG[:63]} (a int);", 0),
        (f"DROP INDEX IF EXISTS {LONG};", 0),
        (f"CREATE TABLE {'ü' * 32} (a int);", 1),
        (f'ALTER TABLE users RENAME TO "{LONG.upper()}";', 1),
        (f"-- {LONG}\nCREATE TABLE t (a text DEFAULT '{LONG}');", 0),
    ],
)
def test_bytes_of_names_that_are_given_are_counted(up, count):
    assert len(flyway("SC103", USERS, up)) == count


def test_the_place_is_the_name():
    (finding,) = judged({f"{FLYWAY}/V1__a.sql": f"CREATE TABLE t (\n  {LONG} int\n);"}, {}, "SC103")
    assert finding.place.text == LONG
