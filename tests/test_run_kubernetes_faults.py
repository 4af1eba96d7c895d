"""What becomes of a run by a Job when something goes wrong: nothing is applied twice, nothing is told that was not."""

from __future__ import annotations

import json
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.cluster.api import BATCH, CORE, LEASES
from tests.cluster.control_plane import STRANGER
from tests.cluster.shop import POSTGRES_IMAGE, RUNNER_IMAGE, make_shop
from tests.run_helper import ended, sessions, table, up, wait_for

pytestmark = pytest.mark.slow

ONE, TWO = "00001_one.sql", "00002_two.sql"
LONG = up("CREATE TABLE t1 (id bigint PRIMARY KEY);\nSELECT pg_sleep(60);", "DROP TABLE t1;")
SOME = LONG.replace("sleep(60)", "sleep(4)")
HALF = "-- +goose NO TRANSACTION\n" + up(
    "CREATE TABLE t1 (id bigint PRIMARY KEY);\nSELECT pg_sleep(60);\nCREATE TABLE t9 (id bigint PRIMARY KEY);",
    "DROP TABLE t1;",
)


@pytest.fixture
def make(tmp_path, postgres, cluster):
    made = []

    def shop(files, **options):
        made.append(make_shop(tmp_path, postgres, cluster, files, **options))
        return made[-1]

    yield shop
    cluster.node.holding = cluster.node.silent = False
    for each in made:
        each.close()


