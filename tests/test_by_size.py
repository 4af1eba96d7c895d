"""What known sizes of tables make of findings."""

from datetime import UTC, date, datetime

import pytest

from avion_lint.finding import Level
from avion_lint.judgement.rehearse import rehearse
from avion_lint.settings.reader import load
from avion_lint.source import Document
from avion_lint.sql.actions import Name
from avion_lint.stats.model import GB, Known, Stats, TableStats, Thresholds
from avion_lint.verdict import SuppressedBy
from tests.cli_helper import ROOT, indexes, makes
from tests.forked_helper import avion_lint, judged
from tests.git_helper import make_repo
from tests.rules_helper import GOOSE, RULES

BEFORE = """\
CREATE TABLE users (id bigint PRIMARY KEY, age int, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
"""
MEASURED = date(2025, 12, 1)  # rehearsals are on 2026-01-01


def name(text):
    schema, _, last = text.rpartition(".")
    return Name(schema or "public", last)


def verdict(up, tables, *, measured=MEASURED, before=BEFORE, thresholds=None):
    """The verdict on a migration where the sizes of tables are known: rows, bytes, bytes of indexes."""
    stats = Stats(measured, "15", {name(key): TableStats(name(key), *sizes) for key, sizes in tables.items()})
    old = {f"{GOOSE}/00001_a.sql": f"-- +goose Up\n{before}\n-- +goose Down\nSELECT 1;\n"}
    new = {f"{GOOSE}/00002_b.sql": f"-- +goose Up\n{up}\n-- +goose Down\nSELECT 1;\n"}
    known = Known(stats, thresholds or Thresholds())
    return rehearse({**old, **new}, old, RULES, policy="default", sizes={"users": known})


def result(found, rule):
    return next((each for each in found.results if each.rule.id == rule), None)


def kept_silent(found):
    return {each.result.rule.id: each.reason for each in found.suppressed if each.by is SuppressedBy.SIZE}


