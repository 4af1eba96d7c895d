"""A schema as SQL, Mermaid and text: PostgreSQL takes the SQL, and it replays to the same schema."""

import psycopg
import pytest

from avion_lint.schema.printing.difference import Sort, as_text, differences
from avion_lint.schema.printing.mermaid import as_mermaid
from avion_lint.schema.printing.sql import as_sql
from avion_lint.schema.printing.text import as_text as schema_text
from tests.sql_helper import schema

ALL = """
CREATE SCHEMA billing;
CREATE TYPE state AS ENUM ('new', 'it''s; done');
CREATE DOMAIN email AS text CONSTRAINT has_at CHECK (VALUE ~ '@');
CREATE SEQUENCE numbers START 1000;
CREATE FUNCTION next_number() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('numbers') $$;
CREATE TABLE users (
    id bigserial PRIMARY KEY,
    number bigint NOT NULL DEFAULT next_number(),
    mail email NOT NULL,
    st state DEFAULT 'new',
    price numeric(10, 2) DEFAULT 0 CHECK (price >= 0 AND price < 1000),
    made timestamptz(3) NOT NULL DEFAULT now() - interval '1 day',
    tags text[] DEFAULT '{}',
    "Größe" integer DEFAULT -1,
    "order" text COLLATE "C" DEFAULT E'a\\nb',
    flags bit(3) DEFAULT b'101',
    UNIQUE (mail) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE billing.invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE ON UPDATE SET NULL,
    parent bigint REFERENCES billing.invoices (id),
    net numeric,
    gross numeric GENERATED ALWAYS AS (net * 1.19) STORED,
    during tstzrange,
    EXCLUDE USING gist (during WITH &&) WHERE (net > 0)
);
ALTER TABLE billing.invoices ADD CONSTRAINT positive CHECK (net > 0) NOT VALID;
CREATE UNIQUE INDEX users_mail_idx ON users (lower(mail) text_pattern_ops DESC) INCLUDE (st) WHERE st = 'new';
CREATE INDEX ON users USING gin (tags);
CREATE TABLE ev (id bigint, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
CREATE TABLE ev_rest PARTITION OF ev DEFAULT;
CREATE INDEX ev_at ON ev (at);
CREATE TABLE animals (name text CHECK (name <> ''));
CREATE TABLE dogs (barks boolean) INHERITS (animals);
CREATE UNLOGGED TABLE cache (key text PRIMARY KEY);
CREATE VIEW open_invoices AS SELECT i.id, u.mail FROM billing.invoices i JOIN users u ON u.id = i.user_id;
CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS c FROM open_invoices;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.made := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY own ON users USING (number > 0);
CREATE STATISTICS users_stats ON number, made FROM users;
"""

RENAMES = """
ALTER TABLE users RENAME TO people;
ALTER TABLE people RENAME COLUMN st TO status;
ALTER TABLE people RENAME COLUMN price TO cost;
ALTER TABLE billing.invoices RENAME COLUMN net TO net_amount;
ALTER INDEX users_mail_idx RENAME TO people_mail_idx;
ALTER TABLE people RENAME CONSTRAINT users_pkey TO people_pkey;
ALTER VIEW open_invoices RENAME TO unpaid;
ALTER TABLE people ALTER COLUMN number DROP DEFAULT, ALTER COLUMN cost SET DEFAULT 1, ALTER COLUMN tags SET NOT NULL;
ALTER TABLE ev DETACH PARTITION ev_rest;
DROP TABLE dogs;
"""


def read(sql):
    return schema(sql)


@pytest.fixture(params=["", RENAMES], ids=["made", "renamed"])
def made(request):
    return read(ALL + request.param)


def test_the_sql_replays_to_the_same_schema(made):
    written = as_sql(made)

    assert written.missing == ()
    assert as_text(differences(made, read(written.text))) == "no difference\n"


def test_postgresql_takes_the_sql_and_makes_the_same_as_by_the_migrations(made, postgres):
    by_migrations = catalogue(postgres, ALL + (RENAMES if "people" in str(made.tables) else ""), "by_migrations")
    by_print = catalogue(postgres, as_sql(made).text, "by_print")

    assert by_print == by_migrations


