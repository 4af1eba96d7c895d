"""What tests of the executor share: databases on a real server, repositories, the real goose and Flyway."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg
import pytest

from tests import flyway_truth
from tests.cli_helper import COMMAND, environment
from tests.forked_helper import avion_lint
from tests.git_helper import make_repo
from tests.goose_wire import find_goose

FOLDER = "services/users/migrations"
SETTINGS = """\
environments:
  development: {}
  staging: {merged: false, backup-enabled: false}
  production: {approvers: [kim@x, jo@x, li@x]}
"""


def up(sql, down="DROP TABLE IF EXISTS x;", head=""):
    return f"{head}-- +goose Up\n-- Author: Jo\n-- Date: 2026-01-31\n{sql}\n-- +goose Down\n{down}\n"


def table(number):
    return up(f"CREATE TABLE t{number} (id bigint PRIMARY KEY);", f"DROP TABLE t{number};")


class Database:
    """A database of its own, with ways to look into it."""

    def __init__(self, server, name=""):
        self.name = name or f"run_{uuid.uuid4().hex[:12]}"
        self.server = server
        if not name:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {self.name}")
        self.uri = f"{server.rpartition('/')[0]}/{self.name}"

    def ask(self, sql):
        with psycopg.connect(self.uri, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def tables(self):
        return sorted(name for (name,) in self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))

    def versions(self):
        return [
            number for (number,) in self.ask("SELECT version_id FROM goose_db_version WHERE version_id > 0 ORDER BY id")
        ]

    def drop(self):
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


class Site:
    """A repository with a service, its database and the runner."""

    def __init__(self, repo, database, runner):
        self.repo = repo
        self.database = database
        self.runner = runner

    @property
    def option(self):
        return "--flyway" if self.runner.endswith("flyway") else "--goose"

    def write(self, files):
        for path, text in files.items():
            self.repo.write(path if "/" in path or path.endswith(".yaml") else f"{FOLDER}/{path}", text)

    def command(self, verb, *arguments, env="staging", **variables):
        more = [self.option, self.runner] if verb in ("run", "rollback") else []
        return avion_lint(
            verb,
            "users",
            "--env",
            env,
            *more,
            *arguments,
            cwd=self.repo.path,
            DATABASE_URL=self.database.uri,
            **variables,
        )

    def run(self, *arguments, env="staging", code=0, **variables):
        done = self.command("run", *arguments, "--format", "json", env=env, **variables)
        assert done.code == code, f"{done.code}\n{done.out}\n{done.err}"
        return json.loads(done.out) if done.out.startswith("{") else done

    def plan(self, env="staging", code=0):
        done = self.command("plan", "--format", "json", env=env)
        assert done.code == code, f"{done.code}\n{done.out}\n{done.err}"
        return json.loads(done.out)

    def trail(self, env="staging"):
        path = self.repo.path / f"avion-lint-audit/{env}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def events(self, env="staging"):
        return [entry["event"] for entry in self.trail(env)]


def goose_path():
    return find_goose("AVION_GOOSE_NEW", "goose")


def flyway_program(folder: Path):
    """A program like the one that Flyway's own package brings: it runs the same class on the same jars."""
    if (why := flyway_truth.absence()) is not None or not os.environ.get("AVION_FLYWAY_CLASSPATH"):
        pytest.skip(why or "AVION_FLYWAY_CLASSPATH is not set: source tests/get-runners")
    return flyway_truth.write_command(folder / "flyway")


def make_site(tmp_path, server, runner, files, settings=SETTINGS):
    repo = make_repo(tmp_path / "repo")
    site = Site(repo, Database(server), runner)
    repo.commit({"avion-lint.yaml": settings, **{f"{FOLDER}/{name}": text for name, text in files.items()}})
    return site


def start(site, *arguments, env="staging", wrapped=(), **variables):
    """`avion-lint run` as a process that goes on while the test does something."""
    command = [*wrapped, *COMMAND, "run", "users", "--env", env, site.option, site.runner, *arguments]
    with tempfile.TemporaryDirectory() as home:
        environ = environment(Path(home), DATABASE_URL=site.database.uri, **variables)
        return subprocess.Popen(
            command,
            cwd=site.repo.path,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def wait_for(condition, seconds=60.0):
    """Wait until something is so; fails where it does not come."""
    last = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last, "it does not come"
        time.sleep(0.005)


def ended(process, seconds=60.0):
    out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err, err
    return process.returncode, out, err


def sessions(site):
    return [
        pid
        for (pid,) in site.database.ask(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name LIKE 'avion-lint runner %'"
        )
    ]


def runner_processes(site):
    """Processes of the runner that the executor has started to run migrations, not to ask for its version."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:1] == [site.runner.encode()] and b"-version" not in words:
            found.append(int(path.parent.name))
    return found
