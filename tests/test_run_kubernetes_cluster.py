"""A run by a Job of a real cluster: what it does, what it leaves, and what the trail says of it."""

from __future__ import annotations

import json

import pytest

from tests.cluster.api import LEASES
from tests.cluster.shop import make_shop
from tests.run_helper import FOLDER, table, up

pytestmark = pytest.mark.slow

ONE, TWO = "00001_one.sql", "00002_two.sql"


@pytest.fixture
def make(tmp_path, postgres, cluster):
    made = []

    def shop(files, **options):
        made.append(make_shop(tmp_path, postgres, cluster, files, **options))
        return made[-1]

    yield shop
    for each in made:
        each.close()


def test_goose_in_a_job_applies_each_file_once_and_the_trail_says_by_which_job(make):
    shop = make({ONE: table(1), TWO: table(2)})
    told = shop.run()
    (job,) = shop.jobs()

    assert told["outcome"] == "done"
    assert shop.database.tables() == ["goose_db_version", "t1", "t2"]
    assert shop.database.versions() == [1, 2]
    assert shop.events().count("job-created") == 1
    created = next(entry for entry in shop.trail() if entry["event"] == "job-created")
    assert (created["job"], created["uid"]) == (job["metadata"]["name"], job["metadata"]["uid"])
    assert shop.started() == 1


def test_flyway_in_a_job_applies_each_file_once(make):
    files = {f"V{number}__t{number}.sql": f"CREATE TABLE t{number} (id bigint PRIMARY KEY);\n" for number in (1, 2)}
    shop = make(files, flyway=True)
    told = shop.run()

    assert told["outcome"] == "done"
    assert shop.database.tables() == ["flyway_schema_history", "t1", "t2"]
    assert shop.database.ask("SELECT version, success FROM flyway_schema_history ORDER BY 1") == [
        ("1", True),
        ("2", True),
    ]
    assert shop.run()["outcome"] == "nothing-to-do"
    assert shop.started() == 1


def test_a_second_run_has_nothing_to_do_and_makes_no_job(make):
    shop = make({ONE: table(1)})
    shop.run()
    told = shop.run()

    assert told["outcome"] == "nothing-to-do"
    assert len(shop.jobs()) == 1


def test_the_next_migration_gets_a_job_of_its_own(make):
    shop = make({ONE: table(1)})
    shop.run()
    shop.write({TWO: table(2)})
    told = shop.run()

    assert told["outcome"] == "done"
    assert shop.database.versions() == [1, 2]
    assert len({job["metadata"]["name"] for job in shop.jobs()}) == 2


def test_a_dry_run_makes_nothing_in_the_cluster(make):
    shop = make({ONE: table(1)})
    told = shop.run("--dry-run")

    assert told["outcome"] == "dry-run"
    assert shop.jobs() == []
    assert shop.objects("leases", LEASES) == []
    assert shop.database.tables() == []


def test_the_lease_is_given_back_and_the_account_of_the_job_has_no_token(make):
    shop = make({ONE: table(1)})
    shop.run()
    (lease,) = shop.objects("leases", LEASES)
    (pod,) = shop.pods()

    assert not lease["spec"].get("holderIdentity")
    assert not any("projected" in volume for volume in pod["spec"]["volumes"])
    assert pod["spec"]["serviceAccountName"] == "users-migration"


def test_logs_of_all_containers_are_kept_and_hold_no_password(make):
    shop = make({ONE: table(1)})
    shop.run()
    kept = {path.name.partition("-")[2]: path.read_text() for path in shop.repo.path.glob("avion-lint-audit/**/*.log")}

    assert kept.keys() == {"see-files.log", "wait-for-database.log", "migrate.log"}
    assert "OK   00001_one.sql" in kept["migrate.log"]
    assert "not-asked-for" not in "".join(kept.values())


def test_the_backup_is_made_by_the_job_before_the_first_migration_and_can_be_restored(make):
    shop = make({ONE: table(1)})
    shop.run()
    shop.database.ask("INSERT INTO t1 VALUES (7)")
    shop.write(
        {"avion-lint.yaml": (shop.repo.path / "avion-lint.yaml").read_text().replace("backup-enabled: false", "")}
    )
    shop.write({TWO: table(2)})
    told = shop.run()
    (dump,) = (shop.cluster.node.claims / shop.namespace / "users-backups").glob("*.dump")
    ended = [entry for entry in shop.trail() if entry["event"] == "runner-ended"][-1]

    assert told["outcome"] == "done"
    assert ended["backup"]["file"] == f"/backup/{dump.name}"
    assert ended["backup"]["size"] == dump.stat().st_size


def test_an_image_with_other_migrations_than_those_that_were_judged_runs_nothing(make):
    shop = make({ONE: table(1)})
    other = shop.repo.path.parent / "other"
    other.mkdir()
    (other / ONE).write_text(table(9))
    shop.use_migrations(other)
    told = shop.run(code=1)

    assert "are not the 1 files that were judged" in told["why"]
    assert told["diagnosis"]["branch"] == "not-begun"
    assert shop.database.tables() == []
    assert shop.started() == 0


def test_a_migration_that_fails_is_run_once_and_the_job_is_not_tried_again(make):
    shop = make({ONE: table(1), TWO: up("CREATE TABLE t2 (id bigint PRIMARY KEY);\nSELECT 1/0;")})
    told = shop.run(code=4)
    (job,) = shop.jobs()

    assert told["diagnosis"]["branch"] == "failed-whole"
    assert told["applied"] == [f"{FOLDER}/{ONE}"]
    assert "22012" in told["why"]
    assert shop.database.versions() == [1]
    assert "t2" not in shop.database.tables()
    assert "PodFailurePolicy" in {each.get("reason") for each in job["status"]["conditions"]}
    assert shop.started() == 1
    shop.write({TWO: table(2)})
    assert shop.run()["outcome"] == "done"
    assert shop.database.versions() == [1, 2]


def test_what_goose_says_is_in_the_trail_whose_chain_is_whole(make):
    shop = make({ONE: table(1)})
    shop.run()

    assert shop.audit("check").code == 0
    assert "OK   00001_one.sql" in json.dumps(shop.trail())
