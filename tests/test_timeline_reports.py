"""Timelines as text, JSON and HTML."""

import json
import re
from html.parser import HTMLParser

import pytest

from avion_lint.report import timeline_html, timeline_json
from avion_lint.report.plain import width
from avion_lint.report.style import Style
from avion_lint.report.timeline_text import ASCII, Look, render
from tests.cli_helper import ROOT
from tests.forked_helper import avion_lint
from tests.timeline_helper import goose_timeline

BEFORE = "CREATE TABLE users (id bigint PRIMARY KEY, age int);\nCREATE TABLE orders (id bigint, user_id bigint);"
UP = "ALTER TABLE users ADD a int;\nCREATE INDEX i ON orders (user_id);"
HOSTILE = """ALTER TABLE "<script>alert(1)</script>" ADD "</code><img src=x onerror=alert(2)>" int;
COMMENT ON TABLE users IS E'\x1b[31mred\u202egnp 🎉 漢字 ' ;"""
LOOK = Look(Style(colour=False))


def test_the_drawing_has_a_row_for_each_statement_and_a_column_for_each_relation():
    lines = render(goose_timeline(BEFORE, UP), LOOK).splitlines()
    rows = [line for line in lines if line.startswith(("  ┌", "  └"))]

    assert rows == [
        "  ┌ 1     2  █  ·  ALTER TABLE users ADD a int",
        "  └ 2     3  █  ▓B CREATE INDEX i ON orders (user_id)",
    ]
    assert "  A █ users: ACCESS EXCLUSIVE, statements 1 to 2" in lines


def test_no_line_is_wider_than_the_terminal():
    long = f"ALTER TABLE users ADD {'wide_' * 40} int DEFAULT '{'漢字' * 60}'"
    many = "".join(f"ALTER TABLE table_with_a_rather_long_name_{n} ADD a int;\n" for n in range(20))
    text = render(goose_timeline(BEFORE, f"{many}{long};\nCREATE INDEX CONCURRENTLY i ON users (a);"), LOOK)

    assert max(map(width, text.splitlines())) <= 80
    assert "and 9 more" in text


def test_ascii_is_ascii():
    text = render(goose_timeline(BEFORE, f"{UP}\nCOMMENT ON TABLE users IS 'Grüße';"), Look(Style(colour=False), ASCII))

    assert text.isascii()
    assert "  / 1     2  #  .  ALTER TABLE users ADD a int" in text


def test_nothing_of_a_migration_steers_a_terminal():
    text = render(goose_timeline(BEFORE, HOSTILE), LOOK)

    assert "\x1b" not in text
    assert "\u202e" not in text


def test_colours_are_only_where_they_are_wanted():
    made = goose_timeline(BEFORE, UP)
    painted = render(made, Look(Style(colour=True)))

    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == render(made, LOOK)


def test_json_tells_who_holds_what():
    (made,) = json.loads(timeline_json.render([goose_timeline(BEFORE, UP)]))
    first, second = made["statements"]

    assert first["takes"] == first["holds"] == [{"relation": "users", "lock": "ACCESS EXCLUSIVE"}]
    assert second["takes"] == [{"relation": "orders", "lock": "SHARE"}]
    assert second["work"] == [{"relation": "orders", "kind": "build", "sure": True, "indexes": ["i"]}]
    (share,) = made["relations"][1]["locks"]
    assert share["keeps_waiting"] == ["writes", "vacuum", "schema_changes"]
    assert made["transactions"] == [{"first": 1, "last": 2, "opened_by": "runner"}]


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.open, self.text = [], [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src") or name.startswith("on")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def parsed(page):
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    return tags


def test_the_page_stands_by_itself_and_takes_a_migration_for_text():
    page = timeline_html.render([goose_timeline(BEFORE, HOSTILE)])
    tags = parsed(page)

    assert not {"script", "img", "link", "iframe", "object"} & set(tags.tags)
    assert tags.links == []
    assert "url(" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "<script>alert(1)</script>" in tags.text


def test_what_the_picture_shows_is_in_words_as_well():
    tags = parsed(timeline_html.render([goose_timeline(BEFORE, UP)]))

    assert "users: ACCESS EXCLUSIVE" in tags.text
    assert "orders: SHARE; builds an index on orders" in tags.text


def test_the_page_holds_hundreds_of_statements_and_long_ones():
    up = "".join(f"ALTER TABLE users ADD c{n} int;\n" for n in range(150)) + f"SELECT '{'long ' * 500}';"
    tags = parsed(timeline_html.render([goose_timeline(BEFORE, up)]))

    assert tags.tags.count("tr") == 152
    assert tags.tags.count("details") == 1


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "00001_a.sql").write_text(f"-- +goose Up\n{BEFORE}\n")
    (tmp_path / "00002_b.sql").write_text(f"-- +goose Up\n{UP}\n")
    return tmp_path


def test_show_timeline_draws_the_files_asked_for(folder):
    run = avion_lint("show", "--timeline", "00002_b.sql", cwd=folder, LC_ALL="C.UTF-8")

    assert run.code == 0
    assert run.out.startswith("00002_b.sql · up · PostgreSQL 15\n  Blocks every read and write of users,")
    assert "00001_a.sql" not in run.out


def test_the_locale_s_ascii_is_obeyed(folder):
    assert avion_lint("show", "--timeline", "00002_b.sql", cwd=folder, LC_ALL="C").out.isascii()


def test_the_page_goes_to_a_file(folder):
    run = avion_lint("show", "--timeline", "00002_b.sql", "--format", "html", "--output", "out.html", cwd=folder)

    assert (run.code, run.out) == (0, "")
    assert (folder / "out.html").read_text().startswith("<!DOCTYPE html>")


def test_html_without_timeline_is_refused_in_words(folder):
    run = avion_lint("show", "00002_b.sql", "--format", "html", cwd=folder)

    assert run.code == 2
    assert "--timeline" in run.err


def test_another_version_of_postgresql(folder):
    run = avion_lint("show", "--timeline", "00002_b.sql", "--postgres", "18", "--format", "json", cwd=folder)

    assert json.loads(run.out)[0]["postgres"] == 18


def test_the_page_shows_what_the_command_draws(tmp_path):
    text = (ROOT / "docs/timeline.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- timeline -->\n```console\n\$ avion-lint (.*?)\n(.*?)```", text, re.DOTALL)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/00001_a.sql").write_text(
        "-- +goose Up\nCREATE TABLE users (id bigint);\nCREATE TABLE orders (user_id bigint, note text);\n"
    )
    (tmp_path / "migrations/00002_change.sql").write_text(
        "-- +goose Up\nSET LOCAL lock_timeout = '3s';\nALTER TABLE users ADD COLUMN nickname text;\n"
        "CREATE INDEX orders_user_idx ON orders (user_id);\nUPDATE orders SET note = '' WHERE note IS NULL;\n"
    )
    (tmp_path / "avion-lint.yaml").touch()

    assert avion_lint(*shown[1].split(), cwd=tmp_path, LC_ALL="C.UTF-8").out == shown[2]
