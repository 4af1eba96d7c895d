"""Rule pages: what is read from them, what is refused and where, and how they are shown."""

from __future__ import annotations

import sys
import zipfile
from importlib import invalidate_caches

import pytest

from avion_lint.pages import (
    ExampleKind,
    Fails,
    Finds,
    PageError,
    SafeWay,
    Takes,
    help_markdown,
    help_text,
    load,
    read,
)
from avion_lint.record import replace
from avion_lint.report.explain import explain
from avion_lint.report.style import Style
from avion_lint.rule import Rule
from avion_lint.sql.effects import Lock

PAGE = """\
# index-not-concurrent

Blocks every write to the table
while the index builds.

## Why
`CREATE INDEX` takes a **SHARE** lock; see [the manual](https://postgresql.org/docs).

```sql
# no heading
## and none here
```

## When it is fine
- On a table that nobody uses yet.

## The safe way
Build it beside the writes.
### goose
    -- +goose NO TRANSACTION
### Flyway
Write CONCURRENTLY.

## Bad
Two files.
```sql services/users/migrations/00001_users.sql before
-- +goose Up
CREATE TABLE users (email text);
```
```sql services/users/migrations/00002_index.sql
-- +goose Up -- finds MG102
-- finds-below LK106
CREATE INDEX a ON users (email); -- finds LK101, LK101; takes SHARE on users
SELECT ' -- finds MG101'; -- fails 25001
```

## Bad: Flyway, gone
```sql "db/V1__two words.sql" before deleted
CREATE INDEX b ON users (email);   -- finds LK101
```
```properties db/V1__b.sql.conf
executeInTransaction=false # finds LK107
```

## Good
```sql db/V1__c.sql
CREATE INDEX CONCURRENTLY c ON users (email);
```
"""
NAME = "index-not-concurrent"
RULE = Rule("LK101", NAME, "Find an index that is built while writers wait.", "avion_rules.locks.x")


def page(text=PAGE):
    return read(text, "page.md", NAME)


def refused(text):
    with pytest.raises(PageError) as caught:
        page(text)
    return f"{caught.value.line}: {caught.value.message}"


def without(section):
    start = PAGE.index(f"## {section}\n")
    following = {"Why": "When it is fine", "When it is fine": "The safe way", "The safe way": "Bad"}
    return PAGE[:start] + PAGE[PAGE.index(f"## {following[section]}\n") :]


# --- reading -------------------------------------------------------------------------------------------------


def test_prose_is_read_by_its_sections():
    read_page = page()

    assert read_page.title == NAME
    assert read_page.summary == "Blocks every write to the table while the index builds."
    assert read_page.why.endswith("```sql\n# no heading\n## and none here\n```")
    assert read_page.when_fine == "- On a table that nobody uses yet."
    assert read_page.safe_way == (
        SafeWay("", "Build it beside the writes."),
        SafeWay("goose", "    -- +goose NO TRANSACTION"),
        SafeWay("Flyway", "Write CONCURRENTLY."),
    )


def test_examples_have_kind_title_note_and_files():
    bad, gone, good = page().examples

    assert [(made.kind, made.title, made.note) for made in (bad, gone, good)] == [
        (ExampleKind.BAD, "", "Two files."),
        (ExampleKind.BAD, "Flyway, gone", ""),
        (ExampleKind.GOOD, "", ""),
    ]
    assert [(file.path, file.before, file.deleted) for file in (*bad.files, *gone.files)] == [
        ("services/users/migrations/00001_users.sql", True, False),
        ("services/users/migrations/00002_index.sql", False, False),
        ("db/V1__two words.sql", True, True),
        ("db/V1__b.sql.conf", False, False),
    ]


def test_marks_are_taken_away_and_count_lines_of_what_remains():
    file = page().examples[0].files[1]

    assert file.text == "-- +goose Up\nCREATE INDEX a ON users (email);\nSELECT ' -- finds MG101';\n"
    assert file.marks == (
        Finds(1, "MG102"),
        Finds(2, "LK106"),
        Finds(2, "LK101"),
        Finds(2, "LK101"),
        Takes(2, Lock.SHARE, "users"),
        Fails(3, "25001"),
    )


