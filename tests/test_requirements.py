"""New requirements on what released code writes: when they are pointed out, and that the server does what is said."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from avion_lint.sql.actions import Type
from avion_lint.sql.statements import read
from avion_rules.compatibility._conditions import Condition, conditions, implied, plain
from avion_rules.compatibility._narrowing import loss
from avion_rules.compatibility.trigger_refuses import raises
from tests.rules_helper import GOOSE, goose, judged, objects

USERS = """CREATE TABLE users (
    id bigint PRIMARY KEY, email text, name varchar(255), n bigint, price numeric(12,4), at timestamptz, team bigint,
    state text DEFAULT 'new' CONSTRAINT users_state CHECK (state IN ('new', 'old', 'gone')), filled text, kept text
);
UPDATE users SET filled = '' WHERE filled IS NULL;
CREATE UNIQUE INDEX users_team_key ON users (team) WHERE n IS NULL;"""


# --- CO117 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (n > 0);", ["users.c"]),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (n > 0) NOT VALID;", ["users.c"]),
        ("ALTER TABLE users ADD CHECK (n > 0) NOT VALID;", ["users.n"]),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (length(name) <= 255) NOT VALID;", []),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (char_length(name) < 50) NOT VALID;", ["users.c"]),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (id IS NOT NULL) NOT VALID;", []),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (state IN ('new', 'old', 'gone', 'x'));", []),
        (
            "ALTER TABLE users DROP CONSTRAINT users_state, ADD CONSTRAINT c CHECK (state IN ('new', 'old', 'gone'));",
            [],
        ),
        ("ALTER TABLE users ADD COLUMN k int CHECK (k > 0);", []),
        ("ALTER TABLE users ADD COLUMN k int; ALTER TABLE users ADD CONSTRAINT c CHECK (k > 0) NOT VALID;", []),
        ("ALTER TABLE users ADD COLUMN k int; ALTER TABLE users ADD CONSTRAINT c CHECK (k > n);", ["users.c"]),
        ("CREATE TABLE fresh (n int); ALTER TABLE fresh ADD CHECK (n > 0);", []),
        ("ALTER TABLE older ADD CONSTRAINT c CHECK (n > 0);", ["older.c"]),
    ],
)
def test_a_check_that_released_rows_may_break(up, found):
    assert objects(goose("CO117", USERS, up)) == found


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("CREATE UNIQUE INDEX CONCURRENTLY u ON users (email);", ["users.u"]),
        ("CREATE UNIQUE INDEX ON users (lower(email));", ["users.lower(email)"]),
        ("CREATE UNIQUE INDEX u ON users (email, id);", []),
        ("CREATE INDEX u ON users (email);", []),
        ("CREATE UNIQUE INDEX u ON users (team) WHERE n IS NULL AND id > 5;", []),
        ("CREATE UNIQUE INDEX u ON users (team) WHERE id > 5;", ["users.u"]),
        ("CREATE UNIQUE INDEX u ON users (team, email) WHERE n IS NULL;", []),
        ("CREATE UNIQUE INDEX u ON users (team);", ["users.u"]),
        ("DROP INDEX users_team_key; CREATE UNIQUE INDEX users_team_key ON users (team) WHERE n IS NULL;", []),
        ("CREATE UNIQUE INDEX IF NOT EXISTS users_team_key ON users (email);", []),
        ("ALTER TABLE users ADD COLUMN k text UNIQUE;", []),
        ("ALTER TABLE users ADD COLUMN k text; CREATE UNIQUE INDEX u ON users (k, email);", []),
        ("ALTER TABLE users ADD COLUMN k text DEFAULT 'x'; CREATE UNIQUE INDEX u ON users (k, email);", ["users.u"]),
        ("ALTER TABLE users ADD COLUMN k uuid DEFAULT gen_random_uuid() UNIQUE;", []),
        ("ALTER TABLE users ADD COLUMN k bigserial UNIQUE;", []),
        ("ALTER TABLE users ADD CONSTRAINT k UNIQUE (email);", ["users.k"]),
        ("CREATE UNIQUE INDEX u ON users (id, email); ALTER TABLE users ADD CONSTRAINT k UNIQUE USING INDEX u;", []),
        ("CREATE TABLE fresh (n int UNIQUE); CREATE UNIQUE INDEX u ON fresh (n);", []),
        ("ALTER TABLE users ADD CONSTRAINT apart EXCLUDE USING gist (team WITH =);", ["users.apart"]),
    ],
)
def test_a_key_that_released_rows_may_repeat(up, found):
    assert objects(goose("CO117", USERS, up)) == found


@pytest.mark.parametrize(
    ("known", "up", "found"),
    [
        ("upper(email)", "(email)", []),
        ("lower(email), team", "(team, email)", []),
        ("lower((email)::text)", "(email)", []),
        ("btrim(email)", "(email, team)", []),
        ("lower(btrim(email))", "(email)", []),
        ("lower(email), team", "(email)", ["users.u"]),
        ("nullif(email, '')", "(email)", ["users.u"]),
        ("email", "(lower(email))", ["users.u"]),
        ("lower(name)", "(email)", ["users.u"]),
    ],
)
def test_a_key_whose_form_was_unique_before_cannot_repeat(known, up, found):
    before = f"{USERS} CREATE UNIQUE INDEX known ON users ({known});"

    assert objects(goose("CO117", before, f"CREATE UNIQUE INDEX u ON users {up};")) == found


RECIPE = """ALTER TABLE users ADD CONSTRAINT c CHECK (email IS NOT NULL) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT c;
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT c;"""


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("ALTER TABLE users ALTER COLUMN email SET NOT NULL;", ["users.email"]),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (email IS NOT NULL) NOT VALID;", ["users.email"]),
        ("ALTER TABLE users ADD CONSTRAINT c NOT NULL email NOT VALID;", ["users.email"]),
        ("ALTER TABLE users ALTER COLUMN filled SET NOT NULL;", []),
        ("ALTER TABLE users ALTER COLUMN state SET NOT NULL;", []),
        ("ALTER TABLE users ALTER COLUMN id SET NOT NULL;", []),
        ("ALTER TABLE users ALTER COLUMN email SET DEFAULT '', ALTER COLUMN email SET NOT NULL;", []),
        (RECIPE, ["users.email"]),
        ("UPDATE users SET kept = '' WHERE kept IS NULL; ALTER TABLE users ALTER kept SET NOT NULL;", ["users.kept"]),
        ("ALTER TABLE older ALTER COLUMN email SET NOT NULL;", ["older.email"]),
    ],
)
def test_a_column_that_released_rows_may_leave_null(up, found):
    assert objects(goose("CO117", USERS, up)) == found


def test_what_the_same_change_adds_is_told_once_by_the_rule_for_it():
    up = "ALTER TABLE users ADD COLUMN k text; ALTER TABLE users ALTER COLUMN k SET NOT NULL;"
    assert (len(goose("CO111", USERS, up)), goose("CO117", USERS, up)) == (1, [])


def test_the_step_after_a_released_check_is_no_new_requirement():
    sections = "-- +goose Up\n{}\n-- +goose Down\nSELECT 1;\n"
    check = "ALTER TABLE users ADD CONSTRAINT c CHECK (email IS NOT NULL) NOT VALID;"
    before = {f"{GOOSE}/00001_a.sql": sections.format(USERS), f"{GOOSE}/00002_b.sql": sections.format(check)}
    here = {f"{GOOSE}/00003_c.sql": sections.format("ALTER TABLE users ALTER COLUMN email SET NOT NULL;")}
    assert judged(here, before, "CO117") == []


def test_a_backfill_in_batches_is_a_step_as_well():
    batches = (
        "-- +goose StatementBegin\nDO $$ BEGIN LOOP\n"
        "UPDATE users SET email = '' WHERE id IN (SELECT id FROM users WHERE email IS NULL LIMIT 1000);\n"
        "EXIT WHEN NOT FOUND;\nEND LOOP; END $$;\n-- +goose StatementEnd"
    )
    assert goose("CO117", f"{USERS}\n{batches}", "ALTER TABLE users ALTER COLUMN email SET NOT NULL;") == []


def test_that_new_rows_are_not_spared_is_said_where_old_ones_are():
    (spared,) = goose("CO117", USERS, "ALTER TABLE users ADD CONSTRAINT c CHECK (n > 0) NOT VALID;")
    (all_rows,) = goose("CO117", USERS, "ALTER TABLE users ADD CONSTRAINT c CHECK (n > 0);")
    assert "NOT VALID spares only the rows that are there already" in spared.message
    assert "NOT VALID" not in all_rows.message


# --- CO118 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("ALTER TABLE users ALTER COLUMN name TYPE varchar(50);", ["users.name"]),
        ("ALTER TABLE users ALTER COLUMN name TYPE varchar(500);", []),
        ("ALTER TABLE users ALTER COLUMN name TYPE text;", []),
        ("ALTER TABLE users ALTER COLUMN email TYPE varchar(50);", ["users.email"]),
        ("ALTER TABLE users ALTER COLUMN email TYPE varchar;", []),
        ("ALTER TABLE users ALTER COLUMN never_made TYPE int;", []),
        ("ALTER TABLE users ADD COLUMN k text; ALTER TABLE users ALTER COLUMN k TYPE varchar(9);", []),
        ("CREATE TABLE fresh (k text); ALTER TABLE fresh ALTER COLUMN k TYPE varchar(9);", []),
    ],
)
def test_which_types_take_less(up, found):
    assert objects(goose("CO118", USERS, up)) == found


def test_a_length_that_a_released_check_limits_already_is_no_narrower():
    before = "CREATE TABLE users (name text, CONSTRAINT c CHECK (length(name) <= 40));"
    assert goose("CO118", before, "ALTER TABLE users ALTER COLUMN name TYPE varchar(50);") == []
    assert len(goose("CO118", before, "ALTER TABLE users ALTER COLUMN name TYPE varchar(30);")) == 1


@pytest.fixture
def server(postgres: str) -> Iterator[psycopg.Connection]:
    """A session, outside any transaction, in a database of its own."""
    name = f"requirement_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with psycopg.connect(make_conninfo(postgres, dbname=name), autocommit=True) as connection:
                yield connection
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


# For each type values that it takes; the last are those that narrower types may not take.
VALUES = {
    "smallint": ("1", "32767", "-32768"),
    "integer": ("1", "2147483647", "-2147483648"),
    "bigint": ("1", "9223372036854775807", "-9223372036854775808"),
    "numeric": ("1", "1e40", "0.123456789012345678901"),
    "numeric(12,4)": ("1", "99999999.9999", "0.0001"),
    "numeric(12,2)": ("1", "9999999999.99", "1.25"),
    "numeric(8,4)": ("1", "9999.9999", "1.2345"),
    "numeric(5,0)": ("1", "99999"),
    "real": ("1", "1e30", "0.5"),
    "double precision": ("1", "1e300", "0.123456789012345"),
    "text": ("''", "'aaaaaaaaaaaaaaaaaaaa'"),
    "varchar": ("''", "'aaaaaaaaaaaaaaaaaaaa'"),
    "varchar(5)": ("''", "'aaaaa'"),
    "varchar(10)": ("''", "'aaaaaaaaaa'"),
    "char(7)": ("''", "'aaaaaaa'"),
    "timestamp": ("'2026-01-01 12:00:00.123456'",),
    "timestamp(3)": ("'2026-01-01 12:00:00.123'",),
    "timestamptz": ("'2026-01-01 12:00:00.123456+00'",),
    "timestamptz(0)": ("'2026-01-01 12:00:00+00'",),
    "date": ("'2026-01-01'",),
    "uuid": ("'00000000-0000-0000-0000-000000000001'",),
    "jsonb": ("'{}'",),
    "boolean": ("true",),
}
NUMBERS = tuple(VALUES)[:10]
STRINGS = ("text", "varchar", "varchar(5)", "varchar(10)", "char(7)")
CLOCKS = ("timestamp", "timestamp(3)", "timestamptz", "timestamptz(0)", "date")
PAIRS = [
    *((old, new) for old in NUMBERS for new in NUMBERS if old != new),
    *((old, new) for old in STRINGS for new in STRINGS if old != new),
    *((old, new) for old in CLOCKS[:4] for new in CLOCKS if old != new),
    *((old, new) for old in STRINGS[:2] for new in ("integer", "date", "timestamptz", "uuid", "jsonb", "boolean")),
]


def _type(written: str) -> Type:
    (statement,) = read(f"ALTER TABLE t ALTER COLUMN c TYPE {written};").statements
    (action,) = statement.actions
    return action.type  # type: ignore[attr-defined]


def _compared(old: str, new: str) -> str:
    """A type in which values of both can be compared exactly."""
    if {old, new} <= {"real", "double precision"}:
        return "double precision"
    if old in NUMBERS:
        return "numeric"
    return "timestamptz" if old in CLOCKS else "text"


def _becomes(server: psycopg.Connection, value: str, old: str, new: str) -> str:
    """\"\" where a column of the new type keeps a value of the old one; the SQLSTATE, or `changed`."""
    both = _compared(old, new)
    kept = f"rtrim((c::{both})::text) = rtrim((({value})::{old}::{both})::text)"
    if both != "text":
        kept = f"c::{both} = ({value})::{old}::{both}"
    given = f"({value})::{old}" if old in NUMBERS else value
    try:
        row = server.execute(f"INSERT INTO pg_temp.narrow VALUES ({given}) RETURNING {kept}".encode()).fetchone()
    except psycopg.Error as error:
        return error.sqlstate or "?"
    return "" if row and row[0] else "changed"


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_what_a_narrower_type_does_is_what_the_server_does(old, new, server):
    server.execute(f"CREATE TEMPORARY TABLE narrow (c {new})".encode())
    done = {_becomes(server, value, old, new) for value in VALUES[old]} - {""}
    told = loss(_type(old), _type(new))
    states = done - {"changed"}
    if not done:
        assert told is None
    elif states:
        assert told is not None
        assert states <= set(told.state.replace(",", " ").split())
    else:
        assert told is not None
        assert not told.state or "digit" in told.what


