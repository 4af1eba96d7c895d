"""What a migration leaves is told at a glance only where that is what reading it as its runner does tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avion_lint.judgement.leaving import Left, left_by
from avion_lint.record import replace
from avion_lint.runners import goose
from avion_lint.runners.goose_annotations import Profile
from avion_lint.runners.migration import Direction, MigrationFile, Runner
from avion_lint.schema.replay import changes_schema
from avion_lint.source import Document, Span
from avion_lint.sql.actions import AddColumn, Command, flattened
from avion_lint.sql.changes import changes_in
from avion_lint.sql.opening import is_given
from avion_lint.sql.statements import read
from avion_lint.subjects import Service

SERVICE = Service("shop", "", Runner.GOOSE)
PAGES = Path(__file__).parent.parent / "rules" / "avion_rules"


def file_of(text: str, profile: Profile = Profile.V3_19) -> MigrationFile:
    return goose.read(Document("db/00001_a.sql", text), profile)


def at_a_glance(file: MigrationFile) -> bool:
    seen = file.contents.outline()
    changes = changes_in(file.document.text, seen.span) if seen else None
    return bool(seen and changes and file.contents.sends_each(seen, changes.statements))


class _Unseen(type(file_of("").contents)):  # type: ignore[misc]
    """Contents that are never taken at a glance."""

    __slots__ = ()

    def outline(self) -> None:
        return None


def whole(text: str, profile: Profile = Profile.V3_19) -> Left:
    document = Document("db/00001_a.sql", text)
    return left_by(MigrationFile(document, Runner.GOOSE, *_named(text), _Unseen(document, profile, None)), SERVICE)


def _named(text: str) -> tuple[object, ...]:
    file = file_of(text)
    return file.kind, file.version, file.description


def told(left: Left) -> tuple[object, ...]:
    """The same whatever text the spans of actions count from; those of deeds count from the file's start."""
    deeds = [(replace(deed.action, span=deed.span), deed.span) for deed in left.deeds]
    given = [(each.sets.name, each.sets.value) for each in left.settings if isinstance(each, Command) and each.sets]
    return deeds, given, left.problems


