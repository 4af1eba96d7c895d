"""A run in production: nothing without the dry run, the approvals and the backup that its settings ask for."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg
import pytest

from avion_lint.executor.backups.backup import sha256_of
from tests.cli_helper import avion_lint
from tests.run_helper import (
    FOLDER,
    Database,
    ended,
    goose_path,
    make_site,
    runner_processes,
    start,
    table,
    up,
    wait_for,
)

ONE, TWO = "00001_one.sql", "00002_two.sql"
SETTINGS = """\
environments:
  staging: {merged: false, backup-folder: kept, upload-command: [cp, "{file}", ../away.dump]}
  production: {approvers: [kim@x, jo@x, li@x], backup-folder: kept}
"""


@pytest.fixture
def make(tmp_path, postgres):
    made = []

    def site(files, settings=SETTINGS):
        made.append(make_site(tmp_path, postgres, goose_path(), files, settings))
        return made[-1]

    yield site
    for each in made:
        each.database.drop()


def approval(site, plan, *people):
    path = site.repo.path.parent / "approval.json"
    given = [{"by": person, "at": "2026-01-31T10:00:00+09:00"} for person in people]
    path.write_text(json.dumps({"plan": plan, "approvals": given}))
    return path


def test_production_runs_what_was_rehearsed_and_approved_and_backs_it_up_before(make):
    site = make({ONE: table(1)})
    plan = site.plan(env="production")["plan"]
    papers = approval(site, plan, "kim@x", "jo@x")
    refused = site.run("--approval", papers, env="production", code=1)
    site.run("--dry-run", env="production")
    alone = site.run("--approval", approval(site, plan, "kim@x", "kim@x"), env="production", code=1)
    stranger = site.run("--approval", approval(site, plan, "kim@x", "eve@x"), env="production", code=1)
    unasked = site.run(env="production", code=1)
    nothing_yet = site.database.tables()
    told = site.run("--approval", approval(site, plan, "kim@x", "jo@x"), env="production")

    assert refused["why"] == "dry run: a dry run of this very plan must come first: --dry-run"
    assert alone["why"] == "approval: 1 of 2 approvals are there"
    assert stranger["why"] == "approval: eve@x may not approve in production"
    assert f"approval: production asks for 2 approvals of plan {plan}" in unasked["why"]
    assert nothing_yet == []
    assert told["outcome"] == "done"
    assert [step["name"] for step in told["steps"]] == ["lock", "status", "backup", "migrate 1", "verify", "schema"]


@pytest.mark.slow
def test_the_plan_that_was_approved_is_the_plan_that_runs(make):
    site = make({ONE: table(1)})
    plan = site.plan(env="production")["plan"]
    site.run("--dry-run", env="production")
    site.repo.commit({f"{FOLDER}/{TWO}": table(2)})
    told = site.run("--approval", approval(site, plan, "kim@x", "jo@x"), env="production", code=1)

    assert "approval: another plan was approved" in told["why"]
    assert site.database.tables() == []


@pytest.mark.slow
def test_what_is_not_on_the_base_branch_is_not_run_in_production(make):
    site = make({ONE: table(1)})
    site.repo.branch("change")
    site.repo.commit({f"{FOLDER}/{TWO}": table(2)})
    told = site.run("--dry-run", env="production", code=1)

    assert f"merged: not there as it is here: {FOLDER}/{TWO} (limit: all on main)" in told["why"]


def test_a_file_that_is_changed_after_it_was_read_is_run_as_it_was_judged(make):
    slow = up("CREATE TABLE t1 (id bigint PRIMARY KEY);\nSELECT pg_sleep(1);", "DROP TABLE t1;")
    site = make({ONE: slow, TWO: table(2)})
    process = start(site)
    wait_for(lambda: runner_processes(site))
    site.write({TWO: table(2).replace("t2", "evil")})
    code, _, _ = ended(process)

    assert code == 0
    assert site.database.tables() == ["goose_db_version", "t1", "t2"]


# --- backups ----------------------------------------------------------------------------------------------------


def backups(site):
    return sorted((site.repo.path / "kept").glob("*.dump"))


def test_a_backup_is_whole_taken_away_and_can_be_restored_into_a_new_database(make):
    site = make({ONE: table(1), TWO: table(2)})
    site.run()
    site.database.ask("INSERT INTO t1 SELECT generate_series(1, 1000)")
    done = avion_lint("backup", "users", "--env", "staging", cwd=site.repo.path, DATABASE_URL=site.database.uri)
    file = backups(site)[-1]
    manifest = json.loads(file.with_name(f"{file.name}.json").read_text())
    name = f"{site.database.name}_again"
    arguments = ("restore", "users", file, "--env", "staging", "--into", name)
    restored = avion_lint(*arguments, cwd=site.repo.path, DATABASE_URL=site.database.uri)
    twice = avion_lint(*arguments, cwd=site.repo.path, DATABASE_URL=site.database.uri)
    again = Database(site.database.server, name)

    assert done.code == 0, done.err
    assert (manifest["sha256"], manifest["version"]) == (sha256_of(file), "2")
    assert (site.repo.path.parent / "away.dump").read_bytes() == file.read_bytes()
    assert restored.code == 0, restored.err
    assert again.ask("SELECT count(*) FROM t1") == [(1000,)]
    assert again.versions() == [1, 2]
    assert twice.code == 3
    assert f"there is a database {name} already" in twice.err
    again.drop()


@pytest.mark.slow
def test_a_dump_that_is_cut_off_is_not_restored(make):
    site = make({ONE: table(1)})
    site.run()
    file = backups(site)[0]
    file.write_bytes(file.read_bytes()[:-100])
    arguments = ("restore", "users", file, "--env", "staging", "--into", "never_made")
    done = avion_lint(*arguments, cwd=site.repo.path, DATABASE_URL=site.database.uri)

    assert done.code == 3
    assert "is not what it was when it was made" in done.err
    assert site.database.ask("SELECT 1 FROM pg_database WHERE datname = 'never_made'") == []


@pytest.mark.slow
def test_without_pg_dump_nothing_is_changed(make):
    site = make({ONE: table(1)})
    told = site.run("--postgres-bin", "/nowhere", code=1)

    assert "backup: there is no pg_dump of PostgreSQL 18 or later /nowhere" in told["why"]
    assert site.database.tables() == []


@pytest.mark.slow
def test_a_disk_that_is_full_while_the_backup_is_written_keeps_everything_as_it_was(make):
    site = make({ONE: table(1)})
    site.run()
    site.database.ask(
        "INSERT INTO t1 SELECT (random() * 9e18)::bigint FROM generate_series(1, 300000) ON CONFLICT DO NOTHING"
    )
    site.write({TWO: table(2)})
    known = backups(site)
    limited = ("sh", "-c", 'ulimit -f 1000; exec "$@"', "sh")  # 512,000 bytes for any file
    process = start(site, "--format", "json", wrapped=limited)
    code, out, _ = ended(process)

    assert code == 1
    assert "backup: pg_dump ended with code" in out
    assert site.database.versions() == [1]
    assert backups(site) == known
    assert list((site.repo.path / "kept").glob(".*part")) == []


@pytest.mark.slow
def test_backups_are_kept_for_so_many_days_and_the_newest_always(make):
    site = make({ONE: table(1)})
    site.run()
    first = backups(site)[0]
    manifest = first.with_name(f"{first.name}.json")
    manifest.write_text(manifest.read_text().replace('"at": "2026-', '"at": "2020-'))
    time.sleep(1)  # the name has the second
    arguments = ("backup", "users", "--env", "staging")
    done = avion_lint(*arguments, cwd=site.repo.path, DATABASE_URL=site.database.uri)

    assert f"removed, older than 7 days: {first}" in done.out
    assert len(backups(site)) == 1


# --- the way back ------------------------------------------------------------------------------------------------


def test_a_rollback_goes_to_the_version_that_was_recorded_before_the_run(make):
    site = make({"20260101000000_one.sql": table(1)})
    site.run()
    site.write({"20260301000000_two.sql": table(2), "20260401000000_three.sql": table(3)})
    site.run()
    unasked = site.command("rollback", "--format", "json")
    hash_of = json.loads(unasked.out)["why"].rpartition(" ")[2]
    done = site.command("rollback", "--format", "json", "--plan", hash_of)
    told = json.loads(done.out)

    assert unasked.code == 1
    assert "nobody is there to be asked" in unasked.out
    assert (told["outcome"], told["before"], told["after"]) == ("done", "20260401000000", "20260101000000")
    assert told["rolled_back"] == ["20260301000000", "20260401000000"]
    assert [step["name"] for step in told["steps"]] == ["lock", "status", "backup", "take back"]
    assert site.database.tables() == ["goose_db_version", "t1"]


@pytest.mark.slow
def test_what_was_applied_out_of_order_is_not_taken_back_for_something_else(make):
    site = make({ONE: table(1), "00003_three.sql": table(3)})
    site.run()
    site.database.ask("INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, true)")
    site.database.ask("CREATE TABLE t2 (id bigint PRIMARY KEY)")
    site.write({TWO: table(2)})
    hash_of = json.loads(site.command("rollback", "--to", "2", "--format", "json").out)["why"].rpartition(" ")[2]
    done = site.command("rollback", "--to", "2", "--plan", hash_of, "--format", "json")

    assert done.code == 4
    assert "what was applied last is 2, not 3: nothing more is taken back" in done.out
    assert site.database.tables() == ["goose_db_version", "t1", "t2", "t3"]


@pytest.mark.slow
def test_a_file_without_a_down_section_is_no_way_back(make):
    text = "-- +goose Up\n-- Author: Jo\n-- Date: 2026-01-31\nCREATE TABLE t1 (id bigint PRIMARY KEY);\n"
    site = make({ONE: f"{text}-- +goose Down\n-- nothing\n"})
    site.database.ask("CREATE TABLE goose_db_version (id serial, version_id bigint, is_applied bool, tstamp timestamp)")
    site.database.ask("INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)")
    done = site.command("rollback", "--to", "0", "--plan", "0" * 12, "--format", "json")

    assert done.code == 1
    assert "files: no Down section that does anything: 1" in done.out
    assert site.database.versions() == [1]


@pytest.mark.slow
def test_staging_takes_back_what_a_failed_run_has_applied_and_production_does_not(make):
    bad = up("ALTER TABLE t1 ADD CONSTRAINT c CHECK (1 / (id - id) > 0);\nINSERT INTO t1 VALUES (1);")
    site = make({ONE: table(1), TWO: bad})
    told = site.run(code=4)

    assert told["outcome"] == "rolled-back"
    assert told["rolled_back"] == ["1"]
    assert (told["before"], told["after"]) == ("0", "0")
    assert site.database.versions() == []


# --- the trail, and secrets -----------------------------------------------------------------------------------------


def test_the_trail_tells_who_ran_what_and_a_changed_line_is_found(make):
    site = make({ONE: table(1)})
    site.run()
    shown = avion_lint("audit", "show", "--env", "staging", cwd=site.repo.path)
    one = avion_lint("audit", "show", "--env", "staging", "--run", shown.out.split()[1], cwd=site.repo.path)
    whole = avion_lint("audit", "check", "--env", "staging", cwd=site.repo.path)
    path = site.repo.path / "avion-lint-audit/staging.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines).replace('"outcome": "done"', '"outcome": "dawn"'))
    changed = avion_lint("audit", "check", "--env", "staging", cwd=site.repo.path)
    path.write_text("".join(lines[:3] + lines[4:]))
    shorter = avion_lint("audit", "check", "--env", "staging", cwd=site.repo.path)
    path.write_text("".join(lines)[:-30])
    torn = avion_lint("audit", "check", "--env", "staging", cwd=site.repo.path)

    assert "run      done           0 -> 1" in shown.out
    assert "files-applied" in one.out
    assert whole.code == 0
    assert (changed.code, "this line was changed after it was written" in changed.out) == (1, True)
    assert (shorter.code, ":4: the line before this one is not" in shorter.out) == (1, True)
    assert (torn.code, "writing it was cut off, or it was changed" in torn.out) == (1, True)


def test_the_password_is_nowhere_but_in_the_environment(make, postgres):
    secret = "s3cr3t-%2F-w0rd"
    site = make({ONE: up("CREATE TABLE t1 (id bigint PRIMARY KEY);\nSELECT pg_sleep(0.5);"), TWO: up("SELECT 1 / 0;")})
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS secretive")
        connection.execute("CREATE ROLE secretive LOGIN SUPERUSER PASSWORD 's3cr3t-/-w0rd'")
    site.database.uri = site.database.uri.replace("postgres@", f"secretive:{secret}@")
    process = start(site, "-v")
    seen = set()
    while process.poll() is None:
        seen |= {_command_line(path) for path in Path("/proc").glob("[0-9]*/cmdline")}
    code, out, err = ended(process)
    elsewhere = site.database.uri.replace("127.0.0.1", "127.0.0.9")
    wrong = avion_lint("plan", "users", "--env", "staging", cwd=site.repo.path, DATABASE_URL=elsewhere)
    named = avion_lint("run", "users", "--env", "staging", site.database.uri, cwd=site.repo.path)
    trail = (site.repo.path / "avion-lint-audit/staging.jsonl").read_text()
    everything = [out, err, *seen, wrong.out, wrong.err, named.err, trail]
    kept = [path.read_bytes().decode("latin-1") for path in (site.repo.path / "kept").glob("*.json")]

    assert code == 4
    assert any("goose" in words for words in seen)
    assert any("pg_dump" in words for words in seen)
    assert (wrong.code, named.code) == (3, 2)
    for text in (*everything, *kept):
        assert "s3cr3t" not in text


def _command_line(path):
    try:
        return path.read_bytes().decode("latin-1")
    except OSError:
        return ""


# --- afterwards ---------------------------------------------------------------------------------------------------


class _Listener(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(self.server.codes.pop(0) if self.server.codes else 200)
        self.end_headers()

    def do_POST(self):
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def listener():
    server = HTTPServer(("127.0.0.1", 0), _Listener)
    server.codes, server.told = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_after_a_run_the_service_must_be_well_and_the_webhook_is_told(make, listener):
    url = f"http://127.0.0.1:{listener.server_port}"
    settings = (
        "environments: {staging: {merged: false, backup-enabled: false, rollback-on-failure: false, "
        f"health-url: '{url}/health', smoke-command: ['false'], notification-webhook-env: HOOK, "
        "pagerduty-integration-key-env: PAGER}}\n"
    )
    site = make({ONE: table(1)}, settings)
    listener.codes = [503]
    told = site.run(code=4, HOOK=f"{url}/hook", PAGER="key-1", AVION_LINT_PAGERDUTY_URL=f"{url}/pager")

    assert [(step["name"], bool(step["why"])) for step in told["steps"]][-2:] == [("health", False), ("smoke", True)]
    assert told["diagnosis"]["branch"] == "not-the-migration"
    assert "kubectl rollout undo deployment/users" in told["diagnosis"]["steps"][2]
    assert told["after"] == "1"
    assert [message.get("outcome") for message in listener.told] == ["failed", None]
    assert listener.told[1]["routing_key"] == "key-1"
    assert listener.told[1]["payload"]["severity"] == "critical"