# --- CO119, CO120 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (state IN ('new', 'old')) NOT VALID;", ["users.state"]),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (state = ANY (ARRAY['new','old'])) NOT VALID;", ["users.state"]),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (state = 'new' OR state = 'old');", ["users.state"]),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (state IN ('new', 'old', 'gone', 'x')) NOT VALID;", []),
        ("ALTER TABLE users ADD COLUMN k int DEFAULT 0 CHECK (k > 0);", ["users.k"]),
        ("ALTER TABLE users ADD COLUMN k int DEFAULT 0 CHECK (k >= 0);", []),
        ("ALTER TABLE users ADD COLUMN k text NOT NULL DEFAULT '' UNIQUE;", ["users.k"]),
        ("ALTER TABLE users ADD COLUMN k text DEFAULT NULL UNIQUE;", []),
        ("ALTER TABLE users ADD COLUMN k text UNIQUE;", []),
        ("ALTER TABLE users ADD COLUMN k text DEFAULT ''; CREATE UNIQUE INDEX u ON users (k) WHERE k <> '';", []),
        ("ALTER TABLE users ADD COLUMN k text; CREATE UNIQUE INDEX u ON users (k) NULLS NOT DISTINCT;", ["users.k"]),
        ("CREATE TABLE fresh (k text DEFAULT '' UNIQUE);", []),
    ],
)
def test_what_running_releases_are_known_to_write(up, found):
    assert objects(goose("CO119", USERS, up)) == found
    assert found == [] or goose("CO117", USERS, up) == []


