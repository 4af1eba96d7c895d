"""File names as goose reads them (NumericComponent and collectMigrationsFS in goose's migration.go and migrate.go)."""

import pytest

from avion_lint.runners.goose import parse_name
from avion_lint.runners.migration import FileName, Kind, NameProblem


@pytest.mark.parametrize(
    ("name", "version", "description"),
    [
        ("00001_create_users.sql", 1, "create_users"),
        ("20240131120000_a.sql", 20240131120000, "a"),
        ("7_.sql", 7, ""),
        ("+5_x.sql", 5, "x"),
        ("9223372036854775807_max.sql", 2**63 - 1, "max"),
        ("00001_a.up.sql", 1, "a.up"),
        ("0000000000000000000000000000001_a.sql", 1, "a"),
        ("1_ü ☃.sql", 1, "ü ☃"),
    ],
)
def test_the_number_before_the_first_underscore_is_the_version(name: str, version: int, description: str):
    parsed = parse_name(name)
    assert isinstance(parsed, FileName)
    assert parsed.version is not None
    assert (parsed.kind, parsed.version.parts, parsed.description) == (Kind.VERSIONED, (version,), description)
    assert parsed.version.text == name.partition("_")[0]


def test_equal_numbers_are_equal_versions_whatever_their_spelling():
    one, other = parse_name("1_a.sql"), parse_name("00001_b.sql")
    assert isinstance(one, FileName)
    assert isinstance(other, FileName)
    assert one.version == other.version


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("001.sql", "no filename separator '_' found"),
        ("schema.sql", "no filename separator '_' found"),
        (".sql", "no filename separator '_' found"),
        (
            "a_b.sql",
            'failed to parse version from migration file: a_b.sql: strconv.ParseInt: parsing "a": invalid syntax',
        ),
        (
            "1.2_b.sql",
            'failed to parse version from migration file: 1.2_b.sql: strconv.ParseInt: parsing "1.2": invalid syntax',
        ),
        ("_b.sql", 'failed to parse version from migration file: _b.sql: strconv.ParseInt: parsing "": invalid syntax'),
        (
            "١_b.sql",
            'failed to parse version from migration file: ١_b.sql: strconv.ParseInt: parsing "١": invalid syntax',
        ),
        ("0_b.sql", "migration version must be greater than zero"),
        ("-5_b.sql", "migration version must be greater than zero"),
        (
            "9223372036854775808_b.sql",
            (
                "failed to parse version from migration file: 9223372036854775808_b.sql: "
                'strconv.ParseInt: parsing "9223372036854775808": value out of range'
            ),
        ),
        (
            "._00001_a.sql",
            'failed to parse version from migration file: ._00001_a.sql: strconv.ParseInt: parsing ".": invalid syntax',
        ),
    ],
)
def test_a_sql_file_without_a_number_stops_goose(name: str, reason: str):
    assert parse_name(name) == NameProblem(reason, refused=True)


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("001-create-users.sql", "001_create-users.sql"),
        ("V1__users.sql", "1_users.sql"),
        ("00003 add index.sql", "00003_add index.sql"),
        ("12.users.sql", "12_users.sql"),
        ("0-users.sql", ""),
        ("users.sql", ""),
        ("1.2_b.sql", ""),
    ],
)
def test_a_refused_name_is_mended_where_its_number_is_plain(name: str, suggestion: str):
    problem = parse_name(name)
    assert isinstance(problem, NameProblem)
    assert problem.suggestion == suggestion


@pytest.mark.parametrize("suffix", ["SQL", "Sql", "sQL"])
def test_a_suffix_in_another_case_is_passed_over_in_silence(suffix: str):
    problem = parse_name(f"00001_a.{suffix}")
    assert isinstance(problem, NameProblem)
    assert (problem.refused, problem.suggestion) == (False, "00001_a.sql")


@pytest.mark.parametrize(
    "name",
    ["README.md", "00001_a.txt", "00001_a.sql.bak", "00001_a", "sql", "notes.SQL", "00001_a.go.tmpl", "00001_a.GO"],
)
def test_goose_does_not_look_at_other_files(name: str):
    assert parse_name(name) is None


def test_a_go_file_with_a_number_is_a_migration_in_code():
    parsed = parse_name("00002_fill.go")
    assert isinstance(parsed, FileName)
    assert (parsed.kind, str(parsed.version), parsed.description) == (Kind.CODE, "00002", "fill")


@pytest.mark.parametrize("name", ["main.go", "embed_fs.go", "00002_fill_test.go", "0_a.go", "doc.go"])
def test_go_files_without_a_number_and_go_tests_are_none(name: str):
    assert parse_name(name) is None


def test_a_number_of_thousands_of_digits_is_out_of_range():
    problem = parse_name("9" * 5000 + "_a.sql")
    assert isinstance(problem, NameProblem)
    assert problem.reason.endswith("value out of range")
