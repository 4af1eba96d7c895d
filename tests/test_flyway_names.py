"""File names are read as Flyway reads them, and what it passes over is named with a name that it would take."""

from __future__ import annotations

import pytest

from avion_lint.record import replace
from avion_lint.runners.flyway_configuration import FlywayConfiguration, Prefixes
from avion_lint.runners.flyway_name_grammar import parse_version
from avion_lint.runners.flyway_names import callback_event, parse_name, script_config_name
from avion_lint.runners.migration import FileName, Kind, NameProblem

DEFAULT = FlywayConfiguration()
STRICT = replace(DEFAULT, validate_migration_naming=True)


def version_of(name: str) -> str | None:
    parsed = parse_name(name, DEFAULT)
    assert isinstance(parsed, FileName), parsed
    return str(parsed.version) if parsed.version else None


@pytest.mark.parametrize(
    ("name", "kind", "version", "description"),
    [
        ("V1__create_users.sql", Kind.VERSIONED, "1", "create users"),
        ("V1_2__x.sql", Kind.VERSIONED, "1.2", "x"),
        ("V1.2.3__x.SQL", Kind.VERSIONED, "1.2.3", "x"),
        ("V3.sql", Kind.VERSIONED, "3", ""),
        ("V4__.sql", Kind.VERSIONED, "4", ""),
        ("V1___x.sql", Kind.VERSIONED, "1", " x"),
        ("V1__a__b.sql", Kind.VERSIONED, "1", "a  b"),
        ("V-1__x.sql", Kind.VERSIONED, "-1", "x"),
        ("V99999999999999999999999__x.sql", Kind.VERSIONED, "99999999999999999999999", "x"),
        ("R__views.sql", Kind.REPEATABLE, None, "views"),
        ("R__.sql", Kind.REPEATABLE, None, ""),
        ("B10__base.sql", Kind.BASELINE, "10", "base"),
        ("U1__x.sql", Kind.UNDO, "1", "x"),
        ("afterMigrate.sql", Kind.CALLBACK, None, ""),
        ("afterMigrate__grants_for_all.sql", Kind.CALLBACK, None, "grants for all"),
        ("beforeEachMigrateStatement__x.sql", Kind.CALLBACK, None, "x"),
        ("createSchema.sql", Kind.CALLBACK, None, ""),
    ],
)
def test_a_name_gives_kind_version_and_description(name, kind, version, description):
    parsed = parse_name(name, DEFAULT)

    assert isinstance(parsed, FileName)
    assert (parsed.kind, parsed.version and str(parsed.version), parsed.description) == (kind, version, description)


def test_versions_are_equal_by_their_numbers_whatever_their_spelling():
    assert len({parse_version(text) for text in ("1", "01", "1.0", "1_0", "1.0.0", "+1")}) == 1


def test_versions_are_ordered_by_number_and_not_by_text():
    spelled = ["1.10", "1.9", "2", "1", "20240101.1200", "1_0_1"]
    ordered = sorted(version for text in spelled if (version := parse_version(text)))

    assert [str(version) for version in ordered] == ["1", "1.0.1", "1.9", "1.10", "2", "20240101.1200"]


@pytest.mark.parametrize("text", ["", "1-2", "1_a", "1..2", "1.", ".1", "1 ", "a", "1__2", "latest", "Current", "NEXT"])
def test_what_flyway_recognises_no_version_in_is_none(text):
    assert parse_version(text) is None


def test_a_version_longer_than_python_reads_is_none_and_no_exception():
    assert parse_version("9" * 5000) is None


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("V1_create.sql", "V1__create.sql"),
        ("V1_2_create_users.sql", "V1_2__create_users.sql"),
        ("V1create.sql", "V1__create.sql"),
        ("V1-create.sql", "V1__create.sql"),
        ("V1-2__a.sql", "V1_2__a.sql"),
        ("V1..2__a.sql", "V1.2__a.sql"),
        ("V1 __a.sql", "V1__a.sql"),
        ("V_1__a.sql", "V1__a.sql"),
        ("v1__x.sql", "V1__x.sql"),
        ("v1_x.sql", "V1__x.sql"),
        ("1__x.sql", "V1__x.sql"),
        ("001_create.sql", "V001__create.sql"),
        ("20240101120000_add.sql", "V20240101120000__add.sql"),
        ("R1__x.sql", "R__x.sql"),
        ("R_x.sql", "R__x.sql"),
        ("r__x.sql", "R__x.sql"),
        ("b1__x.sql", "B1__x.sql"),
        ("u1__x.sql", "U1__x.sql"),
        ("R.sql", "R__.sql"),
        ("aftermigrate.sql", "afterMigrate.sql"),
        ("afterMigrate_grants.sql", "afterMigrate__grants.sql"),
        ("afterMigrateGrants.sql", "afterMigrate__Grants.sql"),
        ("V__x.sql", ""),
        ("V_x.sql", ""),
        ("V1a__x.sql", ""),
    ],
)
def test_what_is_passed_over_in_silence_is_named_with_a_name_that_flyway_takes(name, suggestion):
    problem = parse_name(name, DEFAULT)

    assert isinstance(problem, NameProblem)
    assert (problem.refused, problem.suggestion) == (False, suggestion)
    assert problem.reason
    assert not suggestion or isinstance(parse_name(suggestion, DEFAULT), FileName)


