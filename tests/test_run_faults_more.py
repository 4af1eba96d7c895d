"""More of what goes wrong: around backups, checks and rollbacks, with Flyway, with clocks that differ."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from avion_lint.executor.server.clients import client
from tests.cli_helper import COMMAND, avion_lint
from tests.run_helper import (
    ended,
    flyway_program,
    goose_path,
    make_site,
    runner_processes,
    sessions,
    start,
    table,
    up,
    wait_for,
)
from tests.test_run_faults import kill_when

ONE, TWO = "00001_one.sql", "00002_two.sql"
HEAD = "-- Author: Jo\n-- Date: 2026-01-31\n"
PLAIN = "environments: {staging: {merged: false, backup-enabled: false, rollback-on-failure: false%s}}\n"
FULL = (
    "environments: {staging: {merged: false, backup-folder: kept, rollback-on-failure: false, smoke-command: ['true'], "
    "audit-table: avion_audit.trail}}\n"
)
FLYWAY = f"{PLAIN % ''}flyway: {{postgresqlTransactionalLock: false}}\n"
V1, V2 = "V1__one.sql", "V2__two.sql"
SLOW = f"{HEAD}CREATE TABLE t2 (id bigint PRIMARY KEY);\nSELECT pg_sleep(3);\n"


@pytest.fixture
def make(tmp_path, postgres):
    made = []

    def site(files, settings=PLAIN % "", *, flyway=False):
        program = flyway_program(tmp_path) if flyway else goose_path()
        made.append(make_site(tmp_path, postgres, program, files, settings))
        return made[-1]

    yield site
    for each in made:
        each.database.drop()


def audit_check(site):
    return avion_lint("audit", "check", "--env", "staging", cwd=site.repo.path, DATABASE_URL=site.database.uri)


# --- every step of a run that has all of them -------------------------------------------------------------------------

STEPS = ("lock", "status", "backup", "migrate 1", "migrate 2", "verify", "schema", "smoke")


@pytest.mark.slow
@pytest.mark.parametrize("event", ["step-begun", "step-ended"])
@pytest.mark.parametrize("step", STEPS)
def test_an_executor_that_is_killed_around_any_step_leaves_what_a_rerun_goes_on_from(make, step, event):
    site = make({ONE: table(1), TWO: table(2)}, FULL)
    process = start(site)
    kill_when(site, process, event, STEPS.index(step) + 1)
    wait_for(lambda: not runner_processes(site))
    told = site.run("--wait", "10")
    checked = audit_check(site)

    assert told["outcome"] in ("done", "nothing-to-do")
    assert site.database.versions() == [1, 2]
    assert site.database.tables() == ["goose_db_version", "t1", "t2"]
    assert (checked.code, "each as it was written" in checked.out) == (0, True), checked.out
    assert list((site.repo.path / "kept").glob(".*part")) == []


# --- the backup -------------------------------------------------------------------------------------------------------


def tools(folder, dump):
    """A folder of PostgreSQL's programs in which pg_dump is another one."""
    real, restore = (client(name, 18) for name in ("pg_dump", "pg_restore"))
    folder.mkdir()
    (folder / "pg_restore").symlink_to(restore)
    (folder / "pg_dump").write_text(f'#!/bin/sh\nreal={real}\ncase $* in *--version*) exec $real "$@";; esac\n{dump}\n')
    (folder / "pg_dump").chmod(0o755)
    return folder


CUT = 'for each in "$@"; do case $each in --file=*) file=${each#--file=};; esac; done\n'


