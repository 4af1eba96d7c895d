"""The replayed schema is what the statements would have made."""

import pytest

from avion_lint.schema.model import Schema, Table
from avion_lint.sql.actions import ConstraintKind, Name, ObjectKind
from tests.sql_helper import LATER, ORIGIN, schema

T = "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b int REFERENCES r (id));"


def test_a_table_knows_its_columns_and_where_they_were_made() -> None:
    made = schema(T)
    table = made.table(Name(None, "t"))

    assert table is not None
    assert [column.name for column in table.columns.values()] == ["id", "a", "b"]
    assert [column.not_null for column in table.columns.values()] == [True, True, False]
    assert table.origin == ORIGIN


def test_an_added_column_knows_the_later_migration() -> None:
    table = schema("ALTER TABLE t ADD COLUMN c int", start=schema(T), origin=LATER).table(Name(None, "t"))

    assert table is not None
    assert (table.origin, table.columns["c"].origin) == (ORIGIN, LATER)


def test_constraints_get_the_names_that_postgresql_gives() -> None:
    table = schema(T, "ALTER TABLE t ADD CHECK (b > 0), ADD UNIQUE (a, b), ADD CHECK (b > 1)").table(Name(None, "t"))

    assert table is not None
    assert {name: made.kind for name, made in table.constraints.items()} == {
        "t_pkey": ConstraintKind.PRIMARY_KEY,
        "t_b_fkey": ConstraintKind.FOREIGN_KEY,
        "t_b_check": ConstraintKind.CHECK,
        "t_a_b_key": ConstraintKind.UNIQUE,
        "t_b_check1": ConstraintKind.CHECK,
    }


def test_a_renamed_table_keeps_its_origin_and_its_indexes() -> None:
    made = schema(T, "CREATE INDEX i ON t (a)", "ALTER TABLE t RENAME TO u")

    assert made.table(Name(None, "t")) is None
    assert [index.name.name for index in made.indexes_of(Name(None, "u"))] == ["t_pkey", "i"]


def test_a_dropped_column_takes_its_indexes_and_constraints_along() -> None:
    made = schema(T, "CREATE INDEX i ON t (a, b)", "ALTER TABLE t DROP COLUMN b")
    table = made.table(Name(None, "t"))

    assert table is not None
    assert set(table.constraints) == {"t_pkey"}
    assert made.index(Name(None, "i")) is None


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE t RENAME TO t_deprecated; ALTER TABLE t_deprecated RENAME TO t",
        "COMMENT ON TABLE t IS 'Deprecated: use u'",
    ],
)
def test_a_table_is_deprecated_by_name_or_comment(sql: str) -> None:
    table = schema(T, sql).table(Name(None, "t"))

    assert table is not None
    assert table.deprecated == ORIGIN


def test_a_column_is_deprecated_by_its_new_name() -> None:
    table = schema(T, "ALTER TABLE t RENAME COLUMN a TO a_deprecated").table(Name(None, "t"))

    assert table is not None
    assert table.columns["a_deprecated"].deprecated == ORIGIN


def test_a_comment_on_a_table_older_than_the_migrations_is_remembered() -> None:
    table = schema("COMMENT ON TABLE old IS 'deprecated'").table(Name(None, "old"))

    assert table is not None
    assert table.origin is None
    assert table.deprecated == ORIGIN


def test_names_are_looked_for_along_the_search_path() -> None:
    made = schema(
        "CREATE SCHEMA app; CREATE TABLE app.t (id int)", "SET search_path TO app, public; CREATE INDEX i ON t (id)"
    )

    assert made.index(Name("app", "i")) is not None
    assert made.table(Name(None, "t")) is not None


def test_a_temporary_table_hides_the_lasting_one() -> None:
    table = schema(T, "CREATE TEMP TABLE t (x int)").table(Name(None, "t"))

    assert table is not None
    assert table.temporary


def test_if_not_exists_keeps_what_is_there() -> None:
    table = schema("CREATE TABLE IF NOT EXISTS t (x int)", start=schema(T), origin=LATER).table(Name(None, "t"))

    assert table is not None
    assert table.origin == ORIGIN


def test_partitions_know_their_parent() -> None:
    made = schema(
        "CREATE TABLE p (id int, k int) PARTITION BY RANGE (k)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1)",
    )
    parent, child = made.table(Name(None, "p")), made.table(Name(None, "p1"))

    assert parent is not None
    assert child is not None
    assert parent.partitioned
    assert child.partition_of == parent.name
    assert list(child.columns) == ["id", "k"]


def test_dropping_the_parent_drops_its_partitions() -> None:
    made = schema(
        "CREATE TABLE p (k int) PARTITION BY RANGE (k)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1)",
        "DROP TABLE p",
    )

    assert made.tables == {}