@pytest.mark.parametrize(
    ("body", "is_error"),
    [
        ("RAISE EXCEPTION 'no';", True),
        ("raise 'no';", True),
        ("RAISE unique_violation;", True),
        ("RAISE;", True),
        ("ASSERT NEW.a > 0;", True),
        ("RAISE NOTICE 'raise exception';", False),
        ("RAISE WARNING 'x'; -- RAISE EXCEPTION later", False),
        ("NEW.raised := true;", False),
    ],
)
def test_which_bodies_refuse_rows(body, is_error):
    assert raises(f"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;") is is_error


# --- what a CHECK says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("n > 0", (Condition("n", low=Decimal(0), above=True),)),
        ("n BETWEEN 0 AND 10", (Condition("n", low=Decimal(0), high=Decimal(10)),)),
        ("(n BETWEEN 0 AND 10) AND (s IN ('a', 'b'))", None),
        ("s IN ('it''s', 'b')", (Condition("s", frozenset({"'it''s'", "'b'"})),)),
        ("s IN ('a AND b', 'b')", (Condition("s", frozenset({"'a AND b'", "'b'"})),)),
        ("char_length(s) <= 5", (Condition("length(s)", high=Decimal(5)),)),
        ("n IS NOT NULL", (Condition("n", not_null=True),)),
        ("s ~ '^a'", None),
        ("n > m", None),
        ("(s = 'a') OR (t = 'b')", None),
        ("", None),
    ],
)
def test_conditions_are_read_from_their_sql(text, told):
    found = conditions(text)
    if text.startswith("(n BETWEEN"):
        assert found is not None
        assert [each.about for each in found] == ["n", "s"]
    else:
        assert found == told


