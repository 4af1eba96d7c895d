"""A run's own Job: created once, followed to its end, taken away where the run is interrupted."""

from __future__ import annotations

import time

from avion_lint.executor.kubernetes import seeing
from avion_lint.executor.kubernetes.containers import BACKUP, RUNNER
from avion_lint.executor.kubernetes.kubectl import ClusterError, Refusal
from avion_lint.executor.kubernetes.logs import Logs, backup_told
from avion_lint.executor.kubernetes.manifests import job
from avion_lint.executor.kubernetes.means import Means
from avion_lint.executor.kubernetes.names import RUN
from avion_lint.executor.kubernetes.state import JobState, Phase, gone
from avion_lint.executor.kubernetes.task import Held, Task
from avion_lint.executor.kubernetes.text import as_yaml
from avion_lint.executor.kubernetes.watching import watched
from avion_lint.executor.problem import EndedError
from avion_lint.executor.runner.job import NotBegunError, Ran
from avion_lint.executor.running.plan import digest
from avion_lint.record import replace

_PAUSE = 1.0
_AFTER = 120.0  # seconds after its own deadline for the cluster to end a Job
_ENDING = 75.0  # seconds for a pod to end: its grace, and the kubelet's
_SILENCE = 15.0  # seconds after which a Job that was perhaps created must be there
_SAID = 600
_SLOWLY = 3  # times as long as what is stuck