SLEEPING = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()
"""


def at_work(shop):
    """Wait until goose waits in its first file."""
    shop.running()
    wait_for(lambda: shop.database.ask(SLEEPING), 60)


def told_of(process, seconds=150.0):
    code, out, err = ended(process, seconds)
    assert out.startswith("{"), f"{code}\n{out}\n{err}"
    return code, json.loads(out), err


def goes_on(shop, files=(ONE, TWO)):
    """Run again with files that end at once; each is applied once then."""
    shop.write({name: table(number) for number, name in enumerate(files, 1)})
    told = shop.run("--wait", "60")
    assert told["outcome"] in ("done", "nothing-to-do")
    assert shop.database.versions() == list(range(1, len(files) + 1))
    done = shop.audit("check")
    assert done.code == 0, done.out
    return told


# --- the Job and its pod ------------------------------------------------------------------------------------------


def test_a_job_that_somebody_deletes_has_failed_whole_and_a_rerun_goes_on(make):
    shop = make({ONE: LONG, TWO: table(2)})
    process = shop.start("--format", "json")
    at_work(shop)
    shop.kubectl("delete", "job", "--all", "--wait=false")
    code, told, _ = told_of(process)

    assert code == 4
    assert told["diagnosis"]["branch"] == "failed-whole"
    assert shop.database.versions() == []
    assert "deleted" in told["why"] or "gone" in told["why"]
    assert not sessions(shop)
    goes_on(shop)


def test_a_pod_that_is_evicted_is_not_replaced(make):
    shop = make({ONE: LONG})
    process = shop.start("--format", "json")
    at_work(shop)
    shop.cluster.node.evict(shop.namespace)
    code, told, _ = told_of(process)

    assert code == 4
    assert told["diagnosis"]["branch"] == "failed-whole"
    assert "Evicted" in told["why"] or "low on resource" in told["why"]
    assert shop.started() == 1
    goes_on(shop, (ONE,))


def test_a_pod_that_is_deleted_by_force_is_not_replaced(make):
    shop = make({ONE: LONG})
    process = shop.start("--format", "json")
    at_work(shop)
    shop.kubectl("delete", "pod", "--all", "--force", "--grace-period=0")
    code, told, _ = told_of(process)

    assert code == 4
    assert told["diagnosis"]["branch"] == "failed-whole"
    assert shop.started() == 1
    goes_on(shop, (ONE,))


def test_a_file_outside_of_a_transaction_has_failed_part_way_when_its_pod_is_evicted(make):
    shop = make({ONE: HALF})
    process = shop.start("--format", "json")
    at_work(shop)
    shop.cluster.node.evict(shop.namespace)
    code, told, _ = told_of(process)
    again = shop.run(code=1)

    assert code == 4
    assert told["diagnosis"]["branch"] == "failed-part-way"
    assert "t1" in shop.database.tables()
    assert "was begun by an earlier run without a transaction" in again["why"]


def test_a_pod_that_is_started_twice_finds_that_the_first_is_at_work(make):
    shop = make({ONE: up("CREATE TABLE IF NOT EXISTS t1 (id int);\nSELECT pg_sleep(6);\nINSERT INTO t1 VALUES (1);")})
    process = shop.start("--format", "json")
    at_work(shop)
    (pod,) = shop.pods()
    twin = {
        "metadata": {key: pod["metadata"][key] for key in ("labels", "annotations")} | {"name": "twin"},
        "spec": {key: value for key, value in pod["spec"].items() if key != "nodeName"},
    }
    shop.api.post(f"{CORE}/namespaces/{shop.namespace}/pods", twin)
    code, told, _ = told_of(process)
    wait_for(lambda: all(pod["status"]["phase"] in ("Succeeded", "Failed") for pod in shop.pods()), 60)

    assert (code, told["outcome"]) == (0, "done")
    assert shop.database.ask("SELECT * FROM t1") == [(1,)]
    assert shop.database.versions() == [1]


def test_of_two_runs_at_once_one_wins_and_one_job_is_made(make):
    shop = make({ONE: SOME, TWO: table(2)})
    both = [shop.start("--format", "json") for _ in range(2)]
    codes = sorted(ended(each, 120)[0] for each in both)

    assert codes in ([0, 0], [0, 1])
    assert shop.database.versions() == [1, 2]
    assert len(shop.jobs()) == 1
    assert shop.started() == 1


def test_a_job_of_somebody_else_that_is_under_way_is_named_and_waited_for(make):
    shop = make({ONE: SOME})
    first = shop.start()
    at_work(shop)
    first.kill()
    ended(first)
    refused = shop.run(code=1)
    told = shop.run("--wait", "60")

    assert "a Job is under way" in refused["why"]
    assert told["outcome"] == "nothing-to-do"
    assert shop.database.versions() == [1]
    assert shop.started() == 1


# --- it cannot begin ----------------------------------------------------------------------------------------------


def test_an_image_that_cannot_be_pulled_is_given_up_and_nothing_is_begun(make):
    shop = make({ONE: table(1)}, in_cluster="start-seconds: 10")
    image = shop.cluster.node.images.pop(RUNNER_IMAGE)
    told = shop.run(code=1)
    shop.cluster.node.images[RUNNER_IMAGE] = image

    assert "pull" in told["why"].lower()
    assert told["diagnosis"]["branch"] == "not-begun"
    assert shop.database.tables() == []
    wait_for(lambda: not shop.jobs(), 30)
    goes_on(shop, (ONE,))


def test_an_image_that_comes_late_is_waited_for(make):
    shop = make({ONE: table(1)})
    image = shop.cluster.node.images.pop(POSTGRES_IMAGE)
    process = shop.start("--format", "json")
    wait_for(shop.pods, 60)
    time.sleep(3)
    shop.cluster.node.images[POSTGRES_IMAGE] = image

    assert told_of(process)[1]["outcome"] == "done"


def test_a_pod_that_no_node_takes_is_given_up(make):
    shop = make({ONE: table(1)}, in_cluster="start-seconds: 10")
    shop.cluster.node.holding = True
    told = shop.run(code=1)
    shop.cluster.node.holding = False

    assert "0/1 nodes are available" in told["why"]
    assert told["diagnosis"]["branch"] == "not-begun"
    assert shop.database.tables() == []
    goes_on(shop, (ONE,))


def test_a_secret_that_is_missing_is_named(make):
    shop = make({ONE: table(1)}, in_cluster="start-seconds: 10")
    shop.kubectl("delete", "secret", "users-migration-db")
    told = shop.run(code=1)
    shop.make_secret()

    assert "users-migration-db" in told["why"]
    assert shop.database.tables() == []
    goes_on(shop, (ONE,))


def test_a_wrong_password_in_the_secret_begins_nothing(make):
    shop = make({ONE: table(1)}, in_cluster="wait-seconds: 4")
    shop.kubectl("delete", "secret", "users-migration-db")
    shop.make_secret(username="nobody-there", password="s3cr3t-in-vain")
    told = shop.run(code=1)
    everything = json.dumps(told) + json.dumps(shop.trail())

    assert "nobody-there" in told["why"]
    assert "s3cr3t" not in everything
    assert shop.database.tables() == []


def test_who_may_not_make_jobs_is_refused_before_anything_is_begun(make):
    shop = make({ONE: table(1)})
    shop.user = STRANGER
    done = shop.command("run", "--format", "json")

    assert done.code in (1, 3)
    assert "forbidden" in (done.out + done.err).lower()
    assert shop.jobs() == []
    assert shop.database.tables() == []


# --- time ---------------------------------------------------------------------------------------------------------


def test_when_the_time_of_the_migrations_is_over_goose_is_ended(make):
    shop = make({ONE: LONG}, more="timeout-seconds: 3")
    began = time.monotonic()
    told = shop.run(code=4)

    assert time.monotonic() - began < 50
    assert told["diagnosis"]["branch"] == "failed-whole"
    assert not sessions(shop)
    goes_on(shop, (ONE,))


def test_a_job_that_is_over_its_deadline_has_failed_whole(make):
    shop = make({ONE: LONG})
    process = shop.start("--format", "json")
    at_work(shop)
    (job,) = shop.jobs()
    path = f"{BATCH}/namespaces/{shop.namespace}/jobs/{job['metadata']['name']}"
    shop.api.patch(path, {"spec": {"activeDeadlineSeconds": 1}})
    code, told, _ = told_of(process)

    assert code == 4
    assert "its time (activeDeadlineSeconds) was over" in told["why"]
    assert told["diagnosis"]["branch"] == "failed-whole"
    goes_on(shop, (ONE,))


# --- the executor is ended ----------------------------------------------------------------------------------------


def kill_when(shop, process, event, number=1):
    def there():
        try:
            return shop.events().count(event) >= number
        except ValueError:
            return False  # a line that is just being written

    wait_for(there, 60)
    process.kill()
    ended(process)


@pytest.mark.parametrize(
    ("event", "number"),
    [
        ("step-begun", 1),
        ("step-ended", 2),
        ("runner-begun", 1),
        ("job-created", 1),
        ("job-ended", 1),
        ("runner-ended", 1),
    ],
)
def test_an_executor_that_is_killed_leaves_a_state_from_which_a_rerun_goes_on_rightly(make, event, number):
    shop = make({ONE: table(1), TWO: table(2)})
    process = shop.start()
    kill_when(shop, process, event, number)
    told = shop.run("--wait", "90")

    assert told["outcome"] in ("done", "nothing-to-do")
    assert shop.database.versions() == [1, 2]
    assert shop.started() == 1 or event in ("runner-begun", "job-created")
    done = shop.audit("check")
    assert done.code == 0, done.out


def test_a_job_whose_run_is_killed_goes_on_and_the_next_run_tells_what_it_came_to(make):
    shop = make({ONE: SOME, TWO: table(2)})
    process = shop.start()
    at_work(shop)
    process.kill()
    ended(process)
    told = shop.run("--wait", "60")
    found = [entry for entry in shop.trail() if entry["event"] == "job-found"]

    assert told["outcome"] == "nothing-to-do"
    assert shop.database.versions() == [1, 2]
    assert shop.started() == 1
    assert len(found) == 1


def test_ctrl_c_ends_the_job_and_goose_at_once(make):
    shop = make({ONE: LONG, TWO: table(2)})
    process = shop.start("--format", "json")
    at_work(shop)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, told, _ = told_of(process)

    assert told["outcome"] == "interrupted"
    assert told["diagnosis"]["branch"] == "failed-whole"
    assert time.monotonic() - began < 20
    assert shop.database.versions() == []
    assert not sessions(shop)
    wait_for(lambda: not shop.jobs(), 30)
    goes_on(shop)


def test_ctrl_c_before_the_runner_was_started_leaves_nothing_begun(make):
    shop = make({ONE: HALF.replace("sleep(60)", "sleep(0)")})
    image = shop.cluster.node.images.pop(RUNNER_IMAGE)
    process = shop.start("--format", "json")
    wait_for(shop.pods, 60)
    process.send_signal(signal.SIGINT)
    _, told, _ = told_of(process)
    shop.cluster.node.images[RUNNER_IMAGE] = image

    assert told["outcome"] == "interrupted"
    assert told["diagnosis"]["branch"] == "not-begun"
    assert shop.database.tables() == []
    assert shop.run()["outcome"] == "done"
    assert shop.database.versions() == [1]


def test_ctrl_c_twice_leaves_a_state_from_which_a_rerun_goes_on(make):
    shop = make({ONE: SOME, TWO: table(2)})
    process = shop.start()
    at_work(shop)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    ended(process, 120)

    goes_on(shop)


# --- the cluster's servers ----------------------------------------------------------------------------------------


def test_an_api_server_that_is_gone_for_a_while_is_waited_for(make):
    shop = make({ONE: SOME, TWO: table(2)})
    process = shop.start("--format", "json")
    at_work(shop)
    shop.cluster.control.end("kube-apiserver")
    time.sleep(6)
    shop.cluster.control.start_apiserver()
    code, told, _ = told_of(process)

    assert (code, told["outcome"]) == (0, "done")
    assert shop.database.versions() == [1, 2]
    assert shop.started() == 1


def test_an_interrupt_while_the_api_server_is_gone_tells_that_the_job_may_go_on(make):
    shop = make({ONE: SOME, TWO: table(2)})
    process = shop.start("--format", "json")
    at_work(shop)
    shop.cluster.control.end("kube-apiserver")
    process.send_signal(signal.SIGINT)
    _, told, err = told_of(process)
    shop.cluster.control.start_apiserver()

    assert told["outcome"] == "interrupted"
    assert "could not be deleted" in err
    goes_on(shop)


def test_an_api_server_that_does_not_answer_refuses_the_run(make):
    shop = make({ONE: table(1)})
    shop.cluster.control.end("kube-apiserver")
    done = shop.command("run", "--format", "json")
    shop.cluster.control.start_apiserver()

    assert done.code in (1, 3)
    assert shop.database.tables() == []
    goes_on(shop, (ONE,))


def test_a_controller_that_is_gone_for_a_while_is_waited_for(make):
    shop = make({ONE: table(1)})
    shop.cluster.control.end("kube-controller-manager")
    process = shop.start("--format", "json")
    wait_for(shop.jobs, 60)
    time.sleep(2)
    shop.cluster.control.start_manager()
    code, told, _ = told_of(process)

    assert (code, told["outcome"]) == (0, "done")
    assert shop.started() == 1


def test_logs_that_cannot_be_read_change_nothing_of_what_is_told(make):
    shop = make({ONE: table(1)})
    shop.cluster.node.silent = True
    told = shop.run()

    assert told["outcome"] == "done"
    assert shop.database.versions() == [1]


# --- the Lease ----------------------------------------------------------------------------------------------------


def put_lease(shop, renewed, holder="avion-lint run elsewhere"):
    """Let the service's Lease be held by somebody, who renewed it so long ago."""
    moment = f"{datetime.now(UTC) - renewed:%Y-%m-%dT%H:%M:%S.%fZ}"
    spec = {"holderIdentity": holder, "leaseDurationSeconds": 60, "renewTime": moment, "acquireTime": moment}
    path = f"{LEASES}/namespaces/{shop.namespace}/leases"
    for lease in shop.objects("leases", LEASES):
        lease["spec"] |= spec
        shop.api.put(f"{path}/{lease['metadata']['name']}", lease)
        return
    shop.api.post(path, {"metadata": {"name": shop.lease_name()}, "spec": spec})


