"""`avion-lint run --mode kubernetes` in a real control plane, on a real database."""

import json

import pytest

from tests.kubernetes_helper import make_cluster_site
from tests.run_helper import goose_path, table

pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path, cluster, postgres):
    files = {"00001_t1.sql": table(1), "00002_t2.sql": table(2)}
    made = make_cluster_site(tmp_path, cluster, postgres, goose_path(), files)
    yield made
    made.database.drop()


def test_a_job_migrates_and_the_trail_says_which(site):
    report = site.run()

    assert (report["outcome"], report["before"], report["after"]) == ("done", "0", "2")
    assert site.database.versions() == [1, 2]
    (name,) = site.jobs()
    (created,) = [entry for entry in site.trail() if entry["event"] == "job-created"]
    assert created["job"] == name
    assert created["uid"] == json.loads(site.kubectl("get", "job", name, "-o", "json"))["metadata"]["uid"]
    assert created["image"].endswith("b" * 64)
    logs = site.logs()
    assert list(logs) == [
        "1-see-files.log",
        "2-wait-for-database.log",
        "3-backup.log",
        "4-see-lock.log",
        "5-migrate.log",
    ]
    assert "OK   00002_t2.sql" in logs["5-migrate.log"]