def test_enum_values_are_known_in_order() -> None:
    made = schema(
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "ALTER TYPE mood ADD VALUE 'glad'; ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
    )
    thing = made.thing(ObjectKind.TYPE, Name(None, "mood"))

    assert thing is not None
    assert thing.values == ("sad", "fine", "glad")


def test_what_a_do_block_makes_is_made() -> None:
    made = schema("DO $$ BEGIN CREATE TABLE t (id int); EXCEPTION WHEN duplicate_table THEN NULL; END $$")

    assert made.table(Name(None, "t")) is not None


def test_the_start_is_left_as_it_was() -> None:
    start = schema(T)
    before = dict(start.tables)
    schema("DROP TABLE t", start=start)

    assert start.tables == before


def test_replaying_in_two_steps_is_the_same_as_in_one() -> None:
    later = "CREATE INDEX i ON t (a); ALTER TABLE t RENAME COLUMN a TO c; DROP INDEX i"

    assert schema(T, later) == schema(later, start=schema(T))


def test_statements_on_unknown_objects_never_raise() -> None:
    made = schema(
        "ALTER TABLE x DROP COLUMN y; ALTER TABLE x VALIDATE CONSTRAINT c; DROP INDEX i; DROP TABLE nothing;"
        "ALTER TABLE x RENAME CONSTRAINT a TO b; ALTER TYPE e ADD VALUE 'v'; ALTER INDEX i RENAME TO j;"
        "ALTER TABLE x ATTACH PARTITION y DEFAULT; DROP TRIGGER t ON x; ALTER TABLE x ADD UNIQUE USING INDEX u"
    )

    assert isinstance(made, Schema)


def test_a_materialized_view_is_empty_until_it_is_filled() -> None:
    made = schema("CREATE MATERIALIZED VIEW v AS SELECT a FROM t WITH NO DATA")
    filled = schema("REFRESH MATERIALIZED VIEW v", start=made)
    view, full = (each.thing(ObjectKind.MATERIALIZED_VIEW, Name(None, "v")) for each in (made, filled))

    assert view is not None
    assert full is not None
    assert (view.empty, full.empty) == (True, False)


def test_a_column_of_a_view_is_renamed_in_the_view() -> None:
    made = schema("CREATE VIEW v AS SELECT a, b FROM t", "ALTER VIEW v RENAME COLUMN a TO c")
    view = made.thing(ObjectKind.VIEW, Name(None, "v"))

    assert view is not None
    assert view.columns == ("c", "b")
    assert made.table(Name(None, "v")) is None


def test_a_table_knows_its_partition_key_and_which_partition_is_the_default() -> None:
    made = schema(
        "CREATE TABLE p (a int) PARTITION BY LIST (a)",
        "CREATE TABLE rest PARTITION OF p DEFAULT",
        "CREATE TABLE other (a int)",
        "ALTER TABLE p DETACH PARTITION rest",
        "ALTER TABLE p ATTACH PARTITION other DEFAULT",
    )
    parent, rest, other = (made.table(Name(None, name)) for name in ("p", "rest", "other"))

    assert parent is not None
    assert parent.partition_key == ("a",)
    assert rest is not None
    assert not rest.default_partition
    assert other is not None
    assert other.default_partition


def test_deferred_constraints_and_triggers_are_known() -> None:
    made = schema(
        "CREATE TABLE t (b int REFERENCES r DEFERRABLE INITIALLY DEFERRED)",
        "CREATE CONSTRAINT TRIGGER c AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f()",
    )
    table = made.table(Name(None, "t"))
    trigger = made.thing(ObjectKind.TRIGGER, Name(None, "c"), Name(None, "t"))

    assert table is not None
    assert table.constraints["t_b_fkey"].deferred
    assert trigger is not None
    assert trigger.deferred


PARTS = (
    "CREATE TABLE p (id int NOT NULL, k int NOT NULL, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);"
    "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1)"
)


def table(made: Schema, name: str) -> Table:
    found = made.table(Name(None, name))
    assert found is not None
    return found


def test_what_a_partitioned_table_gets_its_partitions_get() -> None:
    made = schema(PARTS, "ALTER TABLE p ADD COLUMN z int; ALTER TABLE p ADD CONSTRAINT c CHECK (z > 0)")

    assert "z" in table(made, "p1").columns
    assert "c" in table(made, "p1").constraints


def test_only_leaves_children_alone() -> None:
    made = schema(
        "CREATE TABLE s (id int); CREATE TABLE s2 () INHERITS (s)",
        "ALTER TABLE ONLY s ADD CONSTRAINT c CHECK (id > 0) NO INHERIT; ALTER TABLE s ALTER COLUMN id SET NOT NULL",
    )

    assert "c" not in table(made, "s2").constraints
    assert table(made, "s2").columns["id"].not_null


