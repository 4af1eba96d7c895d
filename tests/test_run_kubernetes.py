"""Kubernetes mode against a real control plane: what is rendered is taken, and the ways there are beside goose's up."""

import base64
import json
import os
import re
from pathlib import Path

import pytest

from tests.cluster.api import CORE
from tests.cluster.containers import Image
from tests.cluster.shop import RUNNER_IMAGE, make_shop
from tests.run_helper import FOLDER, Database, flyway_program, table, up

pytestmark = pytest.mark.slow

ONE, TWO, THREE = "00001_t1.sql", "00002_t2.sql", "00003_t3.sql"
V1 = "-- Author: Jo\n-- Date: 2026-01-31\nCREATE TABLE t1 (id bigint PRIMARY KEY);\n"


@pytest.fixture
def make(tmp_path, postgres, cluster):
    made = []

    def shop(files, **options):
        made.append(make_shop(tmp_path, postgres, cluster, files, **options))
        return made[-1]

    yield shop
    for each in made:
        each.close()


@pytest.mark.parametrize("hooks", [(), ("--hooks", "helm"), ("--hooks", "argocd")])
@pytest.mark.parametrize("name", [ONE, "V1__t1.sql"])
def test_a_real_api_server_takes_what_is_rendered(make, name, hooks):
    shop = make({name: table(1) if name == ONE else V1}, backup=True)
    done = shop.command("render", *hooks)
    assert done.code == 0, done.err

    taken = shop.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", given=done.out)

    assert taken.returncode == 0, taken.stderr
    assert len(taken.stdout.splitlines()) == 4


def test_what_a_dry_run_shows_is_what_the_server_would_take(make):
    shop = make({ONE: table(1)}, backup=True)
    report = shop.run("--dry-run")

    taken = shop.kubectl("create", "--dry-run=server", "-o", "name", "-f", "-", given=_job(report["manifests"]))
    assert taken.stdout.startswith("job.batch/users-migration-")
    assert shop.jobs() == []


def _job(manifests):
    return next(each for each in manifests.split("---\n") if "kind: Job" in each)


def test_a_rollback_goes_down_to_the_recorded_version_by_a_job(make):
    shop = make({ONE: table(1)})
    shop.run()
    shop.write({TWO: table(2), THREE: table(3)})
    shop.run()

    plan = re.search(r"--plan (\w+)", shop.command("rollback").out)[1]
    done = shop.command("rollback", "--plan", plan)

    assert done.code == 0, f"{done.out}{done.err}"
    assert (shop.database.versions(), shop.database.tables()) == ([1], ["goose_db_version", "t1"])
    names = [job["metadata"]["name"].rsplit("-", 2)[0] for job in shop.jobs()]
    assert sorted(names) == ["users-migration", "users-migration", "users-rollback"]
    (taken,) = [entry for entry in shop.trail() if entry["event"] == "files-taken-back"]
    assert [file["version"] for file in taken["files"]] == ["2", "3"]


def test_a_run_that_failed_is_taken_back_by_a_second_job_where_the_settings_say_so(make):
    shop = make({ONE: table(1), TWO: table(2), THREE: up("SELECT 1/0;")})
    text = (shop.repo.path / "avion-lint.yaml").read_text()
    shop.write({"avion-lint.yaml": text.replace("rollback-on-failure: false", "rollback-on-failure: true")})
    report = shop.run(code=4)

    assert (report["outcome"], report["rolled_back"]) == ("rolled-back", ["1", "2"])
    assert "division by zero" in report["why"]
    assert shop.database.versions() == []


def test_a_secret_that_leads_to_another_database_than_was_checked_changes_nothing_there(make):
    shop = make({ONE: table(1)})
    other = Database(shop.database.server)
    name = base64.b64encode(other.name.encode()).decode()
    shop.kubectl("patch", "secret", "users-migration-db", "-p", json.dumps({"data": {"database": name}}))
    report = shop.run(code=1)

    assert report["outcome"] == "refused"
    assert "does not hold the lock of this database" in report["why"]
    assert (shop.database.tables(), other.tables()) == ([], [])
    other.drop()


def test_the_rights_that_are_rendered_are_enough_to_see_a_pod_to_its_end(make):
    shop = make({ONE: table(1)}, in_cluster="start-seconds: 3")
    shop.api.delete(f"{CORE}/namespaces/{shop.namespace}/secrets/users-migration-db")
    report = shop.run(code=1)

    assert report["outcome"] == "refused"
    assert "not found" in report["why"]
    assert report["diagnosis"]["branch"] == "not-begun"


def test_flyway_migrates_by_a_job(make, tmp_path):
    jars = os.environ.get("AVION_FLYWAY_CLASSPATH", "")
    program = Path(flyway_program(tmp_path))
    shop = make({"V1__t1.sql": V1}, backup=True)
    home = Path(os.path.commonpath([jar for jar in jars.split(":") if jar]))
    program.write_text(program.read_text().replace(str(home), "/opt/jars"))
    program.chmod(0o755)
    holds = {"/migrations": shop.repo.path / FOLDER, "/opt/bin/flyway": program, "/opt/jars": home}
    shop.cluster.node.images[RUNNER_IMAGE] = Image(holds, environment={"PATH": "/opt/bin:/usr/bin:/bin"})
    report = shop.run()

    assert (report["outcome"], report["after"]) == ("done", "1")
    assert shop.database.tables() == ["flyway_schema_history", "t1"]


def test_a_database_that_only_the_cluster_reaches_is_said_and_no_check_is_skipped(make):
    shop = make({ONE: table(1)})
    done = shop.command("run", DATABASE_URL="postgresql://postgres@127.0.0.1:1/users")

    assert done.code == 3
    assert "checks, lock and history need it from here, not from a Job" in done.err
    assert "into DATABASE_URL" in done.err
    assert shop.jobs() == []
