"""Jobs of a service as the cluster has them now: that of a run, and those of others."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Sequence

from avion_lint.executor.kubernetes.kubectl import ClusterError, Kubectl
from avion_lint.executor.kubernetes.names import LOCK
from avion_lint.executor.kubernetes.state import JobState, gone, pods_of, states
from avion_lint.executor.kubernetes.task import Task
from avion_lint.record import replace

_PAUSE = 2.0


def selector(key: int) -> str:
    """The labels of all Jobs and pods of a service; `key` is the number of its lock."""
    return f"{LOCK}={key & 0xFFFFFFFFFFFFFFFF:016x}"


def jobs(kubectl: Kubectl, key: int) -> tuple[JobState, ...]:
    """All Jobs of a service; raises ClusterError."""
    return states(kubectl.objects("jobs,pods", selector(key)))


def job(kubectl: Kubectl, key: int, name: str, uid: str) -> JobState:
    """A Job; GONE where it is not there, or where another one has its name. Raises ClusterError."""
    objects = kubectl.objects("jobs,pods", selector(key))
    found = next((each for each in states(objects) if each.name == name and each.uid == uid), None)
    return found or gone(name, uid, pods_of(objects, uid))


def under_way(kubectl: Kubectl, key: int) -> tuple[JobState, ...]:
    """Jobs of a service that have not come to their end; raises ClusterError."""
    return tuple(each for each in jobs(kubectl, key) if not each.finished)


def next_attempt(kubectl: Kubectl, task: Task) -> Task:
    """The task with the number of a Job from its state of the database that is not there yet; raises ClusterError."""
    stem = task.name.rpartition("-")[0]
    known = (each.name.rpartition("-") for each in jobs(kubectl, task.key))
    numbers = (int(number) for name, _, number in known if name == stem and number.isdecimal())
    return replace(task, attempt=1 + max(numbers, default=0))


def waited(
    kubectl: Kubectl, key: int, seconds: float, tell: Callable[[str], None]
) -> tuple[tuple[JobState, ...], tuple[JobState, ...]]:
    """Wait for Jobs under way; gives those that have ended meanwhile and those that are left. Raises ClusterError."""
    last = time.monotonic() + seconds
    seen: dict[str, str] = {}
    while True:
        known = jobs(kubectl, key)
        left = tuple(each for each in known if not each.finished)
        for each in left:
            if seen.get(each.name) != each.words:
                tell(f"the Job {each.name} of {of_run(each)}: {each.words}")
            seen[each.name] = each.words
        if not left or time.monotonic() >= last:
            return tuple(each for each in known if each.finished and each.name in seen), left
        time.sleep(_PAUSE)


def of_run(state: JobState) -> str:
    """Whose Job it is, in words."""
    return f"run {state.run}" if state.run else "nobody's run (it was rendered)"


def warnings(kubectl: Kubectl, names: Sequence[str]) -> str:
    """What the cluster has warned last of the first of these objects of which it has, "" where it says nothing."""
    for name in names:
        asked = f"--field-selector=involvedObject.name={name},type=Warning"
        with contextlib.suppress(ClusterError, ValueError, KeyError):
            found = json.loads(kubectl.ask("get", "events", asked, "--output=json"))["items"]
            if found:
                return str(found[-1].get("message", ""))
    return ""