def catalogue(postgres, sql, name):
    """Columns, constraints, indexes and views as a server shows them."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    with psycopg.connect(postgres, dbname=name, autocommit=True) as connection:
        connection.execute(sql)
        return [connection.execute(query).fetchall() for query in QUERIES]


OURS = "n.nspname IN ('public', 'billing')"
QUERIES = (
    f"""SELECT c.oid::regclass::text, c.relkind, c.relpersistence, a.attname, format_type(a.atttypid, a.atttypmod),
        a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), pg_get_expr(c.relpartbound, c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY c.oid::regclass::text, a.attnum""",
    f"""SELECT conrelid::regclass::text, conname, pg_get_constraintdef(k.oid), convalidated FROM pg_constraint k
        JOIN pg_namespace n ON n.oid = connamespace WHERE {OURS} AND contype <> 'n' ORDER BY 1, 2""",
    f"""SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
        JOIN pg_namespace n ON n.oid = relnamespace WHERE {OURS} ORDER BY 1""",
    f"""SELECT c.oid::regclass::text, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE {OURS} AND relkind IN ('v', 'm') ORDER BY 1""",
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "SELECT policyname, tablename, qual FROM pg_policies ORDER BY 1",
    f"""SELECT typname, (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
        FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE {OURS} AND typtype IN ('e', 'd') ORDER BY 1""",
)


def test_what_is_not_known_whole_is_left_out_by_name_with_what_needs_it():
    written = as_sql(read("ALTER TABLE old ADD COLUMN a int; CREATE TABLE t (o int REFERENCES old); "
                          "CREATE VIEW v AS SELECT a FROM old;"))  # fmt: skip

    assert written.missing == (
        "view v: needs old, which is not known",
        "table old: it is older than the known migrations",
        "constraint t_o_fkey of t: refers to old, which is not known",
    )
    assert "-- left out: table old" in written.text
    assert "CREATE TABLE t" in written.text


def test_a_view_whose_columns_were_renamed_is_left_out():
    written = as_sql(read("CREATE TABLE t (a int); CREATE VIEW v AS SELECT t.a FROM t; ALTER TABLE t RENAME a TO b;"))

    assert written.missing == ("view v: the statement that made it is not known as it is now",)


def test_policies_triggers_and_statistics_on_renamed_columns_are_left_out():
    written = as_sql(read(
        "CREATE TABLE t (a int, b int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE POLICY p ON t USING (a > 0); CREATE STATISTICS s ON a, b FROM t;"
        "CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t RENAME a TO c;"
    ))  # fmt: skip

    assert [sentence.partition(":")[0] for sentence in written.missing] == ["policy p", "statistics s", "trigger g"]


def test_a_view_over_a_renamed_table_keeps_its_columns(postgres):
    sql = 'CREATE TABLE t (a int); CREATE VIEW v AS SELECT t.a FROM public . t; ALTER TABLE t RENAME TO "T u";'

    (columns, *_), (expected, *_) = (
        catalogue(postgres, as_sql(read(sql)).text, "one"),
        catalogue(postgres, sql, "other"),
    )
    assert columns == expected


def test_differences_name_what_was_added_dropped_and_changed():
    before = read("CREATE TABLE a (x int, y int NOT NULL); CREATE TABLE b (z int); CREATE INDEX i ON a (x);")
    after = read("CREATE TABLE a (x bigint, w text); CREATE TABLE c (q int PRIMARY KEY);")

    found = differences(before, after)

    assert as_text(found) == (
        "+ column a.w: text\n"
        "~ column a.x: type integer → bigint\n"
        "- column a.y: integer not null\n"
        "- index a.i: CREATE INDEX i ON a USING btree (x)\n"
        "- table b\n"
        "+ table c\n"
    )
    assert {each.sort for each in found} == {Sort.ADDED, Sort.DROPPED, Sort.CHANGED}


def test_nothing_differs_between_a_schema_and_itself():
    assert differences(read(ALL), read(ALL)) == ()


def test_mermaid_has_tables_keys_and_relations():
    made = read(
        "CREATE TABLE users (id bigint PRIMARY KEY, mail varchar(20) UNIQUE);"
        "CREATE TABLE profiles (user_id bigint PRIMARY KEY REFERENCES users);"
        'CREATE TABLE "Weird name" (price numeric(10, 2), "größe; x" int REFERENCES users);'
    )

    assert as_mermaid(made) == (
        "erDiagram\n"
        '    "Weird name" {\n'
        "        numeric(10-2) price\n"
        "        integer größe_x FK\n"
        "    }\n"
        "    profiles {\n"
        '        bigint user_id PK, FK "not null"\n'
        "    }\n"
        "    users {\n"
        '        bigint id PK "not null"\n'
        "        character_varying(20) mail UK\n"
        "    }\n"
        '    users |o--o{ "Weird name" : "größe; x"\n'
        '    users ||--o| profiles : "user_id"\n'
    )


def test_the_text_says_where_each_object_is_from():
    assert schema_text(read("CREATE TABLE t (id serial PRIMARY KEY, a text DEFAULT 'x')")) == (
        "table t  (00001_a.sql:1)\n  id  serial NOT NULL\n  a   text DEFAULT 'x'\n  t_pkey: PRIMARY KEY (id)\n"
    )