class Work:
    """A task as a Job of a cluster."""

    def __init__(self, task: Task, means: Means) -> None:
        self.task = task
        self.means = means
        self.kubectl = means.kubectl
        self.uid = ""
        self.seen = gone(task.name)
        self.logs = Logs(means, task.name)

    def do(self, session: int) -> Ran:
        """Create the Job, and follow it to its end; raises EndedError, and NotBegunError where it never began.

        `session` is the number of the session that holds the service's lock.
        """
        held = Held(self.task.key, session)
        try:
            self.task = seeing.next_attempt(self.kubectl, replace(self.task, held=held))
            self.logs = Logs(self.means, self.task.name)
        except ClusterError as error:
            return Ran(content=False, said="", begun=False, why=error.text)
        try:
            why = self._create()
            if why:
                return Ran(content=False, said="", begun=False, why=why)
            return self._outcome(self._follow())
        except (KeyboardInterrupt, EndedError):
            self._interrupted(self.seen)
            raise

    # --- creating ------------------------------------------------------------------------------------------------

    def _create(self) -> str:
        """Create the Job; gives why there is none."""
        task, manifest = self.task, job(self.task)
        try:
            made = self.kubectl.create(as_yaml([manifest]))
        except ClusterError as error:
            if error.kind is Refusal.EXISTS:
                return (
                    f"there is a Job {task.name} already, which another run has made from the same state: {error.text}"
                )
            if error.kind is not Refusal.SILENT:
                return error.text
            found = self._after_silence()
            if found is None:
                return error.text
            made = found
        self.uid = str(made["metadata"].get("uid", ""))
        told = {"job": task.name, "uid": self.uid, "namespace": task.cluster.namespace, "image": task.cluster.image}
        self.means.note("job-created", **told, manifest=digest(manifest))
        self.means.tell(f"the Job {task.name} is created")
        return ""

    def _after_silence(self) -> dict[str, object] | None:
        """The Job, where it was made although nobody said so; None where it was not, or where nobody knows.

        Where it is made later, it finds that the run does not hold the lock any more, and does nothing.
        """
        last = time.monotonic() + _SILENCE
        while time.monotonic() < last:
            time.sleep(_PAUSE)
            try:
                found = self.kubectl.object("job", self.task.name)
            except ClusterError:
                continue
            if found is not None and (found["metadata"].get("labels") or {}).get(RUN) == self.task.run:
                return found
        return None

    # --- following -----------------------------------------------------------------------------------------------

    def _follow(self) -> JobState:
        """See what becomes of it until it ends, or is given up; raises EndedError."""
        begun = free = time.monotonic()
        last, start = begun + self.task.deadline + _AFTER, self.task.cluster.start_seconds
        while True:
            now = self._now()
            if now is not None:
                self._see(now)
                if now.finished:
                    return self._settled(now)
                free = free if _is_kept_back(now) else time.monotonic()
                # An image that is being pulled is given longer than what hardly comes by itself.
                limit = start if now.stuck or not now.pods else _SLOWLY * start
                if time.monotonic() - free > limit:
                    return self._given_up(now, f"it did not begin within {limit} s: {self._why_not(now)}")
            if time.monotonic() > last:
                return self._given_up(self.seen, f"the cluster has not ended it {_AFTER:.0f} s after its deadline")
            time.sleep(_PAUSE)

    def _see(self, now: JobState) -> None:
        if now.words != self.seen.words:
            self.means.tell(f"the Job {now.name}: {now.words}")
        self.seen = now
        self.logs.see(now)

    def _now(self) -> JobState | None:
        """The Job now, None where the cluster does not tell."""
        try:
            return seeing.job(self.kubectl, self.task.key, self.task.name, self.uid)
        except ClusterError as error:
            self.means.tell(f"{error.text}; the Job goes on by itself, and is asked for again")
            return None

    def _why_not(self, state: JobState) -> str:
        names = (state.name, *(pod.name for pod in state.pods))
        return state.stuck or seeing.warnings(self.kubectl, names) or state.words

    def _given_up(self, state: JobState, why: str) -> JobState:
        self.means.warn(f"the Job {state.name} is deleted: {why}")
        return replace(self._taken_away(state), phase=Phase.FAILED, reason="", message=why)

    def _settled(self, state: JobState) -> JobState:
        """The same, once no pod of it runs any more: a Job may be over while its pod is still being ended."""
        last = time.monotonic() + _ENDING
        while not all(pod.over for pod in state.pods) and time.monotonic() < last:
            time.sleep(_PAUSE)
            now = self._now()
            if now is not None:
                pods = {pod.name: pod for pod in (*state.pods, *now.pods)}
                left = {pod.name for pod in now.pods}
                state = replace(state, pods=tuple(pods.values()))
                if all(pods[name].over for name in left):
                    break
        return state

    # --- ending --------------------------------------------------------------------------------------------------

    def _taken_away(self, state: JobState) -> JobState:
        """Delete the Job, and wait until its pods are gone; the last that was seen of it."""
        with watched(self.means, self.task) as last:
            try:
                self.kubectl.delete_job(self.task.name)
            except ClusterError as error:
                self.means.warn(f"the Job {self.task.name} could not be deleted, and goes on by itself: {error.text}")
                return state
            now = self._now()
            state = self._settled(replace(state, pods=now.pods or state.pods) if now is not None else state)
            pods = {pod.name: pod for pod in (*state.pods, *last(self.uid))}
            state = replace(state, pods=tuple(pods.values()))
        if not all(pod.over or pod.going for pod in state.pods):
            self.means.warn(f"a pod of the Job {self.task.name} is perhaps not gone yet: see kubectl get pods")
        return state

    def _interrupted(self, state: JobState) -> None:
        """Take the Job away, and say so; raises NotBegunError where the runner was surely not started."""
        name = self.task.name
        self.uid = self.uid or self._own()
        if not self.uid:
            return
        self.means.warn(
            f"interrupted: the Job {name} ({state.words}) is deleted, and what it is doing is broken off; interrupted "
            "once more, it goes on by itself and the next run finds it"
        )
        left = self._taken_away(state)
        files = self.logs.finish(left)
        self.means.note("job-ended", job=name, uid=self.uid, state=f"deleted: {state.words}", logs=list(files))
        if left.runner_started is False:
            raise NotBegunError

    def _own(self) -> str:
        """The uid of the run's Job, where it was interrupted while it created one; "" where there is none."""
        try:
            found = self.kubectl.object("job", self.task.name)
        except ClusterError as error:
            self.means.warn(f"whether the Job {self.task.name} was created is not known: {error.text}")
            return ""
        ours = found is not None and (found["metadata"].get("labels") or {}).get(RUN) == self.task.run
        return str(found["metadata"].get("uid", "")) if found is not None and ours else ""

    def _outcome(self, state: JobState) -> Ran:
        files = self.logs.finish(state)
        said = self.logs.of(RUNNER)
        told = {"job": state.name, "uid": self.uid, "state": state.words, "image": state.image, "logs": list(files)}
        self.means.note("job-ended", **told)
        made = backup_told(self.logs.of(BACKUP))
        claim = {"backup": {**made, "claim": self.task.cluster.backup_claim}} if made else {}
        if state.phase is Phase.COMPLETE:
            return Ran(content=True, said=said, told={"job": state.name, **claim})
        words = " ".join(self._last_words(state).split())[-_SAID:]
        why = f"the Job {state.name}: {state.words}{f'; it said: {words}' if words else ''}"
        begun = state.runner_started is not False
        return Ran(content=False, said=said, begun=begun, why=why, told={"job": state.name, **claim})

    def _last_words(self, state: JobState) -> str:
        """What the container said that did not end well, else the last that said anything."""
        for pod in state.pods:
            for each in pod.containers:
                if each.code not in (None, 0):
                    return self.logs.of(each.name)
        return next(reversed(self.logs.texts.values()), "")


def _is_kept_back(state: JobState) -> bool:
    """Whether nothing of it has begun yet, or something keeps its next container from being started."""
    return bool(state.stuck) or not any(each.started for pod in state.pods for each in pod.containers)
