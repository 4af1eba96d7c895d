"""The harness for rule pages, used as the author of a rule pack would use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from avion_lint import testing
from avion_lint.finding import Finding
from avion_lint.pages import read
from avion_lint.record import replace
from avion_lint.rule import rule
from avion_lint.sql.actions import CreateTable, Drop
from avion_lint.subjects import Change, Statement

PAGE = (
    """\
# table-with-short-name
A short name says nothing.

## Why
## When it is fine
## The safe way
""".replace("\n## ", "\nReasons.\n## ").replace("nothing.\n\nReasons.\n", "nothing.\n\n")
    + "Reasons.\n"
)


@dataclass(frozen=True, slots=True)
class Lengths:
    at_least: int = 3


@rule("XX101", subject=Statement, options=Lengths)
def table_with_short_name(statement: Statement, options: Lengths) -> Iterator[Finding]:
    """Find a table whose name is short."""
    for made in statement.of(CreateTable):
        if len(made.table.name) < options.at_least:
            yield statement.finding(made, f"The name {made.table.name} is short.", object=made.table)


@rule("XX102", subject=Statement, down=True)
def table_dropped(statement: Statement) -> Iterator[Finding]:
    """Find a table that is dropped."""
    for dropped in statement.of(Drop):
        if statement.in_use(dropped.name):
            yield statement.finding(dropped, "It is gone.", object=dropped.name)


@rule("XX103", subject=Change)
def migration_changed(change: Change) -> Iterator[Finding]:
    """Find a change to an applied migration."""
    yield change.finding(f"It was changed: {change.edit}.")


@rule("XX104", subject=Statement)
def broken(statement: Statement) -> Iterator[Finding]:
    """Find nothing, and break."""
    raise ZeroDivisionError(statement.text)


RULES = (table_with_short_name, table_dropped, migration_changed)

UP = "-- +goose Up\n"


def case(*files: str) -> testing.Case:
    """A case whose first example is bad and has these fences: info string, line end, text."""
    fences = "".join(f"```{file}```\n" for file in files)
    page = read(f"{PAGE}## Bad\n{fences}## Good\n```sql a/00001_a.sql\n{UP}```\n", "page.md", "table-with-short-name")
    return testing.Case(table_with_short_name, page, page.examples[0], 1)


def test_an_example_that_comes_to_its_marks_has_no_differences():
    given = case(f"sql a/00001_a.sql\n{UP}CREATE TABLE ab (id int); -- finds XX101\nCREATE TABLE abc (id int);\n")

    testing.check(given, RULES)


def test_a_mark_that_no_rule_confirms_is_told_with_its_line_in_the_page():
    given = case(f"sql a/00001_a.sql\n{UP}CREATE TABLE abc (id int); -- finds XX101\n")

    assert testing.differences(given, RULES) == (
        "table-with-short-name/bad-1 (page.md:10)\n"
        "  a/00001_a.sql:2: XX101 table-with-short-name is marked and not found\n"
        "      page.md:13: CREATE TABLE abc (id int);"
    )


def test_a_finding_without_a_mark_is_told_with_its_message():
    given = case(f"sql a/00001_a.sql\n{UP}CREATE TABLE ab (id int);\n")

    with pytest.raises(AssertionError) as caught:
        testing.check(given, RULES)

    assert str(caught.value).splitlines()[1:] == [
        "  a/00001_a.sql:2: XX101 table-with-short-name is found and not marked",
        "      page.md:13: CREATE TABLE ab (id int);",
        "      it says: The name ab is short.",
    ]


def test_two_findings_need_two_marks():
    given = case(f"sql a/00001_a.sql\n{UP}DROP TABLE ab, cd; -- finds XX102\n")

    assert "XX102 table-dropped is found and not marked" in testing.differences(given, RULES)


def test_a_mark_of_a_rule_that_is_not_there_is_told():
    given = case(f"sql a/00001_a.sql\n{UP}CREATE TABLE abc (id int); -- finds XX999\n")

    assert "XX999 which is no rule is marked and not found" in testing.differences(given, RULES)


def test_files_marked_as_before_are_known_and_not_judged():
    given = case(
        f"sql a/00001_a.sql before\n{UP}CREATE TABLE ab (id int);\n",
        f"sql a/00002_b.sql\n{UP}DROP TABLE ab; -- finds XX102\n",
    )

    testing.check(given, RULES)


def test_a_table_of_the_same_change_is_new():
    given = case(
        f"sql a/00001_a.sql\n{UP}CREATE TABLE abc (id int);\n",
        f"sql a/00002_b.sql\n{UP}DROP TABLE abc;\n",
    )

    testing.check(given, RULES)


def test_a_path_may_stand_as_it_was_and_as_it_is():
    given = case(
        f"sql a/00001_a.sql before\n{UP}CREATE TABLE abc (id int);\n",
        f"sql a/00001_a.sql\n{UP}CREATE TABLE abcd (id int); -- finds XX103\n",
    )

    testing.check(given, RULES)


def test_what_is_marked_as_deleted_is_gone():
    given = case(
        f"sql a/00001_a.sql before\n{UP}CREATE TABLE abc (id int);\n",
        f"sql a/00002_b.sql before deleted\n{UP.strip()} -- finds XX103\nCREATE TABLE abcd (id int);\n",
    )

    testing.check(given, RULES)


def test_settings_of_the_example_count():
    given = case(
        "yaml avion-lint.yaml\nrules:\n  table-with-short-name: {level: error, at-least: 5}\n  table-dropped: off\n",
        f"sql a/00001_a.sql\n{UP}CREATE TABLE abcd (id int); -- finds XX101\nDROP TABLE other;\n",
    )

    testing.check(given, RULES)


def test_the_tools_own_rules_are_on():
    given = case(f"sql a/00001_a.sql\n{UP}SELEC 1; -- finds AV101\n")

    testing.check(given, RULES)


def test_a_rule_that_breaks_is_a_difference():
    given = case(f"sql a/00001_a.sql\n{UP}SELECT 1;\n")

    assert "rule broken broke on this: ZeroDivisionError" in testing.differences(given, (*RULES, broken))


def test_cases_are_numbered_by_kind_and_rules_without_a_page_are_left_out():
    assert testing.cases((replace(table_with_short_name, module="avion_lint.rule"),)) == ()
    assert str(case(f"sql a/00001_a.sql\n{UP}")) == "table-with-short-name/bad-1"