SMALL, MIDDLE, LARGE = (200, 16384, 16384), (1_000_000, GB, GB // 4), (41_000_000, 12 * GB, 4 * GB)
INDEX = "CREATE INDEX users_age ON users (age);"
CASES = {
    "LK101": INDEX,
    "LK103": "REINDEX TABLE users;",
    "LK110": "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0);",
    "LK112": "ALTER TABLE users ADD CONSTRAINT c UNIQUE (email);",
    "LK114": "ALTER TABLE users ALTER age SET NOT NULL;",
    "LK115": "ALTER TABLE users ALTER age TYPE bigint;",
    "LK116": "ALTER TABLE users ADD token uuid DEFAULT gen_random_uuid();",
    "LK123": "VACUUM FULL users;",
    "DA101": "UPDATE users SET age = 1;",
    "DA104": "INSERT INTO orders SELECT id, id FROM users;",
}


@pytest.mark.parametrize("rule", CASES)
def test_a_small_table_keeps_it_silent_and_the_reason_is_told(rule):
    found = verdict(CASES[rule], {"users": SMALL, "orders": SMALL})

    assert result(found, rule) is None
    assert kept_silent(found)[rule].startswith("users has 200 rows, 16 kB (measured on 2025-12-01)")


@pytest.mark.parametrize("rule", CASES)
def test_otherwise_the_message_says_how_long_it_takes(rule):
    found = verdict(CASES[rule], {"users": MIDDLE, "orders": SMALL})
    message = result(found, rule).finding.message

    assert " That takes about " in message
    assert message.endswith("users has 1 million rows, 1 GB (measured on 2025-12-01).")


@pytest.mark.parametrize("rule", CASES)
def test_without_sizes_nothing_is_said_of_them(rule):
    without, other = verdict(CASES[rule], {}), verdict(CASES[rule], {"invoices": LARGE})

    assert result(without, rule).finding.message == result(other, rule).finding.message
    assert "That takes" not in result(without, rule).finding.message


def test_a_large_table_makes_a_warning_an_error():
    up = "INSERT INTO orders SELECT id, id FROM users;"

    assert result(verdict(up, {"users": MIDDLE}), "DA104").level is Level.WARNING
    assert result(verdict(up, {"users": LARGE}), "DA104").level is Level.ERROR


def test_a_foreign_key_counts_the_rows_that_are_looked_up():
    up = "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id);"

    assert "LK111" in kept_silent(verdict(up, {"orders": SMALL, "users": LARGE}))
    assert result(verdict(up, {"orders": LARGE, "users": SMALL}), "LK111")


def test_the_size_of_a_partitioned_table_counts_once():
    up = "CREATE INDEX e ON events (at);"
    parted = Known(
        Stats(
            MEASURED,
            "15",
            {
                name("events"): TableStats(name("events"), *LARGE, partitions=1),
                name("events_1"): TableStats(name("events_1"), *LARGE, partition_of=name("events")),
            },
        )
    )
    old = {f"{GOOSE}/00001_a.sql": f"-- +goose Up\n{BEFORE}"}
    new = {f"{GOOSE}/00002_b.sql": f"-- +goose Up\n{up}"}
    found = rehearse({**old, **new}, old, RULES, policy="default", sizes={"users": parted})
    message = result(found, "LK101").finding.message

    assert message.count("41 million rows") == 1


def test_partitions_that_no_migration_made_count_with_their_table():
    up = "CREATE INDEX e ON events (at);\nALTER TABLE events ADD CONSTRAINT c CHECK (id > 0);"

    assert {"LK101", "LK110"} <= kept_silent(verdict(up, {"events": SMALL})).keys()
    assert result(verdict(up, {"events": LARGE}), "LK110").finding.message.count("41 million rows") == 1


def test_what_breaks_others_or_fails_is_told_of_small_tables_as_well():
    up = (
        "ALTER TABLE users DROP COLUMN email;\nCREATE INDEX CONCURRENTLY i ON users (age);\n"
        "TRUNCATE orders;\nDELETE FROM orders;"
    )
    found = verdict(up, {"users": SMALL, "orders": SMALL})

    assert {"CO102", "LK104", "DA105", "DA102"} <= {each.rule.id for each in found.results}


def test_names_with_a_schema_are_told_apart():
    before = f"{BEFORE}CREATE SCHEMA shop; CREATE TABLE shop.users (id bigint, age int);"
    up = "CREATE INDEX a ON shop.users (age);\nCREATE INDEX b ON users (age);"
    found = verdict(up, {"shop.users": SMALL, "users": LARGE}, before=before)

    assert [each.finding.object for each in found.results if each.rule.id == "LK101"] == ["users"]
    assert kept_silent(found)["LK101"].startswith("shop.users has 200 rows")


def test_sizes_that_are_too_old_keep_nothing_silent():
    found = verdict(INDEX, {"users": SMALL}, measured=date(2025, 1, 1))

    assert result(found, "LK101")
    assert kept_silent(found) == {}


def test_thresholds_are_the_settings_word():
    found = verdict(INDEX, {"users": MIDDLE}, thresholds=Thresholds(small_rows=2_000_000, small_bytes=2 * GB))

    assert "LK101" in kept_silent(found)


def test_the_page_says_what_is_said():
    said = result(verdict(INDEX, {"users": LARGE}, measured=date(2025, 12, 22)), "LK101").finding.message
    page = " ".join((ROOT / "docs/sizes.md").read_text(encoding="utf-8").split())

    assert said.partition("That")[2].replace("2025-12-22", "2026-11-22") in page


# --- the command -------------------------------------------------------------------------------------------------


SETTINGS = "stats: sizes.yaml\nsizes: {small-rows: 1000}\n"


@pytest.fixture
def folder(tmp_path):
    """A repository with a table in use, a new index on it, and settings that name a stats file."""
    repo = make_repo(tmp_path / "shop")
    repo.commit({"m/00001_a.sql": makes("users"), "avion-lint.yaml": SETTINGS})
    (repo.path / "m/00002_b.sql").write_text(indexes("users", "email"))
    return repo.path


def measured(folder, rows, day=None):
    today = f"{datetime.now(tz=UTC):%Y-%m-%d}"
    (folder / "sizes.yaml").write_text(f"version: 1\nmeasured: {day or today}\ntables:\n  users: {{rows: {rows}}}\n")


def test_the_settings_name_the_file(folder):
    measured(folder, 900)
    small = judged(cwd=folder)
    measured(folder, 1000)
    middle = judged(cwd=folder)
    measured(folder, 41_000_000)
    large = judged(cwd=folder)

    assert [found[0] for found in small.found] == []
    (silent,) = small.report["suppressed"]
    assert (silent["id"], silent["by"]) == ("LK101", "size")
    assert [found[0] for found in middle.found] == ["LK101"]
    assert "users has 41 million rows" in large.of("LK101")["message"]


def test_old_sizes_are_a_finding_at_the_day(folder):
    measured(folder, 900, "2020-01-01")

    assert ("AV111", "sizes.yaml", 2) in judged(cwd=folder).found
    assert ("LK101", "m/00002_b.sql", 5) in judged(cwd=folder).found


def test_a_stats_file_that_is_not_there_is_told(folder):
    run = avion_lint(cwd=folder)

    assert run.code == 2
    assert "sizes.yaml" in run.err


def test_a_stats_file_that_is_wrong_is_told_with_its_line(folder):
    (folder / "sizes.yaml").write_text("version: 1\nmeasured: 2026-01-01\ntables: {users: {rows: few}}\n")
    run = avion_lint(cwd=folder)

    assert run.code == 2
    assert "sizes.yaml:3:" in run.err


def test_a_service_has_its_own_file_and_thresholds_and_the_general_ones_else():
    text = """\
stats: ./all.json
sizes: {small-rows: 5, large-bytes: 1 GB}
services:
  - {path: a, stats: a.json, sizes: {small-rows: 7}}
  - {path: b}
"""
    settings = load(Document("avion-lint.yaml", text), RULES)
    first, second = settings.service_at("a"), settings.service_at("b")

    assert (first.stats, second.stats) == ("a.json", "all.json")
    assert first.sizes == Thresholds(small_rows=7, large_bytes=GB)
    assert second.sizes == Thresholds(small_rows=5, large_bytes=GB)


def test_thresholds_that_are_no_numbers_are_refused(folder):
    measured(folder, 1)
    (folder / "avion-lint.yaml").write_text("stats: sizes.yaml\nsizes: {large-bytes: much}\n")
    run = avion_lint(cwd=folder)

    assert run.code == 2
    assert "like 10485760 or 10 MB" in run.err


def test_verbose_text_says_why_it_is_silent(folder):
    measured(folder, 900)

    assert "by the size of its table: users has 900 rows" in avion_lint("-v", cwd=folder).out.replace("\n  ", " ")