def test_a_line_of_a_file_leads_back_to_the_page():
    file = page().examples[0].files[1]
    lines = PAGE.splitlines()

    assert [lines[file.page_line(line) - 1][:12] for line in (1, 2, 3)] == [
        "-- +goose Up",
        "CREATE INDEX",
        "SELECT ' -- ",
    ]


def test_marks_in_other_languages_stand_behind_their_own_comment_sign():
    file = page().examples[1].files[1]

    assert (file.text, file.marks) == ("executeInTransaction=false\n", (Finds(1, "LK107"),))


def test_a_tilde_fence_may_hold_backticks():
    text = PAGE.replace("```sql db/V1__c.sql\n", "~~~sql db/V1__c.sql\n-- ```\n").removesuffix("```\n") + "~~~\n"

    assert page(text).examples[2].files[0].text.startswith("-- ```\n")


# --- refusing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", ["Why", "When it is fine", "The safe way", "Good"])
def test_a_missing_section_is_named(section):
    text = without(section) if section != "Good" else PAGE[: PAGE.index("## Good")]

    assert refused(text).endswith(f"the section `## {section}` is missing")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (f"# {NAME}\n", "# index-concurrent\n", f"1: the title is `index-concurrent`, the rule's name is `{NAME}`"),
        (f"# {NAME}\n", "", f"1: a page begins with its title, `# {NAME}`"),
        ("## Why\n", "## Reasons\n", "6: unknown section `Reasons`; a page has `## Why`,"),
        ("\n## Good\n", "\n# Good\n", "45: a page has one title; sections begin with `##`"),
        ("## Why\n", "## When it is fine\n## Why\n", "6: sections stand once and in order;"),
        ("- On a table that nobody uses yet.\n", "", "14: the section `## When it is fine` is empty"),
        ("### Flyway\n", "### flyway\n", "21: `### flyway` names no runner; write `### goose` or `### Flyway`"),
        ("Write CONCURRENTLY.\n", "", "21: `### Flyway` has nothing below it"),
        ("while the index builds.\n", "while the index builds.\n\nMore.\n", "2: below the title stands one paragraph"),
        ("```sql db/V1__c.sql\n", "```sql\n", "46: write language, path and perhaps `before`;"),
        ("```sql db/V1__c.sql\n", "```cobol db/V1__c.sql\n", "46: write language, path and perhaps `before`;"),
        ("```sql db/V1__c.sql\n", "```sql db/V1__c.sql beforehand\n", "46: after the path may stand only `before`"),
        ("```sql db/V1__c.sql\n", "```sql ../V1__c.sql\n", "46: the path is one inside a repository"),
        ("```sql db/V1__c.sql\n", '```sql "db/V1__c.sql\n', "46: the info string cannot be read"),
        ("users (email);\n```\n", "users (email);\n", "46: this fence is not closed"),
        ("db/V1__b.sql.conf\n", "db/V1__b.sql.conf before\n```\n```sql db/V1__b.sql.conf before\n",
         "43: `db/V1__b.sql.conf` stands twice in this example"),
        ("```properties db/V1__b.sql.conf\n", '```sql "db/V1__two words.sql"\n',
         "38: `db/V1__two words.sql` is marked as deleted, and stands there again"),
        ("-- finds LK101, LK101;", "-- finds LK101 LK101;", "33: `LK101 LK101` is no rule id"),
        ("-- finds LK101, LK101;", "-- finds;", "33: `` is no rule id"),
        ("; takes SHARE on", "; holds SHARE on", "33: unknown mark `holds`; marks are finds-below, finds, takes,"),
        ("takes SHARE on", "takes SHARED on", "33: write `takes LOCK on relation`, where LOCK is one of ACCESS SHARE,"),
        ("fails 25001", "fails", "34: `` is no SQLSTATE"),
        ("-- finds-below LK106", "SELECT 1; -- finds-below LK106", "32: `finds-below` stands on a line of its own"),
        ("' -- finds MG101'; -- fails 25001", "1;\n-- finds-below LK101", "35: `finds-below` has no line below it"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_line(old, new, message):
    assert old in PAGE
    head, _, tail = PAGE.rpartition(old)

    assert refused(head + new + tail).startswith(message)


def test_an_example_without_a_file_is_refused():
    text = PAGE[: PAGE.index("## Good")] + "## Good\nNothing.\n"

    assert refused(text) == "45: an example needs at least one fenced file"


def test_what_the_tool_itself_reports_needs_no_examples_and_nothing_safer():
    text = PAGE[: PAGE.index("## Bad")].replace("## The safe way", "## What to do")

    assert read(text, "page.md", NAME, examples=False).examples == ()


# --- finding the page --------------------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A folder in which packages are found, forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.split(".")[0] == "pack_of_pages"]:
        del sys.modules[name]


def test_a_page_lies_beside_its_rules_module(package):
    (package / "pack_of_pages").mkdir()
    (package / "pack_of_pages" / "__init__.py").touch()
    (package / "pack_of_pages" / "index_not_concurrent.py").touch()
    (package / "pack_of_pages" / "index_not_concurrent.md").write_text(PAGE, encoding="utf-8")
    invalidate_caches()

    assert load(replace(RULE, module="pack_of_pages.index_not_concurrent", check=iter)).text == PAGE
    assert load(replace(RULE, module="pack_of_pages", check=iter)).text == PAGE


def test_a_page_is_found_in_a_zip(package, monkeypatch):
    archive = package / "pack.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("pack_of_pages/__init__.py", "")
        file.writestr("pack_of_pages/index_not_concurrent.md", PAGE)
    monkeypatch.syspath_prepend(str(archive))

    assert load(replace(RULE, module="pack_of_pages", check=iter)).title == NAME


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("avion_lint.pages", "avion_lint/pages/index_not_concurrent.md:1: LK101 index-not-concurrent has no page"),
        ("avion_lint.nowhere", "avion_lint.nowhere:1: index-not-concurrent is not in a package"),
        ("nowhere.at_all", "nowhere.at_all:1: the module of index-not-concurrent cannot be found"),
    ],
)
def test_a_page_that_is_not_there_is_told(module, message):
    with pytest.raises(PageError) as caught:
        load(replace(RULE, module=module, check=iter))

    assert str(caught.value).startswith(message)