def test_an_index_of_a_partitioned_table_has_parts() -> None:
    made = schema(PARTS, "CREATE INDEX i ON p (k); CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (1) TO (2)")

    assert {str(index.name): str(index.part_of) for index in made.indexes.values() if index.part_of} == {
        "p1_pkey": "p_pkey",
        "p1_k_idx": "i",
        "p2_pkey": "p_pkey",
        "p2_k_idx": "i",
    }
    assert [str(name) for name in schema("DROP INDEX i", start=made).indexes] == ["p_pkey", "p1_pkey", "p2_pkey"]


def test_an_attached_table_keeps_its_own_index_for_the_whole_one() -> None:
    made = schema(
        "CREATE TABLE p (k int) PARTITION BY RANGE (k); CREATE INDEX i ON p (k)",
        "CREATE TABLE s (k int); CREATE INDEX own ON s (k); ALTER TABLE p ATTACH PARTITION s DEFAULT",
    )

    assert [str(index.name) for index in made.indexes_of(Name(None, "s"))] == ["own"]
    assert str(made.indexes[Name("public", "own")].part_of) == "i"


def test_a_domain_is_known_with_its_constraints() -> None:
    made = schema(
        "CREATE DOMAIN d AS varchar(5) NOT NULL CHECK (VALUE <> '')",
        "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 'a') NOT VALID; ALTER DOMAIN d DROP NOT NULL",
    )
    thing = made.thing(ObjectKind.DOMAIN, Name(None, "d"))

    assert thing is not None
    assert thing.domain is not None
    assert str(thing.domain.type) == "character varying(5)"
    assert {name: one.valid for name, one in thing.domain.constraints.items()} == {"d_check": True, "c": False}
    assert not thing.domain.not_null


def test_a_view_names_the_columns_that_it_uses() -> None:
    made = schema(
        "CREATE TABLE t (a int, b int); CREATE TABLE s (a int, c int)",
        "CREATE VIEW v AS SELECT x.a, c FROM t x JOIN s USING (a); CREATE VIEW w AS SELECT * FROM t",
        "ALTER TABLE t RENAME COLUMN a TO z; ALTER TABLE t RENAME TO u",
    )

    def used(name: str) -> set[tuple[str, str]]:
        thing = made.thing(ObjectKind.VIEW, Name(None, name))
        assert thing is not None
        return {(str(use.relation), use.column) for use in thing.uses}

    assert used("v") == {("u", "z"), ("s", "a"), ("s", "c")}
    assert used("w") == {("u", "z"), ("u", "b")}


def test_a_not_null_that_is_not_valid_holds_for_new_rows_only() -> None:
    made = schema(T, "ALTER TABLE t ADD CONSTRAINT n NOT NULL b NOT VALID")
    later = schema("ALTER TABLE t VALIDATE CONSTRAINT n", start=made)

    assert not table(made, "t").columns["b"].not_null
    assert table(later, "t").columns["b"].not_null


def test_a_constraint_made_of_an_index_is_called_like_it() -> None:
    made = schema(T, "CREATE UNIQUE INDEX i ON t (a)", "ALTER TABLE t ADD UNIQUE USING INDEX i")
    table = made.table(Name(None, "t"))

    assert table is not None
    assert table.constraints["i"].columns == ("a",)
    assert [index.name.name for index in made.indexes_of(Name(None, "t"))] == ["t_pkey", "i"]


def test_an_index_tells_whether_it_is_plain() -> None:
    made = schema(
        T,
        "CREATE INDEX i ON t (a, b)",
        "CREATE INDEX j ON t (a DESC)",
        "CREATE INDEX k ON t (a text_pattern_ops)",
        "CREATE INDEX l ON t (a) INCLUDE (b)",
        'CREATE INDEX m ON t (a COLLATE "C")',
    )

    assert [index.name.name for index in made.indexes_of(Name(None, "t")) if index.plain] == ["t_pkey", "i"]


def test_cascade_takes_views_along() -> None:
    made = schema(
        T, "CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v; CREATE VIEW x AS SELECT b FROM t"
    )

    def views(text: str) -> list[str]:
        return [str(name) for kind, name, _ in schema(text, start=made).things if kind is ObjectKind.VIEW]

    assert views("ALTER TABLE t DROP COLUMN a CASCADE") == ["x"]
    assert views("DROP TABLE t CASCADE") == []
    assert views("DROP VIEW v CASCADE") == ["x"]


def test_a_domain_over_itself_ends_somewhere():
    made = schema("CREATE DOMAIN d AS d; CREATE DOMAIN e AS d; DROP DOMAIN d; CREATE DOMAIN d AS e;")

    domains = {thing.name.name: str(thing.domain.type) for thing in made.things.values()}
    assert domains == {"e": "d", "d": "None"}


def test_a_table_below_itself_loses_its_parents():
    made = schema("CREATE TABLE a (x int); CREATE TABLE b () INHERITS (a); ALTER TABLE a INHERIT b;")

    assert [(table.name.name, table.inherits) for table in made.tables.values() if table.inherits] == [
        ("b", (Name("public", "a"),))
    ]
