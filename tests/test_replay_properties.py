"""What holds of the replay whatever the statements are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from avion_lint.executor import catalog
from avion_lint.schema.model import Schema
from avion_lint.schema.replay import replay
from avion_lint.sql.actions import flattened
from avion_lint.sql.statements import read
from tests.sql_helper import ORIGIN

# Few names, so that statements meet; some that need quotes, and some that no one makes.
TABLE = st.sampled_from(("t", "u", "s.t", '"T x"', "v", "missing"))
COLUMN = st.sampled_from(("a", "b", "c", '"größe"', "id"))
NAME = st.sampled_from(("k", "t_a_key", "t_pkey", "n"))
TYPE = st.sampled_from(
    ("int", "bigint", "text", "varchar(9)", "m", "serial", "numeric(9,2)[]", "s.d", "timestamptz(3)")
)
EXPRESSION = st.sampled_from(("a > 0", "a IS NOT NULL", "b > a", "true", "f(a) = 1", "lower(b) <> ''"))
FUNCTION = st.sampled_from(("f", "f(int)", "f(text, int)", "s.f()"))
CASCADE = st.sampled_from(("", " CASCADE"))
EXISTS = st.sampled_from(("", "IF EXISTS "))


def form(text: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Statements of one form; one letter in braces stands for a name, a type, an expression …"""
    known = {"t": TABLE, "u": TABLE, "a": COLUMN, "b": COLUMN, "k": NAME, "n": NAME, "y": TYPE, "x": EXPRESSION,
             "f": FUNCTION, "z": CASCADE, "e": EXISTS} | parts  # fmt: skip
    used = {key: known[key] for key in known if f"{{{key}}}" in text}
    return st.fixed_dictionaries(used).map(lambda chosen: text.format(**chosen))


STATEMENT = st.one_of(
    *map(
        form,
        (
            "CREATE TABLE {t} ({a} {y} PRIMARY KEY, {b} {y} DEFAULT NULL UNIQUE)",
            "CREATE TABLE IF NOT EXISTS {t} ({a} {y} CHECK ({x}), {b} int REFERENCES {u}, CONSTRAINT {k} UNIQUE ({a}))",
            "CREATE TABLE {t} (LIKE {u} INCLUDING ALL, {a} int)",
            "CREATE TABLE {t} ({a} int GENERATED ALWAYS AS IDENTITY) INHERITS ({u})",
            "CREATE TABLE {t} ({a} int, {b} int) PARTITION BY LIST ({a})",
            "CREATE TABLE {t} PARTITION OF {u} DEFAULT",
            "CREATE TABLE {t} AS SELECT x.*, {a} AS n FROM {u} x",
            "CREATE TEMPORARY TABLE {t} ({a} {y})",
            "ALTER TABLE {t} ATTACH PARTITION {u} FOR VALUES IN (1)",
            "ALTER TABLE {t} DETACH PARTITION {u}",
            "ALTER TABLE {t} INHERIT {u}",
            "ALTER TABLE {t} ALTER {b} ADD GENERATED ALWAYS AS IDENTITY",
            "ALTER TABLE {t} ADD COLUMN {a} {y} REFERENCES {u}",
            "ALTER TABLE {t} DROP COLUMN {e}{a}{z}",
            "ALTER TABLE {t} ALTER COLUMN {a} TYPE {y} USING {b}::text",
            "ALTER TABLE {t} ALTER {a} SET NOT NULL, ALTER {b} DROP DEFAULT, ALTER {b} DROP IDENTITY",
            "ALTER TABLE {t} ADD CONSTRAINT {k} CHECK ({x}) NOT VALID",
            "ALTER TABLE {t} ADD FOREIGN KEY ({a}) REFERENCES {u} ({b})",
            "ALTER TABLE ONLY {t} ADD PRIMARY KEY ({a})",
            "ALTER TABLE {t} ADD CONSTRAINT {k} UNIQUE USING INDEX {n}",
            "ALTER TABLE {t} VALIDATE CONSTRAINT {k}",
            "ALTER TABLE {t} DROP CONSTRAINT {k}{z}",
            "ALTER TABLE {t} RENAME TO {k}",
            "ALTER TABLE {t} RENAME {a} TO {b}",
            "ALTER TABLE {t} RENAME CONSTRAINT {k} TO {n}",
            "ALTER TABLE {t} SET SCHEMA s",
            "CREATE INDEX ON {t} ({a}, lower({b}))",
            "CREATE UNIQUE INDEX {k} ON ONLY {t} ({a}) INCLUDE ({b}) WHERE {x}",
            "ALTER INDEX {k} ATTACH PARTITION {n}",
            "ALTER INDEX {k} RENAME TO {n}",
            "DROP INDEX {e}{k}{z}",
            "DROP TABLE {e}{t}, {u}{z}",
            "CREATE OR REPLACE VIEW {t} AS SELECT * FROM {u} JOIN v USING ({a})",
            "CREATE MATERIALIZED VIEW {t} AS SELECT x.{a}, count(*) FROM {u} x GROUP BY 1",
            "DROP VIEW {t}{z}",
            "ALTER VIEW {t} RENAME COLUMN {a} TO {b}",
            "CREATE TYPE m AS ENUM ('x', 'y')",
            "ALTER TYPE m ADD VALUE '{k}' BEFORE '{n}'",
            "ALTER TYPE m RENAME VALUE 'x' TO '{k}'",
            "ALTER TYPE m RENAME TO {k}",
            "DROP TYPE m{z}",
            "CREATE DOMAIN s.d AS {y} CHECK (VALUE IS NOT NULL)",
            "ALTER DOMAIN s.d DROP CONSTRAINT {k}",
            "DROP DOMAIN s.d{z}",
            "CREATE SEQUENCE {k} OWNED BY {t}.{a}",
            "ALTER SEQUENCE {k} OWNED BY NONE",
            "DROP SEQUENCE {k}{z}",
            "CREATE FUNCTION f(a int, OUT b m) LANGUAGE sql AS 'SELECT 1'",
            "CREATE OR REPLACE FUNCTION f(text, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "DROP FUNCTION {f}{z}",
            "ALTER FUNCTION {f} RENAME TO g",
            "CREATE TRIGGER {k} BEFORE UPDATE OF {a} ON {t} FOR EACH ROW EXECUTE FUNCTION f()",
            "ALTER TRIGGER {k} ON {t} RENAME TO {n}",
            "DROP TRIGGER {k} ON {t}",
            "CREATE POLICY {k} ON {t} USING ({x})",
            "COMMENT ON TABLE {t} IS 'deprecated'",
            "COMMENT ON COLUMN {t}.{a} IS 'deprecated'",
            "CREATE SCHEMA s",
            "ALTER SCHEMA s RENAME TO r",
            "DROP SCHEMA s CASCADE",
            "SET search_path = s, public",
            "SET search_path = ''",
            "RESET search_path",
            "DROP EXTENSION citext CASCADE",
            "DO $$ BEGIN ALTER TABLE {t} ADD {a} int; END $$",
        ),
    )
)
SCRIPT = st.lists(STATEMENT, max_size=12)