# --- showing -----------------------------------------------------------------------------------------------------


def test_help_has_the_page_without_marks_and_says_how_to_suppress():
    text = help_markdown(page())

    assert text.startswith("Blocks every write to the table while the index builds.\n\n## Why\n")
    assert "## The safe way with goose\n\n    -- +goose NO TRANSACTION\n" in text
    assert "```sql\n-- +goose Up\nCREATE INDEX a ON users (email);\n" in text
    assert "-- avion-lint: ignore[index-not-concurrent] the reason" in text
    assert "LK106" not in text
    assert "CREATE TABLE users" not in text


def test_help_as_text_has_no_markdown():
    text = help_text(page())

    assert "takes a SHARE lock; see the manual (https://postgresql.org/docs)." in text
    assert "    # no heading\n    ## and none here" in text
    assert "```" not in text


def test_explain_wraps_prose_but_not_code():
    long = PAGE.replace("Write CONCURRENTLY.", "word " * 40 + "\n\n    SELECT " + "x, " * 40 + "x;")
    shown = explain(RULE, read(long, "page.md", NAME), Style(colour=False), level="error", width=60)
    lines = shown.splitlines()

    assert lines[0] == "LK101 index-not-concurrent (error)"
    assert max(len(line) for line in lines if "word" in line) <= 60
    assert any("x, " * 40 in line for line in lines)
    assert "  - On a table that nobody uses yet." in lines
    assert "    CREATE INDEX a ON users (email);" in lines


def test_explain_paints_only_when_asked():
    assert "\x1b" not in explain(RULE, page(), Style(colour=False))
    assert "\x1b[1mLK101 index-not-concurrent\x1b[0m" in explain(RULE, page(), Style(colour=True))


def test_explain_shows_nothing_that_could_steer_the_terminal():
    text = PAGE.replace("Write CONCURRENTLY.", "Write \x1b[31mCONCURRENTLY.")

    assert "\x1b" not in explain(RULE, page(text), Style(colour=False))
