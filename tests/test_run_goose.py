"""`avion-lint run` with the real goose on a real PostgreSQL."""

from __future__ import annotations

import json

import pytest

from tests.goose_wire import find_goose
from tests.postgres_servers import MAJORS, programs, running
from tests.run_helper import SETTINGS, goose_path, make_site, table, up

ONE, TWO = "00001_one.sql", "00002_two.sql"


@pytest.fixture
def site(tmp_path, postgres):
    made = make_site(tmp_path, postgres, goose_path(), {ONE: table(1), TWO: table(2)})
    yield made
    made.database.drop()


def test_a_run_applies_what_is_pending_and_says_from_which_version_to_which(site):
    told = site.run()

    assert (told["outcome"], told["before"], told["after"]) == ("done", "0", "2")
    assert site.database.versions() == [1, 2]
    assert site.database.tables() == ["goose_db_version", "t1", "t2"]
    assert [step["name"] for step in told["steps"]] == ["lock", "status", "migrate 1", "migrate 2", "verify", "schema"]


@pytest.mark.parametrize("major", [*MAJORS])
def test_a_run_works_on_every_version_of_postgresql_with_a_backup_by_its_own_programs(tmp_path, major):
    found = programs(major)
    if found is None:
        pytest.skip(f"no PostgreSQL {major}: source tests/get-postgres {major}")
    settings = "environments: {staging: {merged: false, backup-folder: kept}}\n"
    with running(found) as uri:
        site = make_site(tmp_path, uri, goose_path(), {ONE: table(1), TWO: table(2)}, settings)
        told = site.run()
        versions = site.database.versions()

    assert told["outcome"] == "done"
    assert "backup" in [step["name"] for step in told["steps"]]
    assert versions == [1, 2]


@pytest.mark.parametrize("variable", ["AVION_GOOSE_318", "AVION_GOOSE_NEW"])
def test_old_and_new_goose_are_run_alike(tmp_path, postgres, variable):
    concurrent = "-- +goose NO TRANSACTION\n" + up(
        "CREATE INDEX CONCURRENTLY i ON t1 (n);", "DROP INDEX CONCURRENTLY i;"
    )
    one = up("CREATE TABLE t1 (id bigint PRIMARY KEY, n int);", "DROP TABLE t1;")
    site = make_site(tmp_path, postgres, find_goose(variable, "goose"), {ONE: one, TWO: concurrent})
    told = site.run()
    indexes = site.database.ask("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 't1'::regclass")
    site.database.drop()

    assert told["outcome"] == "done"
    assert ("i",) in indexes


@pytest.mark.parametrize("variable", [pytest.param("AVION_GOOSE_318", marks=pytest.mark.slow), "AVION_GOOSE_NEW"])
def test_goose_may_keep_what_is_applied_in_another_table(tmp_path, postgres, variable):
    settings = f"{SETTINGS}goose-table: ops.applied\n"
    made = make_site(tmp_path, postgres, find_goose(variable, "goose"), {ONE: table(1), TWO: table(2)}, settings)
    made.database.ask("CREATE SCHEMA ops")
    told = made.run()
    (check,) = (check for check in made.plan()["checks"] if check["name"] == "schema")
    hash_of = json.loads(made.command("rollback", "--to", "1", "--format", "json").out)["why"].rpartition(" ")[2]
    back = json.loads(made.command("rollback", "--to", "1", "--plan", hash_of, "--format", "json").out)
    applied = made.database.ask("SELECT version_id FROM ops.applied ORDER BY id")
    lost = made.command("diagnose", "--data-lost").out
    made.database.drop()

    assert (told["outcome"], told["after"]) == ("done", "2")
    assert check["measured"] == "the same"
    assert (back["outcome"], back["after"]) == ("done", "1")
    assert applied == [(0,), (1,)]
    assert 'psql -c "TABLE ops.applied ORDER BY id DESC LIMIT 5"' in lost


def test_a_run_writes_metrics_for_prometheus(site):
    settings = "environments: {staging: {merged: false, backup-enabled: false, metrics-file: metrics/users.prom}}\n"
    site.write({"avion-lint.yaml": settings})
    site.run()
    text = (site.repo.path / "metrics/users.prom").read_text()

    assert 'avion_lint_runs_total{service="users",environment="staging",outcome="done"} 1\n' in text
    assert 'avion_lint_run_under_way_since_seconds{service="users",environment="staging"} 0.000\n' in text


