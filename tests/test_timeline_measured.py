"""What a timeline says is held behind each statement is what pg_locks shows there, on real servers."""

import uuid
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from avion_lint.sql.effects import Lock
from avion_lint.timeline.build import timeline
from avion_lint.timeline.conflicts import conflict
from avion_lint.timeline.model import Holder
from tests import postgres_servers
from tests.measure import _lock
from tests.timeline_helper import last_migration

BEFORE = """\
CREATE TABLE users (id bigserial PRIMARY KEY, email varchar(50), age int, name text);
CREATE INDEX users_email ON users (email);
INSERT INTO users (id) VALUES (1);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id), note text);
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint, CONSTRAINT items_order CHECK (order_id > 0) NOT VALID);
CREATE VIEW mails AS SELECT id, email FROM users;
CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE lone (id bigint, at date NOT NULL);
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM orders;
"""

CASES = {
    "one lock after the other": """\
SET LOCAL lock_timeout = '2s';
ALTER TABLE users ADD COLUMN a int;
CREATE INDEX orders_user ON orders (user_id);
UPDATE items SET order_id = 1 WHERE id = 2;
ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;
COMMENT ON TABLE items IS 'things';
""",
    "a lock that grows": """\
SELECT id FROM lone;
INSERT INTO lone VALUES (1, now());
CREATE INDEX lone_at ON lone (at);
ALTER TABLE lone ADD COLUMN b int;
UPDATE lone SET b = 1 WHERE id = 1;
""",
    "renamed and moved on the way": """\
ALTER TABLE items RENAME TO things;
ALTER TABLE things ADD COLUMN c int;
CREATE SCHEMA shop;
ALTER TABLE things SET SCHEMA shop;
ALTER TABLE shop.things VALIDATE CONSTRAINT items_order;
CREATE INDEX ON shop.things (order_id);
""",
    "new tables that refer to old ones": """\
CREATE TABLE notes (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));
CREATE INDEX notes_user ON notes (user_id);
INSERT INTO notes VALUES (1, 1);
CREATE TABLE copies (LIKE orders);
DROP TABLE copies;
""",
    "partitions": """\
CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE events DETACH PARTITION events_1;
ALTER TABLE events ATTACH PARTITION lone FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
CREATE INDEX events_at ON events (at);
""",
    "savepoints": """\
LOCK TABLE items IN SHARE MODE;
SAVEPOINT one;
ALTER TABLE users ADD COLUMN d int;
SAVEPOINT two;
DROP INDEX users_email;
ROLLBACK TO SAVEPOINT one;
INSERT INTO lone VALUES (2, now());
RELEASE SAVEPOINT one;
""",
    "dropped": """\
DROP VIEW mails;
DROP TABLE orders CASCADE;
TRUNCATE lone;
DROP TABLE events;
""",
    "a foreign key, a trigger, a refresh": """\
ALTER TABLE items ADD CONSTRAINT items_order_fk FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON lone FOR EACH ROW EXECUTE FUNCTION touch();
REFRESH MATERIALIZED VIEW totals;
ALTER TABLE items VALIDATE CONSTRAINT items_order_fk;
""",
    "a block": """\
-- +goose StatementBegin
DO $$
BEGIN
    ALTER TABLE users ADD COLUMN e int;
    LOCK TABLE lone IN EXCLUSIVE MODE;
END
$$;
-- +goose StatementEnd
DELETE FROM lone WHERE id = 3;
""",
}
OUTSIDE = {
    "each statement by itself": """\
SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY users_age ON users (age);
ALTER TABLE users ADD COLUMN a int;
ALTER TABLE items VALIDATE CONSTRAINT items_order;
""",
    "a transaction of the file": """\
ALTER TABLE lone ADD COLUMN x int;
BEGIN;
LOCK TABLE users IN SHARE MODE;
ALTER TABLE items ADD COLUMN y int;
COMMIT;
ALTER TABLE orders ADD COLUMN z int;
""",
}

