"""Ways to deprecate: a comment in the migration, COMMENT, a new name; and what a drop says of each."""

from __future__ import annotations

import pytest

from avion_lint.judgement.rehearse import rehearse
from avion_rules import all_rules

RULES = all_rules()
HEAD = "-- Author: Jo\n-- Date: 2026-01-31\n"
TABLE = """\
CREATE TABLE users (id bigint PRIMARY KEY, legacy text, "Odd" text, age int CONSTRAINT adult CHECK (age > 17));
CREATE INDEX users_legacy_idx ON users (legacy);
CREATE VIEW names AS SELECT id FROM users;
CREATE TYPE mood AS ENUM ('sad');
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE SCHEMA other;
CREATE TABLE other.t (id bigint PRIMARY KEY, c text);"""


def goose(up: str, down: str = "SELECT 1;") -> str:
    return f"{HEAD}-- +goose Up\n{up}\n-- +goose Down\n{down}\n"


def found(deprecation: str, drop: str, *, landed: bool = True) -> set[str]:
    """Compatibility findings of a drop after a deprecation that landed before it, or comes with it."""
    before = {"m/00001_a.sql": goose(TABLE)}
    deprecating = {"m/00002_b.sql": goose(deprecation)}
    here = {**before, **deprecating, "m/00003_c.sql": goose(f"SET LOCAL lock_timeout = '3s';\n{drop}")}
    verdict = rehearse(here, {**before, **(deprecating if landed else {})}, RULES)
    return {result.rule.id for result in verdict.results if result.rule.family in ("CO", "AV")}


@pytest.mark.parametrize(
    ("deprecation", "drop", "without"),
    [
        ("-- avion-lint: deprecates users.legacy", "ALTER TABLE users DROP COLUMN legacy;", {"CO102"}),
        (
            "-- avion-lint: deprecates public.users.legacy, names\nSELECT 1;",
            "ALTER TABLE users DROP COLUMN legacy;",
            {"CO102"},
        ),
        (
            "/* avion-lint: deprecates Users.LEGACY not read since 4.2 */",
            "ALTER TABLE users DROP COLUMN legacy;",
            {"CO102"},
        ),
        ('-- avion-lint: deprecates users."Odd"', 'ALTER TABLE users DROP COLUMN "Odd";', {"CO102"}),
        ("-- avion-lint: deprecates names", "DROP VIEW names;", {"CO103"}),
        ("-- avion-lint: deprecates mood", "DROP TYPE mood;", {"CO103"}),
        ("-- avion-lint: deprecates f", "DROP FUNCTION f(int);", {"CO103"}),
        ("-- avion-lint: deprecates other.t", "DROP TABLE other.t;", {"CO101"}),
        ("-- avion-lint: deprecates other.t.c", "ALTER TABLE other.t DROP COLUMN c;", {"CO102"}),
        ("-- avion-lint: deprecates users.adult", "ALTER TABLE users DROP CONSTRAINT adult;", {"CO113"}),
        (
            "COMMENT ON CONSTRAINT adult ON users IS 'deprecated';",
            "ALTER TABLE users DROP CONSTRAINT adult;",
            {"CO113"},
        ),
        (
            "COMMENT ON CONSTRAINT adult ON public.users IS 'Deprecated: 4.2';",
            "ALTER TABLE users DROP CONSTRAINT adult;",
            {"CO113"},
        ),
    ],
)
def test_what_an_earlier_migration_calls_deprecated_may_go(deprecation: str, drop: str, without: set[str]) -> None:
    assert found("SELECT 1;", drop) == without
    assert found(deprecation, drop) == set()


def test_deprecated_by_the_same_change_is_not_enough() -> None:
    assert found("-- avion-lint: deprecates users.legacy", "ALTER TABLE users DROP COLUMN legacy;", landed=False) == {
        "CO102"
    }


@pytest.mark.parametrize(
    "comment",
    [
        "-- avion-lint: deprecates users.legaxy",
        "-- avion-lint: deprecates nobody",
        "-- avion-lint: deprecates",
        "-- avion-lint: deprecates nobody.legacy",
    ],
)
def test_a_comment_that_deprecates_nothing_is_told(comment: str) -> None:
    assert "AV106" in found(comment, "SELECT 1;", landed=False)


def test_an_object_of_tables_older_than_the_migrations_may_be_named() -> None:
    before = {"m/00001_a.sql": goose("ALTER TABLE old ADD COLUMN note text;")}
    here = {**before, "m/00002_b.sql": goose("-- avion-lint: deprecates old.legacy, older")}

    assert not [result for result in rehearse(here, before, RULES).results if result.rule.id == "AV106"]


def test_a_string_that_reads_like_the_comment_is_none() -> None:
    assert found("SELECT '-- avion-lint: deprecates users.legacy';", "ALTER TABLE users DROP COLUMN legacy;") == {
        "CO102"
    }