PLAIN = [
    "-- +goose Up\nCREATE TABLE a (b int);\n",
    "-- +goose Up\nCREATE TABLE a (b int);\n-- +goose Down\nDROP TABLE a;\n",
    "-- words\n\n-- +goose NO TRANSACTION\n-- +goose Up\n-- words\nSET search_path = x;\n\nDROP TABLE a;\n",
    "-- +goose Up\n-- +goose NO TRANSACTION\nALTER TABLE a ADD c int; ALTER TABLE a ADD d int;\n",
    "-- +goose Up\nALTER TABLE größe ADD straße text; -- ein Wort\nALTER TABLE größe ADD d int;\n",
    '-- +goose Up\nINSERT INTO a VALUES (\'{"stmt":{"\');\nALTER TABLE a ADD d int;\n',
    "-- +goose Up\n-- +goose StatementBegin\nDO $$ BEGIN\n DROP TABLE a;\nEND $$;\n-- +goose StatementEnd\n",
    "-- +goose Up\nALTER ROLE r SET lock_timeout = '3s';\nUPDATE a SET b = 1;\nSELECT f(1);\n",
    "-- +goose Up\nINSERT INTO a WITH x AS (UPDATE b SET c = 1 RETURNING 1) SELECT * FROM x;\n",
]
READ = [
    "-- +goose Up\nCREATE FUNCTION f() RETURNS int AS $$\nSELECT 1;\n$$ LANGUAGE sql;\n",
    "-- +goose Up\nSELECT 'a;\nb';\n",
    "-- +goose Up\nALTER TABLE a ADD c int;--x\n",
    "-- +goose Up\nALTER TABLE a ADD c int\n",
    "-- +goose Up\nALTER TABLE a ADD c int;\n-- ends here;\n",
    "-- +goose Up\nALTER TABLE a ADD c int; /* \n-- +goose StatementBegin\n*/ SELECT 1;\n-- +goose StatementEnd\n",
    "-- +goose Up\n-- +goose StatementBegin\n-- +goose StatementEnd\nALTER TABLE a ADD c int;\nDROP TABLE b;\n",
    "-- +goose Up\n-- +goose StatementBegin\nSELECT 1\n-- +goose StatementEnd\nALTER TABLE a ADD c int;\n",
    "-- +goose Up\nSELECT 1\n-- +goose StatementBegin\n;ALTER TABLE a ADD c int;\n-- +goose StatementEnd\n",
    "-- +goose Up\r\nALTER TABLE a ADD c int;\r\n",
    "\ufeff-- +goose Up\nALTER TABLE a ADD c int;\n",
    "SELECT 1;\n-- +goose Up\nALTER TABLE a ADD c int;\n",
    "-- +goose Up\n-- +goose ENVSUB ON\nALTER TABLE ${A} ADD c int;\n",
    "-- +goose Up\nALTER TABLE a ADD c int;\n-- +goose Down\n-- +goose StatementBegin\nSELECT 1;\n",
    "-- +goose Up\nALTER TABLE a ADD c int;\n\\echo done\n",
    "-- +goose Up\nALTER TABEL a ADD c int;\nALTER TABLE a ADD c int;\n",
    "-- +goose Up\nALTER TABLE a ADD c int;\0\n",
    "ALTER TABLE a ADD c int;\n",
    "",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_file_is_told_at_a_glance(text: str) -> None:
    assert at_a_glance(file_of(text))
    assert told(left_by(file_of(text), SERVICE)) == told(whole(text))


@pytest.mark.parametrize("text", READ)
def test_what_goose_does_not_send_as_it_stands_is_read(text: str) -> None:
    assert not at_a_glance(file_of(text))
    assert told(left_by(file_of(text), SERVICE)) == told(whole(text))


def test_deeds_stand_at_their_places_in_the_file() -> None:
    text = "-- Größe\n-- +goose Up\nSET x = 1;\nALTER TABLE a ADD größe int, ADD d int;\n"
    deeds = [deed for deed in left_by(file_of(text), SERVICE).deeds if isinstance(deed.action, AddColumn)]

    assert [text[deed.span.start : deed.span.end] for deed in deeds] == ["ALTER TABLE a ADD größe int", "ADD d int"]


LINES = [
    "-- +goose Up", "-- +goose Down", "-- +goose StatementBegin", "-- +goose StatementEnd", "-- +goose NO TRANSACTION",
    "ALTER TABLE a ADD c int;", "ALTER TABLE a ADD d int; -- x", "ALTER TABLE a", "  ADD e text DEFAULT 'x;';",
    "SELECT '",
    "-- words;", "-- words", "", "DO $$ BEGIN DROP TABLE a; END $$;", "CREATE VIEW v AS SELECT 1;--x", "DROP TABLE b;;",
    "INSERT INTO a VALUES (1); DROP TABLE c;", "$$", "/*", "*/", "-- +goose ENVSUB ON", "'; -- ';", "DROP TABLE d; --",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=9), st.sampled_from(list(Profile)))
def test_a_glance_never_tells_otherwise_than_reading(lines: list[str], profile: Profile) -> None:
    text = "\n".join(["-- +goose Up", *lines, ""])

    assert told(left_by(file_of(text, profile), SERVICE)) == told(whole(text, profile))


@pytest.mark.parametrize("page", sorted(PAGES.rglob("*.md")), ids=lambda page: page.stem)
def test_the_statements_of_pages_leave_the_same_where_quiet_ones_are_passed_over(page: Path) -> None:
    for number, text in enumerate(page.read_text(encoding="utf-8").split("```")):
        changes = changes_in(text, Span(text.find("\n"), len(text))) if number % 2 else None
        if changes is not None:
            statements = read(text[text.find("\n") :]).statements
            every = list(flattened(action for sql in statements for action in sql.actions))
            wanted = [type(action) for action in every if changes_schema(action) or is_given(action)]

            found = flattened(changes.actions)
            assert [type(action) for action in found if changes_schema(action) or is_given(action)] == wanted


def test_a_file_in_the_down_direction_alone_leaves_nothing() -> None:
    file = file_of("-- +goose Up\n-- +goose Down\nDROP TABLE a;\n")

    assert file.section(Direction.DOWN) is not None
    assert left_by(file, SERVICE) == Left()