@pytest.mark.parametrize(
    ("dump", "why"),
    [
        (f'$real "$@"; {CUT}truncate -s -200 "$file"', "backup: pg_restore ended with code 1"),
        (f'{CUT}: > "$file"', "backup: pg_restore ended with code 1"),
        ("echo 'no room'; exit 1", "backup: pg_dump ended with code 1: no room"),
    ],
)
def test_a_dump_that_is_not_whole_is_no_backup_and_nothing_is_changed(make, tmp_path, dump, why):
    site = make({ONE: table(1)}, FULL)
    told = site.run("--postgres-bin", str(tools(tmp_path / "bin", dump)), code=1)

    assert why in told["why"]
    assert site.database.tables() == []
    assert list((site.repo.path / "kept").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_while_the_backup_is_made_has_changed_nothing(make, tmp_path, number):
    site = make({ONE: table(1)}, FULL)
    slow = str(tools(tmp_path / "bin", 'sleep 5\nexec $real "$@"'))
    process = start(site, "--format", "json", "--postgres-bin", slow)
    wait_for(lambda: any(entry.get("step") == "backup" for entry in site.trail() if entry["event"] == "step-begun"))
    process.send_signal(number)
    code, _, _ = ended(process)
    told = site.run()

    assert code == (130 if number == signal.SIGINT else -9)
    assert told["outcome"] == "done"
    assert len(list((site.repo.path / "kept").glob("*.dump"))) == 1


# --- the way back -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_rollback_that_is_killed_goes_on_where_it_stopped(make):
    slow = up("CREATE TABLE t2 (id bigint PRIMARY KEY);", "SELECT pg_sleep(3);\nDROP TABLE t2;")
    site = make({ONE: table(1), TWO: slow, "00003_three.sql": table(3)})
    site.run()

    def rollback(*arguments):
        return site.command("rollback", "--to", "0", "--format", "json", *arguments)

    plan = json.loads(rollback().out)["why"].rpartition(" ")[2]
    command = ("rollback", "users", "--env", "staging", "--to", "0", "--plan", plan, "--goose", site.runner)
    killed = subprocess.Popen(
        [*COMMAND, *command],
        cwd=site.repo.path,
        env={**os.environ, "DATABASE_URL": site.database.uri},
    )
    wait_for(lambda: sessions(site) and site.database.versions() == [1, 2])
    killed.kill()
    killed.wait()
    wait_for(lambda: not runner_processes(site) and not sessions(site))
    again = json.loads(rollback().out)["why"].rpartition(" ")[2]
    done = json.loads(rollback("--plan", again).out)

    assert (done["outcome"], done["before"], done["after"]) == ("done", "2", "0")
    assert site.database.tables() == ["goose_db_version"]


# --- clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_clock_that_is_two_hours_off_is_refused(make):
    library = os.environ.get("AVION_FAKETIME")
    if not library:
        pytest.skip("AVION_FAKETIME names no libfaketime.so.1")
    site = make({ONE: table(1)})
    faked = {"LD_PRELOAD": library, "FAKETIME": "+2h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    told = site.run(code=1, **faked)

    assert "clock: 720" in told["why"]
    assert site.run()["outcome"] == "done"


# --- Flyway -----------------------------------------------------------------------------------------------------------


def history(site):
    return site.database.ask("SELECT version, success FROM flyway_schema_history ORDER BY installed_rank")


def asleep(site):
    return site.database.ask(
        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND datname = current_database() "
        "AND pid <> pg_backend_pid()"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("event", "number"),
    [
        ("run-begun", 1),
        ("step-begun", 3),
        ("runner-begun", 1),
        ("runner-ended", 1),
        ("files-applied", 1),
        ("step-begun", 4),
    ],
)
def test_an_executor_that_is_killed_leaves_what_flyway_goes_on_from(make, event, number):
    site = make(
        {V1: f"{HEAD}CREATE TABLE t1 (id bigint PRIMARY KEY);\n", V2: SLOW.replace("(3)", "(0.2)")}, FLYWAY, flyway=True
    )
    process = start(site)
    kill_when(site, process, event, number)
    told = site.run("--wait", "30")

    assert told["outcome"] in ("done", "nothing-to-do")
    assert history(site) == [("1", True), ("2", True)]
    assert audit_check(site).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("how", ["connection", "time", "interrupt"])
def test_flyway_that_is_stopped_in_a_transaction_has_failed_whole(make, how):
    settings = FLYWAY.replace("merged: false", f"merged: false, timeout-seconds: {40 if how == 'time' else 200}")
    site = make(
        {V1: f"{HEAD}CREATE TABLE t1 (id bigint PRIMARY KEY);\n", V2: SLOW.replace("(3)", "(150)")},
        settings,
        flyway=True,
    )
    process = start(site, "--format", "json")
    wait_for(lambda: asleep(site))
    if how == "connection":
        site.database.ask(f"SELECT pg_terminate_backend({asleep(site)[0][0]})")
    elif how == "interrupt":
        process.send_signal(signal.SIGINT)
    code, out, _ = ended(process, 120)

    assert code == (130 if how == "interrupt" else 4)
    assert '"branch": "failed-whole"' in out
    assert history(site) == [("1", True)]
    assert not sessions(site)
    assert not asleep(site)


@pytest.mark.slow
def test_of_two_runs_of_flyway_that_begin_together_each_file_is_applied_once(make):
    site = make(
        {V1: f"{HEAD}CREATE TABLE t1 (id bigint PRIMARY KEY);\n", V2: SLOW.replace("(3)", "(1)")}, FLYWAY, flyway=True
    )
    both = [start(site, "--format", "json") for _ in range(2)]
    codes = sorted(ended(each)[0] for each in both)

    assert codes in ([0, 0], [0, 1])
    assert history(site) == [("1", True), ("2", True)]


@pytest.mark.slow
def test_flyway_that_is_killed_outside_of_a_transaction_has_failed_part_way(make):
    site = make({V1: f"{HEAD}CREATE TABLE t1 (id bigint PRIMARY KEY, n int);\n"}, FLYWAY, flyway=True)
    site.run()
    site.database.ask("INSERT INTO t1 VALUES (1, 1)")
    site.database.ask(
        "CREATE FUNCTION slowly(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 FROM pg_sleep(100)'"
    )
    half = f"{HEAD}CREATE INDEX CONCURRENTLY t1_n ON t1 (slowly(n));\n"
    site.write({V2: half})
    process = start(site, "--format", "json")
    wait_for(lambda: site.database.ask("SELECT 1 FROM pg_class WHERE relname = 't1_n'"))
    for pid in [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if _is_of(path, site)]:
        os.kill(pid, signal.SIGKILL)
    code, out, _ = ended(process)

    assert code == 4
    assert '"branch": "failed-part-way"' in out
    assert "DROP INDEX CONCURRENTLY t1_n" in out
    assert history(site)[:1] == [("1", True)]


def _is_of(path, site):
    try:
        words = path.with_name("cmdline").read_bytes()
        return b"org.flywaydb" in words and site.database.name.encode() in path.read_bytes()
    except OSError:
        return False