def test_what_somebody_has_changed_by_hand_is_noted(site):
    site.write({"00003_three.sql": table(3)})
    site.run()
    site.database.ask("ALTER TABLE t1 ADD COLUMN by_hand text")
    site.write({"00004_four.sql": table(4)})
    (check,) = (check for check in site.plan()["checks"] if check["name"] == "schema")
    site.database.ask("ALTER TABLE t1 DROP COLUMN by_hand")
    (mended,) = (check for check in site.plan()["checks"] if check["name"] == "schema")
    site.run()
    (nothing_pending,) = (check for check in site.plan()["checks"] if check["name"] == "schema")

    assert (check["outcome"], check["measured"]) == ("note", "+ column public.t1.by_hand: text")
    assert (mended["outcome"], mended["measured"]) == ("passed", "the same")
    assert nothing_pending["measured"] == "the same"


ODD = (
    "CREATE OR REPLACE FUNCTION odd() RETURNS event_trigger LANGUAGE plpgsql AS "
    "$$BEGIN ALTER TABLE t1 ADD COLUMN IF NOT EXISTS odd int; END$$; "
    "CREATE EVENT TRIGGER odd ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION odd()"
)


@pytest.mark.parametrize(("level", "code"), [("warning", 0), ("error", 4), ("off", 0)])
def test_after_a_run_the_schema_is_compared_with_the_one_that_the_migrations_make(site, level, code):
    site.write(
        {
            "avion-lint.yaml": SETTINGS.replace(
                "staging: {", f"staging: {{schema-differences: '{level}', skip: [schema], "
            )
        }
    )
    site.run()
    site.database.ask(ODD)
    site.write({"00003_three.sql": up("ALTER TABLE t2 ADD CONSTRAINT c CHECK (id > 0) NOT VALID;")})
    site.write({"00004_four.sql": table(4)})
    told = site.run(code=code)
    steps = {step["name"]: step for step in told["steps"]}

    assert site.database.versions() == [1, 2, 3, 4]
    assert steps["verify"]["note"] == "not validated yet: t2.c; VALIDATE CONSTRAINT in a later migration"
    said = steps["schema"]["note"] + steps["schema"]["why"] if level != "off" else ""
    assert ("+ column public.t1.odd: integer" in said) is (level != "off")
    if level == "error":
        assert told["diagnosis"]["branch"] == "not-the-migration"


def test_a_difference_that_was_there_before_the_run_is_told_and_fails_nothing(site):
    site.run()
    site.database.ask("ALTER TABLE t1 ADD COLUMN by_hand text")
    site.write({"00003_three.sql": table(3)})
    told = site.run()
    (step,) = (step for step in told["steps"] if step["name"] == "schema")

    assert step["note"] == "not as the migrations make it: + column public.t1.by_hand: text, as before the run"


def test_a_second_run_has_nothing_to_do(site):
    site.run()
    told = site.run()

    assert told["outcome"] == "nothing-to-do"
    assert site.database.versions() == [1, 2]


def test_a_dry_run_changes_nothing_not_even_the_runners_own_table(site):
    told = site.run("--dry-run")

    assert told["outcome"] == "dry-run"
    assert site.database.tables() == []


def test_what_the_linter_has_against_a_file_keeps_it_from_being_run(site):
    site.run()
    site.write({"00003_three.sql": up("CREATE INDEX t1_id ON t1 (id);")})
    told = site.run(code=1)

    assert told["outcome"] == "refused"
    assert "gate: 1 finding (LK101 index-not-concurrent)" in told["why"]
    assert site.database.versions() == [1, 2]


def test_a_file_that_fails_leaves_nothing_and_the_run_says_where_it_stopped(site):
    site.write(
        {
            "00003_three.sql": up(
                "CREATE TABLE t3 (id bigint PRIMARY KEY);\nSELECT 1 / 0 FROM t1 RIGHT JOIN (SELECT) x ON true;"
            )
        }
    )
    told = site.run(code=4)

    assert told["outcome"] == "rolled-back"  # staging does
    assert told["diagnosis"]["branch"] == "failed-whole"
    assert "SQLSTATE 22012" in told["why"]
    assert site.database.tables() == ["goose_db_version"]
    assert told["after"] == "0"
