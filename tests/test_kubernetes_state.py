"""What has become of a Job, a Lease, a log: pure, from what the cluster says."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from avion_lint.executor.kubernetes.kubectl import Refusal, refusal
from avion_lint.executor.kubernetes.lease import SECONDS, held_by, lease_name, manifest
from avion_lint.executor.kubernetes.logs import backup_told, redacted
from avion_lint.executor.kubernetes.state import Phase, gone, pods_of, states
from avion_lint.executor.kubernetes.watching import last_states
from avion_lint.settings.environments import Environment, Profile
from avion_lint.settings.kubernetes import KubernetesSettings, Resources

UID = "6f1c"


def job(*conditions, **status):
    said = [{"type": kind, "status": "True", "reason": why, "message": more} for kind, why, more in conditions]
    metadata = {"name": "users-migration-1-1", "uid": UID, "labels": {"avion-lint/run": "R1"}}
    return {"kind": "Job", "metadata": metadata, "spec": {}, "status": {"conditions": said, **status}}


def container(name, **state):
    return {"name": name, "state": state, "imageID": ""}


def pod(phase, *containers, init=(), **status):
    metadata = {"name": "users-migration-1-1-x", "ownerReferences": [{"uid": UID}]}
    statuses = {"initContainerStatuses": list(init), "containerStatuses": list(containers)}
    return {"kind": "Pod", "metadata": metadata, "status": {"phase": phase, **statuses, **status}}


def one(*objects):
    (found,) = states(objects)
    return found


def ended(code, reason="Error", **more):
    return {"terminated": {"exitCode": code, "reason": reason, **more}}


WAITING = {"waiting": {"reason": "PodInitializing"}}
FAILED = ("Failed", "PodFailurePolicy", "Container migrate failed")


def test_a_complete_job_has_run():
    found = one(
        job(("SuccessCriteriaMet", "", ""), ("Complete", "", "")), pod("Succeeded", container("migrate", **ended(0)))
    )

    assert (found.phase, found.finished, found.runner_started, found.run) == (Phase.COMPLETE, True, True, "R1")


@pytest.mark.parametrize("first", ["SuccessCriteriaMet", "FailureTarget"])
def test_a_job_whose_pods_are_still_being_ended_has_not_ended(first):
    assert not one(job((first, "", ""), active=1)).finished


def test_a_failed_runner_is_named_with_its_code():
    found = one(job(FAILED), pod("Failed", container("migrate", **ended(1))))

    assert (found.phase, found.runner_started) == (Phase.FAILED, True)
    assert found.words == "failed: container migrate ended with code 1"


def test_a_failed_backup_means_that_the_runner_was_never_started():
    found = one(job(FAILED), pod("Failed", container("migrate", **WAITING), init=[container("backup", **ended(3))]))

    assert found.runner_started is False
    assert found.words == "failed: container backup ended with code 3"


def test_too_little_memory_is_told_as_that():
    found = one(job(FAILED), pod("Failed", container("migrate", **ended(137, "OOMKilled"))))

    assert "needed more memory than it may use" in found.words


def test_an_evicted_pod_is_told_as_that():
    status = {"reason": "Evicted", "message": "The node was low on resource: memory."}
    found = one(
        job(("Failed", "BackoffLimitExceeded", "…")), pod("Failed", container("migrate", **ended(143)), **status)
    )

    assert "was taken away: Evicted: The node was low on resource: memory." in found.words


def test_a_pod_that_was_preempted_is_told_as_that():
    condition = {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": "PreemptionByScheduler",
        "message": "making room",
    }
    found = one(job(FAILED), pod("Failed", container("migrate", **WAITING), conditions=[condition]))

    assert "PreemptionByScheduler: making room" in found.words


def test_a_deadline_that_has_passed_is_told_as_that():
    found = one(job(("Failed", "DeadlineExceeded", "Job was active longer than specified deadline")))

    assert found.words == "failed: its time (activeDeadlineSeconds) was over"
    assert found.runner_started is None  # no pod is left to tell


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("ImagePullBackOff", 'Back-off pulling image "x"'),
        ("CreateContainerConfigError", 'secret "users-migration-db" not found'),
        ("InvalidImageName", "couldn't parse image"),
    ],
)
def test_what_keeps_a_container_from_being_started_is_said(reason, message):
    waiting = {"waiting": {"reason": reason, "message": message}}
    found = one(
        job(active=1), pod("Pending", container("migrate", **WAITING), init=[container("see-files", **waiting)])
    )

    assert not found.finished
    assert found.stuck == found.words == f"container see-files waits: {reason} ({message})"


def test_nodes_without_room_are_said():
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/3 nodes are available",
    }

    assert "0/3 nodes are available" in one(job(active=1), pod("Pending", conditions=[condition])).stuck


def test_a_pod_that_is_not_over_does_not_tell_that_its_runner_was_not_started():
    assert one(job(active=1), pod("Pending", container("migrate", **WAITING))).runner_started is None


def test_a_deleted_job_may_have_pods_left():
    left = pods_of([pod("Running", container("migrate", running={}))], UID)
    found = gone("users-migration-1-1", UID, left)

    assert (found.phase, found.finished, found.runner_started) == (Phase.GONE, True, True)
    assert pods_of([pod("Running")], "another") == ()


def test_a_job_without_a_status_is_waiting():
    found = one({"kind": "Job", "metadata": {"name": "x", "uid": "1"}})

    assert (found.phase, found.words) == (Phase.WAITING, "it has no pod yet")


def test_the_last_state_counts_among_all_that_were_watched():
    first, last = pod("Pending", container("migrate", **WAITING)), pod("Failed", container("migrate", **WAITING))
    text = f"{json.dumps(first, indent=1)}\n{json.dumps(last, indent=1)}\n" + '{"kind": "Pod", "meta'

    assert [each.phase for each in last_states(text, UID)] == ["Failed"]
    assert last_states("", UID) == ()


# --- leases ------------------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)


def test_a_lease_is_held_until_it_is_given_back_or_expires():
    lease = manifest("l", "run R1", NOW)

    assert held_by(lease, NOW + timedelta(seconds=SECONDS)).startswith("run R1, until 03:00:40 UTC")
    assert held_by(lease, NOW + timedelta(seconds=SECONDS + 11)) == ""
    assert held_by({"spec": {**lease["spec"], "holderIdentity": ""}}, NOW) == ""
    assert held_by({}, NOW) == ""


def test_whoever_takes_a_lease_must_have_seen_its_last_version():
    before = {"metadata": {"resourceVersion": "42"}, "spec": manifest("l", "run R1", NOW)["spec"]}
    renewed, taken = (manifest("l", holder, NOW + timedelta(minutes=2), before) for holder in ("run R1", "run R2"))

    assert (renewed["metadata"]["resourceVersion"], taken["metadata"]["resourceVersion"]) == ("42", "42")
    assert renewed["spec"]["acquireTime"] == before["spec"]["acquireTime"] != taken["spec"]["acquireTime"]
    assert (renewed["spec"]["leaseTransitions"], taken["spec"]["leaseTransitions"]) == (0, 1)


def test_each_service_and_environment_has_a_lease_of_its_own():
    assert lease_name("users", "staging") == "avion-lint-users-staging"
    assert lease_name("Users", "staging") != lease_name("users", "staging")


# --- words of others ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('Error from server (AlreadyExists): jobs.batch "x" already exists', Refusal.EXISTS),
        ('Error from server (NotFound): jobs.batch "x" not found', Refusal.NOT_FOUND),
        ("Error from server (Conflict): Operation cannot be fulfilled on leases", Refusal.CONFLICT),
        ('Error from server (Forbidden): User "x" cannot create resource "jobs"', Refusal.FORBIDDEN),
        ("The connection to the server localhost:8080 was refused - did you specify the right host?", Refusal.SILENT),
        ("Unable to connect to the server: dial tcp: i/o timeout", Refusal.SILENT),
        ("error: context deadline exceeded", Refusal.SILENT),
        ("Error from server (BadRequest): Job in version v1 cannot be handled", Refusal.OTHER),
        ('error: context "x" does not exist', Refusal.OTHER),
    ],
)
def test_a_refusal_is_known_by_its_kind(said, kind):
    assert refusal(said).kind is kind


@pytest.mark.parametrize(
    "text",
    [
        "failed to connect to postgres://users:hunter2@db/users?sslmode=require",
        "failed to connect to `host=db user=users password=hunter2`",
        "password='hunter2' host=db",
        "PASSWORD: hunter2",
    ],
)
def test_passwords_of_secrets_that_nobody_here_knows_are_taken_out_of_logs(text):
    assert "hunter2" not in redacted(text)
    assert "db" in redacted(text) or "db" not in text


def test_the_backup_is_what_its_last_line_says():
    line = 'avion-lint backup {"file": "/backup/x.dump", "sha256": "ab", "size": 7}'

    assert backup_told(f"x\n{line}\n")["size"] == 7
    assert backup_told("avion-lint backup {broken") == {}
    assert backup_told("") == {}


# --- settings ----------------------------------------------------------------------------------------------------


def test_what_is_said_of_the_cluster_is_a_part_of_what_is_approved():
    plain, other = (
        Environment("production", Profile.PRODUCTION, kubernetes=KubernetesSettings(image=image)).said
        for image in ("users@sha256:1", "users@sha256:2")
    )

    assert plain["kubernetes"] == "image: users@sha256:1"
    assert plain != other


def test_a_service_s_name_is_put_into_all_texts():
    found = KubernetesSettings(
        secret="{service}-db", image_pull_secrets=("{service}-pull",), resources=Resources(cpu="1")
    )

    named = found.for_service("users")
    assert (named.secret, named.image_pull_secrets, named.service_account) == (
        "users-db",
        ("users-pull",),
        "users-migration",
    )