_RELATIONS = """
SELECT c.oid, CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END || c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind <> 'c' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""
_HELD = "SELECT relation, mode FROM pg_locks WHERE locktype = 'relation' AND pid = %s"


@contextmanager
def database(server):
    name = f"timeline_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            with psycopg.connect(make_conninfo(server, dbname=name), autocommit=True) as connection:
                yield connection
        finally:
            admin.execute(f"DROP DATABASE {name}")


def seen(connection, before):
    """The strongest lock on each relation that was there before the transaction, by its name then."""
    found = {}
    for oid, mode in connection.execute(_HELD, (connection.info.backend_pid,)).fetchall():
        if oid in before:
            locks = (_lock(mode), found.get(before[oid]))
            found[before[oid]] = max((lock for lock in locks if lock), key=lambda lock: lock.strength)
    return found


def told(made, step):
    """What the timeline says is held when the statement is done."""
    stretch = made.stretches[step.stretch]
    ended = step.control and step.number == stretch.last and stretch.holder is Holder.FILE
    if stretch.holder is Holder.STATEMENT or ended:
        return {}
    lanes = (lane for lane in made.lanes if not lane.fresh)
    return {str(lane.name): held.lock for lane in lanes if (held := lane.at(step.number))}


def compared(server, version, up, head=""):
    """Statement by statement: what is told and what the server shows."""
    down = "\n-- +goose Down\nSELECT 1;\n"
    migration = last_migration(f"-- +goose Up\n{BEFORE}{down}", f"{head}-- +goose Up\n{up}{down}", postgres=version)
    made = timeline(migration)
    assert not made.gaps
    pairs = []
    with database(server) as connection:
        connection.execute(BEFORE.encode())
        for step in made.steps:
            stretch = made.stretches[step.stretch]
            if step.number == stretch.first:
                before = dict(connection.execute(_RELATIONS).fetchall())
                if stretch.holder is Holder.RUNNER:
                    connection.execute("BEGIN")
            connection.execute(step.text.encode())
            pairs.append((f"{step.number}: {step.text}", told(made, step), seen(connection, before)))
    return pairs


def wrong(pairs):
    return {text: {"told": told, "seen": seen} for text, told, seen in pairs if told != seen}


@pytest.mark.parametrize("name", CASES)
def test_what_a_transaction_holds_is_what_the_timeline_says(postgres, name):
    assert wrong(compared(postgres, 18, CASES[name])) == {}


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_held_without_the_runner_s_transaction_is_what_the_timeline_says(postgres, name):
    assert wrong(compared(postgres, 18, OUTSIDE[name], "-- +goose NO TRANSACTION\n")) == {}


@pytest.mark.parametrize("version", [12, 15])
def test_on_other_versions(version):
    programs = postgres_servers.programs(version)
    if programs is None:
        pytest.skip(f"AVION_POSTGRES_{version} names no folder of programs of PostgreSQL {version}")
    with postgres_servers.running(programs) as server:
        found = {name: wrong(compared(server, version, up)) for name, up in CASES.items()}

    assert found == {name: {} for name in CASES}


def test_modes_conflict_as_the_server_says(postgres):
    with database(postgres) as holder, psycopg.connect(holder.info.dsn, autocommit=True) as other:
        holder.execute("CREATE TABLE t (id int)")
        found = {}
        for held in Lock:
            holder.execute("BEGIN")
            holder.execute(f"LOCK TABLE t IN {held} MODE")
            for wanted in Lock:
                found[held, wanted] = _is_refused(other, wanted)
            holder.execute("ROLLBACK")

    assert found == {(held, wanted): conflict(held, wanted) for held in Lock for wanted in Lock}


def _is_refused(connection, wanted):
    connection.execute("BEGIN")
    try:
        connection.execute(f"LOCK TABLE t IN {wanted} MODE NOWAIT")
    except psycopg.errors.LockNotAvailable:
        return True
    finally:
        connection.execute("ROLLBACK")
    return False
