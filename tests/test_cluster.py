"""What the tests' cluster does: a real control plane decides, and its node really runs what a Job asks for."""

from __future__ import annotations

import json
import time

import pytest

from tests.cluster.containers import Image
from tests.run_helper import wait_for

pytestmark = pytest.mark.slow


def job(script, *, init=(), **spec):
    def container(name, text):
        return {"name": name, "image": "shell:1", "command": ["sh", "-euc"], "args": [text]}

    pod = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 2,
        "initContainers": [container(f"before-{number}", text) for number, text in enumerate(init)],
        "containers": [container("main", script)],
    }
    policy = {"rules": [{"action": "FailJob", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "work"},
        "spec": {"backoffLimit": 0, "podFailurePolicy": policy, "template": {"spec": pod}, **spec},
    }


@pytest.fixture
def place(cluster):
    cluster.node.images["shell:1"] = Image()
    return cluster.namespace()


def create(cluster, place, manifest):
    done = cluster.control.kubectl("create", "-f", "-", namespace=place, given=json.dumps(manifest))
    assert done.returncode == 0, done.stderr


def conditions(cluster, place):
    said = cluster.control.kubectl("get", "job", "work", "-o", "json", namespace=place)
    return {
        each["type"]: each.get("reason", "")
        for each in json.loads(said.stdout)["status"].get("conditions", ())
        if each["status"] == "True"
    }


def end_of(cluster, place):
    wait_for(lambda: conditions(cluster, place).keys() & {"Complete", "Failed"}, 30)
    return conditions(cluster, place)


def running(cluster, place):
    wait_for(lambda: (run := cluster.node.run_of(place)) is not None and "main" in run.containers, 30)
    return cluster.node.run_of(place)


def test_a_job_is_complete_when_its_containers_have_run_one_after_the_other(cluster, place):
    create(cluster, place, job("echo two", init=["echo one"]))

    assert "Complete" in end_of(cluster, place)
    logs = cluster.control.kubectl("logs", "job/work", "--all-containers", "--prefix", namespace=place)
    assert [line.rpartition(" ")[2] for line in logs.stdout.splitlines()] == ["one", "two"]


def test_a_job_whose_program_fails_is_failed(cluster, place):
    create(cluster, place, job("exit 3"))

    assert end_of(cluster, place)["Failed"] == "BackoffLimitExceeded"


def test_logs_are_followed_while_they_are_written(cluster, place):
    create(cluster, place, job("echo one; sleep 1; echo two"))
    running(cluster, place)
    began = time.monotonic()
    logs = cluster.control.kubectl("logs", "job/work", "--follow", namespace=place)

    assert logs.stdout == "one\ntwo\n"
    assert time.monotonic() - began > 0.3


def test_a_job_whose_time_is_over_ends_its_program(cluster, place):
    create(cluster, place, job("sleep 600", activeDeadlineSeconds=1))
    run = running(cluster, place)

    assert end_of(cluster, place)["Failed"] == "DeadlineExceeded"
    assert run.containers["main"].code == 137  # a shell that is the first process does not heed TERM


def test_an_evicted_pod_fails_the_job_by_its_policy(cluster, place):
    create(cluster, place, job("sleep 600"))
    running(cluster, place)
    cluster.node.evict(place)

    assert end_of(cluster, place)["Failed"] == "PodFailurePolicy"


def test_who_has_no_right_is_refused(cluster, place):
    done = cluster.control.kubectl("get", "jobs", user="stranger", namespace=place)

    assert done.returncode == 1
    assert "forbidden" in done.stderr


def test_an_image_that_is_not_there_is_waited_for(cluster, place):
    manifest = job("true")
    manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "late:1"
    create(cluster, place, manifest)

    def why():
        said = cluster.control.kubectl("get", "pods", "-o", "json", namespace=place).stdout
        states = [pod["status"].get("containerStatuses") for pod in json.loads(said)["items"]]
        return states and states[0] and states[0][0]["state"].get("waiting", {}).get("reason")

    wait_for(lambda: why() == "ImagePullBackOff", 30)
    cluster.node.images["late:1"] = Image()
    assert "Complete" in end_of(cluster, place)