def after(start: Schema, statements: list[str]) -> Schema:
    """The schema after the statements, all of which must parse."""
    found = read(";\n".join(statements))
    assert not found.problems, found.problems
    return replay(start, ((action, ORIGIN) for made in found.statements for action in flattened(made.actions)))


@settings(max_examples=150, derandomize=True, deadline=None)
@given(SCRIPT, SCRIPT)
def test_replay_of_two_parts_is_replay_of_the_second_after_the_first(first: list[str], second: list[str]) -> None:
    whole, parts = after(Schema(), [*first, *second]), after(after(Schema(), first), second)

    assert catalog.replayed(whole) == catalog.replayed(parts)
    assert (whole.tables, whole.indexes, whole.things) == (parts.tables, parts.indexes, parts.things)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(SCRIPT)
def test_what_a_schema_holds_has_its_name_and_stands_on_what_is_there(script: list[str]) -> None:
    made = after(Schema(), script)

    assert all(table.name == name for name, table in made.tables.items())
    assert all(index.name == name for name, index in made.indexes.items())
    assert all((thing.kind, thing.name) == key[:2] for key, thing in made.things.items())
    for index in made.indexes.values():
        assert made.indexes_of(index.table)
    for table in made.tables.values():
        assert all(column.name == name for name, column in table.columns.items())
        assert all(constraint.name == name for name, constraint in table.constraints.items())


@settings(max_examples=60, derandomize=True, deadline=None)
@given(SCRIPT)
def test_the_start_is_left_as_it_is(script: list[str]) -> None:
    start = after(Schema(), ["CREATE TABLE t (a serial PRIMARY KEY, b int)", "CREATE VIEW v AS SELECT a FROM t"])
    before = catalog.replayed(start)
    after(start, script)

    assert catalog.replayed(start) == before