@pytest.mark.parametrize(
    ("new", "known", "follows"),
    [
        ("n > 0", "n > 1", True),
        ("n > 0", "n >= 0", False),
        ("n >= 0", "n > 0", True),
        ("n >= 0", "n BETWEEN 1 AND 5", True),
        ("n < 5", "n BETWEEN 1 AND 5", False),
        ("n <= 5", "n IN (1, 2, 5)", True),
        ("n < 5", "n IN (1, 2, 5)", False),
        ("s IN ('a', 'b')", "s = 'a'", True),
        ("s IN ('a')", "s IN ('a', 'b')", False),
        ("s IN ('a')", "length(s) <= 1", False),
        ("length(s) <= 2", "s IN ('a', 'bb')", False),
    ],
)
def test_what_follows_from_what(new, known, follows):
    assert implied(conditions(new) or (), conditions(known) or ()) is follows


@pytest.mark.parametrize(
    ("default", "value"), [("'a'::text", "'a'"), ("0", "0"), ("-1.5", "-1.5"), ("now()", ""), ("lower('A')", "")]
)
def test_a_constant_without_its_cast(default, value):
    assert plain(default) == value


# --- the queries -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "up"),
    [
        ("CO117", "ALTER TABLE users ADD CONSTRAINT c CHECK (n > 0) NOT VALID;"),
        ("CO117", "CREATE UNIQUE INDEX u ON users (email DESC, name text_pattern_ops);"),
        ("CO117", "CREATE UNIQUE INDEX u ON users (lower(email), (n + 1)) WHERE state <> 'gone';"),
        ("CO117", "ALTER TABLE users ADD CONSTRAINT u UNIQUE (email, name);"),
        ("CO117", "ALTER TABLE users ALTER COLUMN email SET NOT NULL;"),
        ("CO118", "ALTER TABLE users ALTER COLUMN name TYPE varchar(5);"),
        ("CO118", "ALTER TABLE users ALTER COLUMN n TYPE integer;"),
        ("CO118", "ALTER TABLE users ALTER COLUMN price TYPE numeric(12,2);"),
        ("CO118", "ALTER TABLE users ALTER COLUMN price TYPE numeric(6,4);"),
        ("CO118", "ALTER TABLE users ALTER COLUMN at TYPE date;"),
        ("CO119", "ALTER TABLE users ADD CONSTRAINT c CHECK (state IN ('new')) NOT VALID;"),
    ],
)
def test_the_query_of_a_remedy_finds_what_would_be_refused(rule, up, server):
    row = "'{}', repeat('x', 9), 3000000000, 1234567.8912, now(), {}, 'gone'"
    server.execute(f"{USERS} ALTER TABLE users ALTER id ADD GENERATED ALWAYS AS IDENTITY;".encode())
    server.execute("INSERT INTO users (email, name, n, price, at, state) VALUES (NULL, 'y', 0, 1, now(), 'new');")
    for team in (1, 2):
        values = row.format("e", team)
        server.execute(f"INSERT INTO users (email, name, n, price, at, team, state) VALUES ({values});".encode())
    server.execute("UPDATE users SET state = 'old' WHERE team = 2;")
    (finding,) = goose(rule, USERS, up)
    _, _, query = finding.remedy.rpartition("\n")
    found = server.execute(query.encode()).fetchall()
    if "lower" in up:  # two that are alike, of which the condition of the index leaves one out
        assert found == []
    else:
        assert found[-1][-1] >= 1
