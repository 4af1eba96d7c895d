"""The age of the latest backup, as the real pgBackRest tells it of a real stanza."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.conftest import _account
from tests.postgres_servers import programs
from tests.run_helper import goose_path, make_site, table

SETTINGS = "environments: {staging: {merged: false, backup-enabled: false, pgbackrest-stanza: %s}}\n"


@pytest.fixture
def stanza():
    """The configuration of a stanza with one backup, of a cluster that is not running."""
    if shutil.which("pgbackrest") is None:
        pytest.skip("pgbackrest is not installed")
    found = programs(15)
    if found is None:
        pytest.skip("no PostgreSQL 15: source tests/get-postgres 15")
    with tempfile.TemporaryDirectory(prefix="avion-stanza-") as folder:  # pytest's own are closed to other accounts
        yield _made(found, Path(folder))


def _made(found, home):
    account = _account()
    home.chmod(0o777)
    data = home / "data"
    account.run(found / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
    configuration = home / "pgbackrest.conf"
    configuration.write_text(
        f"[global]\nrepo1-path={home}/repo\nlog-path={home}\nlock-path={home}/lock\nlog-level-file=off\n"
        f"[main]\npg1-path={data}\n"
    )
    environment = {"PATH": os.environ["PATH"], "PGBACKREST_CONFIG": str(configuration)}
    for command in ("stanza-create", "backup"):
        done = subprocess.run(
            ["pgbackrest", "--stanza=main", "--no-online", command],
            env=environment,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return str(configuration)


def backup_check(site, stanza, name):
    site.repo.write("avion-lint.yaml", SETTINGS % name)
    done = site.command("plan", "--format", "json", PGBACKREST_CONFIG=stanza)
    (line,) = (line for line in done.out.split('"name": ') if line.startswith('"backup"'))
    return done.code, line


def test_a_run_waits_for_the_operators_own_backup_and_sees_that_it_is_there(stanza, tmp_path, postgres):
    account = _account()
    who = f"--reuid={account.uid} --regid={account.gid} --clear-groups " if account.uid is not None else ""
    command = tmp_path / "back-up"
    line = f"setpriv {who}pgbackrest --stanza=main --no-online --type=full backup" if who else "pgbackrest backup"
    command.write_text(f"#!/bin/sh\ncd /; exec {line}\n")
    command.chmod(0o755)
    own = f"environments: {{staging: {{merged: false, pgbackrest-stanza: main, backup-command: ['{command}']}}}}\n"
    site = make_site(tmp_path, postgres, goose_path(), {"00001_one.sql": table(1)}, own)
    told = site.run(PGBACKREST_CONFIG=stanza)
    (step,) = (entry for entry in site.trail() if (entry["event"], entry.get("step")) == ("step-ended", "backup"))
    command.write_text("#!/bin/sh\n")
    site.write({"00002_two.sql": table(2)})
    lied = site.run(PGBACKREST_CONFIG=stanza, code=1)
    command.write_text("#!/bin/sh\necho the repository is full; exit 28\n")
    failed = site.run(PGBACKREST_CONFIG=stanza, code=1)
    site.database.drop()

    assert told["outcome"] == "done"
    assert step["backup"].startswith("pgBackRest main ")
    assert "ended well, but stanza main has no new backup: the newest is of " in lied["why"]
    assert "back-up ended with code 28: the repository is full" in failed["why"]


def test_the_latest_backup_of_the_stanza_counts(stanza, tmp_path, postgres):
    site = make_site(tmp_path, postgres, goose_path(), {"00001_one.sql": table(1)}, SETTINGS % "main")
    fresh, none = (backup_check(site, stanza, name) for name in ("main", "other"))
    site.database.drop()

    assert fresh[0] == 0
    assert "0.0 h old (pgBackRest main " in fresh[1]
    assert none[0] == 1
    assert "other" in none[1]
    assert '"outcome": "unknown"' in none[1]