# Up and Down of one thing each; the start has what they are about, and nothing of their own names.
START = [
    "CREATE SCHEMA s",
    "CREATE TYPE mood AS ENUM ('x')",
    "CREATE TABLE parent (id int, at date NOT NULL) PARTITION BY LIST (id)",
    "CREATE INDEX parent_at ON parent (at)",
    "CREATE TABLE base (id serial PRIMARY KEY, a int NOT NULL, b text DEFAULT 'x', mood mood)",
    "CREATE INDEX base_b ON base (b)",
    "CREATE VIEW seen AS SELECT id, a FROM base",
    "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
]
PAIR = st.sampled_from(
    (
        ("CREATE TABLE extra (id serial PRIMARY KEY, base_id int REFERENCES base)", "DROP TABLE extra"),
        ("CREATE TABLE part PARTITION OF parent FOR VALUES IN (1)", "DROP TABLE part"),
        ("CREATE TABLE heir (c int) INHERITS (base)", "DROP TABLE heir"),
        ("CREATE TABLE twin (LIKE base INCLUDING ALL)", "DROP TABLE twin"),
        ("ALTER TABLE base ADD COLUMN n int UNIQUE CHECK (n > 0)", "ALTER TABLE base DROP COLUMN n"),
        ("ALTER TABLE base ADD COLUMN own serial", "ALTER TABLE base DROP COLUMN own"),
        ("CREATE INDEX ON base (a, b)", "DROP INDEX base_a_b_idx"),
        ("CREATE INDEX whole ON parent (id)", "DROP INDEX whole"),
        ("ALTER TABLE base ADD CHECK (a > 0)", "ALTER TABLE base DROP CONSTRAINT base_a_check"),
        ("ALTER TABLE base ADD CONSTRAINT k UNIQUE (a)", "ALTER TABLE base DROP CONSTRAINT k"),
        ("ALTER TABLE base ALTER a DROP NOT NULL", "ALTER TABLE base ALTER a SET NOT NULL"),
        ("ALTER TABLE base ALTER b DROP DEFAULT", "ALTER TABLE base ALTER b SET DEFAULT 'x'"),
        ("ALTER TABLE base ALTER a TYPE bigint", "ALTER TABLE base ALTER a TYPE int"),
        ("ALTER TABLE base RENAME TO other", "ALTER TABLE other RENAME TO base"),
        ("ALTER TABLE base RENAME a TO z", "ALTER TABLE base RENAME z TO a"),
        ("ALTER TABLE base SET SCHEMA s", "ALTER TABLE s.base SET SCHEMA public"),
        ("ALTER INDEX base_b RENAME TO base_c", "ALTER INDEX base_c RENAME TO base_b"),
        ("ALTER TABLE base RENAME CONSTRAINT base_pkey TO p", "ALTER TABLE base RENAME CONSTRAINT p TO base_pkey"),
        ("ALTER SEQUENCE base_id_seq RENAME TO q", "ALTER SEQUENCE q RENAME TO base_id_seq"),
        ("ALTER TYPE mood RENAME TO moods", "ALTER TYPE moods RENAME TO mood"),
        ("ALTER TYPE mood RENAME VALUE 'x' TO 'y'", "ALTER TYPE mood RENAME VALUE 'y' TO 'x'"),
        ("CREATE VIEW more AS SELECT * FROM seen", "DROP VIEW more"),
        ("ALTER VIEW seen RENAME TO saw", "ALTER VIEW saw RENAME TO seen"),
        ("CREATE TYPE kind AS ENUM ('a')", "DROP TYPE kind"),
        ("CREATE DOMAIN d AS int CHECK (VALUE > 0)", "DROP DOMAIN d"),
        ("CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP FUNCTION f(text)"),
        ("ALTER FUNCTION f(int) RENAME TO h", "ALTER FUNCTION h(int) RENAME TO f"),
        ("CREATE TRIGGER t BEFORE INSERT ON base FOR EACH ROW EXECUTE FUNCTION g()", "DROP TRIGGER t ON base"),
        ("CREATE POLICY p ON base USING (a > 0)", "DROP POLICY p ON base"),
        ("CREATE SEQUENCE owned OWNED BY base.a", "DROP SEQUENCE owned"),
        ("CREATE SCHEMA more; CREATE TABLE more.t (a mood)", "DROP SCHEMA more CASCADE"),
        ("ALTER SCHEMA s RENAME TO r", "ALTER SCHEMA r RENAME TO s"),
    )
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(PAIR, min_size=1, max_size=6))
def test_up_then_down_returns_to_the_start(pairs: list[tuple[str, str]]) -> None:
    start = after(Schema(), START)
    state, done = start, []
    for up, down in pairs:
        if _fits(up, done):
            state = after(state, [up])
            done.append((up, down))
    for _, down in reversed(done):
        state = after(state, [down])

    assert catalog.replayed(state) == catalog.replayed(start)


def _fits(up: str, done: list[tuple[str, str]]) -> bool:
    """Whether the server would take it: each once, and nothing after what renamed or moved its object."""
    moved = any(" RENAME " in before or "SET SCHEMA" in before for before, _ in done)
    return not moved and all(up != before for before, _ in done)