def test_a_lease_that_another_holds_is_respected(make):
    shop = make({ONE: table(1)})
    put_lease(shop, timedelta(seconds=5))
    told = shop.run(code=1)

    assert "avion-lint run elsewhere" in told["why"]
    assert shop.jobs() == []
    assert shop.database.tables() == []


def test_a_lease_whose_holder_is_dead_is_taken_over_when_it_has_expired(make):
    shop = make({ONE: table(1)})
    put_lease(shop, timedelta(minutes=5))
    told = shop.run()
    (lease,) = shop.objects("leases", LEASES)

    assert told["outcome"] == "done"
    assert not lease["spec"].get("holderIdentity")
    assert lease["spec"]["leaseTransitions"] >= 1


def test_a_lease_that_was_renewed_by_a_clock_that_is_ahead_is_respected(make):
    shop = make({ONE: table(1)})
    put_lease(shop, -timedelta(minutes=10))
    told = shop.run(code=1)

    assert "avion-lint run elsewhere" in told["why"]
    assert shop.database.tables() == []


def test_a_lease_that_seems_expired_by_a_clock_that_is_behind_does_not_let_two_migrate(make):
    shop = make({ONE: SOME, TWO: table(2)})
    first = shop.start("--format", "json")
    at_work(shop)
    (lease,) = shop.objects("leases", LEASES)
    put_lease(shop, timedelta(hours=2), lease["spec"]["holderIdentity"])
    second = shop.run(code=1)
    code, told, _ = told_of(first)

    assert second["outcome"] == "refused"
    assert (code, told["outcome"]) == (0, "done")
    assert shop.database.versions() == [1, 2]


def test_a_run_whose_lease_was_taken_starts_nothing_more_and_tells_it(make):
    shop = make({ONE: LONG.replace("sleep(60)", "sleep(20)")})
    process = shop.start("--format", "json")
    at_work(shop)
    put_lease(shop, timedelta(0), "an intruder")
    code, told, _ = told_of(process)

    assert code == 4
    assert "an intruder" in told["why"]
    assert told["diagnosis"]["branch"] == "not-the-migration"
    assert shop.database.versions() == [1]