@pytest.mark.parametrize(
    "name",
    ["README.md", "schema.sql", "Users.sql", "Roles.sql", "Views.sql", "Backup.sql", "V1__x.sql.conf", "V1__x.java",
     "createSchemas.sql", "2fa.sql", ".sql", "", "V", "sql"],
)  # fmt: skip
def test_names_that_have_nothing_to_do_with_flyway_are_none(name):
    assert parse_name(name, DEFAULT) is None


@pytest.mark.parametrize("name", ["schema.sql", "V1_create.sql", "v1__x.sql", "R1__x.sql", "Users.SQL"])
def test_with_validate_migration_naming_every_other_sql_file_is_refused(name):
    problem = parse_name(name, STRICT)

    assert isinstance(problem, NameProblem)
    assert problem.refused


def test_with_validate_migration_naming_other_files_are_still_nothing_to_flyway():
    assert parse_name("README.md", STRICT) is None


@pytest.mark.parametrize("name", ["Vlatest__x.sql", "V9223372036854775807__x.sql"])
def test_a_version_that_is_flyways_own_word_is_refused(name):
    problem = parse_name(name, DEFAULT)

    assert isinstance(problem, NameProblem)
    assert problem.refused


def test_prefixes_separator_and_suffixes_are_those_of_the_configuration():
    own = replace(
        DEFAULT, prefixes=Prefixes(versioned="M", repeatable="rep"), separator="-", suffixes=(".pgsql", ".up")
    )

    assert parse_name("M7-first_one.pgsql", own) == FileName(Kind.VERSIONED, parse_version("7"), "first one")
    assert parse_name("rep-views.UP", own) == FileName(Kind.REPEATABLE, None, "views")
    assert parse_name("V1__x.pgsql", own) is None


def test_an_empty_prefix_makes_every_name_begin_with_a_version():
    own = replace(DEFAULT, prefixes=Prefixes(versioned=""))

    assert parse_name("1__x.sql", own) == FileName(Kind.VERSIONED, parse_version("1"), "x")
    assert parse_name("R__x.sql", own) == FileName(Kind.REPEATABLE, None, "x")


def test_a_longer_prefix_goes_before_a_shorter_one():
    own = replace(DEFAULT, prefixes=Prefixes(versioned="V", baseline="V0"))

    assert parse_name("V01__x.sql", own) == FileName(Kind.BASELINE, parse_version("1"), "x")


def test_a_migration_with_a_suffix_that_is_not_configured_is_passed_over():
    problem = parse_name("V1__x.sql", replace(DEFAULT, suffixes=(".pgsql",)))

    assert problem == NameProblem("its suffix is none of `.pgsql`", refused=False, suggestion="V1__x.pgsql")


def test_no_suggestion_is_repeated_for_ever_where_none_fits():
    own = replace(DEFAULT, prefixes=Prefixes(versioned="", baseline="V1"), separator="-")

    assert parse_name("V1__x.sql", own) is None or isinstance(parse_name("V1__x.sql", own), NameProblem)


def test_a_callback_tells_its_event():
    assert callback_event("afterEachMigrateError__log.sql", DEFAULT) == "afterEachMigrateError"
    assert callback_event("V1__x.sql", DEFAULT) is None
    assert callback_event("afterMigrateGrants.sql", DEFAULT) is None


def test_a_script_configuration_has_the_whole_name_of_its_migration():
    assert script_config_name("V1__x.sql") == "V1__x.sql.conf"
