"""`avion-lint run` with the real Flyway on a real PostgreSQL."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest

from tests.run_helper import ended, flyway_program, make_site, sessions, start, wait_for

HEAD = "-- Author: Jo\n-- Date: 2026-01-31\n"
SETTINGS = """\
environments:
  staging: {merged: false, backup-enabled: false, lock-timeout: 300ms, max-retries: 1}
services: [{path: services/users/migrations, name: users, runner: flyway}]
flyway: {postgresqlTransactionalLock: false, placeholders: {owner: kim}}
"""
ONE = f"{HEAD}CREATE TABLE t1 (id bigint PRIMARY KEY);\n"
TWO = f"{HEAD}COMMENT ON TABLE t1 IS 'of ${{owner}}';\nCREATE TABLE t2 (id bigint PRIMARY KEY);\n"


@pytest.fixture
def make(tmp_path, postgres):
    made = []

    def site(files, settings=SETTINGS):
        made.append(make_site(tmp_path, postgres, flyway_program(tmp_path), files, settings))
        return made[-1]

    yield site
    for each in made:
        each.database.drop()


def history(site):
    return site.database.ask("SELECT version, success FROM flyway_schema_history ORDER BY installed_rank")


def test_a_run_applies_what_is_pending_with_the_placeholders_of_the_settings(make):
    site = make({"V1__one.sql": ONE, "V2__two.sql": TWO})
    told = site.run()
    comment = site.database.ask("SELECT obj_description('t1'::regclass)")
    again = site.run()

    assert (told["outcome"], told["before"], told["after"]) == ("done", "0", "2")
    assert history(site) == [("1", True), ("2", True)]
    assert comment == [("of kim",)]
    assert again["outcome"] == "nothing-to-do"


@pytest.mark.slow
def test_repeatable_migrations_run_once_for_each_text(make):
    site = make({"V1__one.sql": ONE, "R__view.sql": f"{HEAD}CREATE OR REPLACE VIEW v AS SELECT id FROM t1;\n"})
    first, second = site.run(), site.run()
    site.write({"R__view.sql": f"{HEAD}CREATE OR REPLACE VIEW v AS SELECT id, '${{owner}}'::text AS o FROM t1;\n"})
    third, fourth = site.run(), site.run()

    assert [told["outcome"] for told in (first, second, third, fourth)] == [
        "done",
        "nothing-to-do",
        "done",
        "nothing-to-do",
    ]


@pytest.mark.slow
def test_a_file_that_fails_leaves_nothing_and_those_before_it_stay(make):
    bad = f"{HEAD}CREATE TABLE t2 (id bigint PRIMARY KEY);\nSELECT 1 / count(*) FROM t1;\n"
    site = make({"V1__one.sql": ONE, "V2__two.sql": bad})
    told = site.run(code=4)

    assert told["diagnosis"]["branch"] == "failed-whole"
    assert (told["outcome"], told["after"]) == ("failed", "1")
    assert history(site) == [("1", True)]
    assert site.database.tables() == ["flyway_schema_history", "t1"]


@pytest.mark.slow
def test_a_file_without_a_transaction_that_fails_is_recorded_as_failed_and_stops_the_next_run(make):
    index = f"{HEAD}CREATE UNIQUE INDEX CONCURRENTLY t1_n ON t1 (n);\n"
    site = make({"V1__one.sql": f"{HEAD}CREATE TABLE t1 (id bigint PRIMARY KEY, n int);\n"})
    site.run()
    site.database.ask("INSERT INTO t1 VALUES (1, 1), (2, 1)")
    site.write({"V2__index.sql": index})
    told = site.run(code=4)
    again = site.run(code=1)

    assert told["diagnosis"]["branch"] == "failed-part-way"
    assert any("DROP INDEX CONCURRENTLY t1_n" in step for step in told["diagnosis"]["steps"])
    assert any("flyway repair" in step for step in told["diagnosis"]["steps"])
    assert history(site) == [("1", True), ("2", False)]
    assert "history: 2 failed in" in again["why"]


@pytest.mark.slow
def test_an_applied_file_that_was_changed_is_refused(make):
    site = make({"V1__one.sql": ONE})
    site.run()
    site.write({"V1__one.sql": ONE.replace("bigint", "uuid"), "V2__two.sql": TWO})
    told = site.run(code=1)

    assert "history: services/users/migrations/V1__one.sql is not the file that was run" in told["why"]


@pytest.mark.slow
def test_the_lock_timeout_of_the_environment_reaches_the_server(make):
    site = make({"V1__one.sql": ONE})
    site.run()
    site.write({"V2__note.sql": f"{HEAD}ALTER TABLE t1 ADD COLUMN note text;\n"})
    with psycopg.connect(site.database.uri) as blocking:
        blocking.execute("LOCK TABLE t1 IN ACCESS SHARE MODE")
        told = site.run(code=4)

    assert "55P03" in told["why"]
    assert told["diagnosis"]["branch"] == "failed-whole"


@pytest.mark.slow
def test_flyway_that_is_killed_has_failed_whole_and_a_rerun_goes_on(make):
    slow = f"{HEAD}CREATE TABLE t2 (id bigint PRIMARY KEY);\nSELECT pg_sleep(3);\n"
    site = make({"V1__one.sql": ONE, "V2__two.sql": slow})
    process = start(site, "--format", "json")
    wait_for(lambda: sleeping(site))
    kill_java(site)
    code, out, _ = ended(process)

    assert code == 4
    assert '"branch": "failed-whole"' in out
    assert history(site) == [("1", True)]
    assert not sessions(site)
    assert site.run()["outcome"] == "done"


@pytest.mark.slow
def test_an_executor_that_is_killed_takes_flyway_with_it(make):
    slow = f"{HEAD}CREATE TABLE t2 (id bigint PRIMARY KEY);\nSELECT pg_sleep(3);\n"
    site = make({"V1__one.sql": ONE, "V2__two.sql": slow})
    process = start(site)
    wait_for(lambda: len(sessions(site)) > 0 and "t1" in site.database.tables())
    process.kill()
    ended(process)
    wait_for(lambda: not java_of(site))
    told = site.run("--wait", "20")

    assert told["outcome"] == "done"
    assert history(site) == [("1", True), ("2", True)]


def sleeping(site):
    return site.database.ask(
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND datname = current_database() "
        "AND pid <> pg_backend_pid()"
    )


def java_of(site):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
            environ = path.with_name("environ").read_bytes()
        except OSError:
            continue
        if b"org.flywaydb.commandline.Main" in words and site.database.name.encode() in environ:
            found.append(int(path.parent.name))
    return found


def kill_java(site):
    for pid in java_of(site):
        os.kill(pid, signal.SIGKILL)
