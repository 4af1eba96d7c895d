"""What has become of a Job, by what the cluster says of it and of its pods; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from avion_lint.enumeration import StrEnum
from avion_lint.executor.kubernetes.containers import RUNNER
from avion_lint.executor.kubernetes.names import RUN
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Part = Mapping[str, Any]  # of an object: JSON

STUCK = (
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
)
"""Why a container waits that will hardly be started by waiting longer."""


class Phase(StrEnum):
    """Where a Job is."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    GONE = "gone"


@record
class Container:
    """A container of a pod. `code` is how it has ended, None where it has not; `reason` why it waits or ended."""

    name: str
    started: bool
    code: int | None
    reason: str = ""
    message: str = ""

    @property
    def words(self) -> str:
        """How it has ended, or why it waits."""
        told = f" ({self.message})" if self.message else ""
        if self.code is None:
            return f"container {self.name} waits: {self.reason}{told}"
        if self.reason == "OOMKilled":
            return f"container {self.name} needed more memory than it may use, and was killed (OOMKilled)"
        because = f", {self.reason}" if self.reason not in ("", "Error", "Completed") else ""
        return f"container {self.name} ended with code {self.code}{because}{told}"


@record
class Pod:
    """A pod; `taken` says why it was taken away from its node, `unplaced` why no node takes it, "" if not.

    `going` while it is ended, `placed` once a node has it.
    """

    name: str
    phase: str
    containers: tuple[Container, ...]
    taken: str = ""
    unplaced: str = ""
    going: bool = False
    placed: bool = True

    @property
    def over(self) -> bool:
        """Whether nothing of it runs any more, or ever will: no node is given a pod that is being ended."""
        return self.phase in ("Succeeded", "Failed") or (self.going and not self.placed)


@record
class JobState:
    """A Job and its pods at a moment. `reason` and `message` are those of its failure, `run` is the run that made it.

    `image` is that of the runner, with the digest that was really started where the cluster tells it.
    """

    name: str
    uid: str
    phase: Phase
    reason: str = ""
    message: str = ""
    run: str = ""
    pods: tuple[Pod, ...] = ()
    image: str = ""

    @property
    def finished(self) -> bool:
        """Whether it has come to an end."""
        return self.phase in (Phase.COMPLETE, Phase.FAILED, Phase.GONE)

    @property
    def runner_started(self) -> bool | None:
        """Whether the container that changes the database was ever started; None where nobody knows.

        That it was not, only a pod tells that is over: of any other the cluster may not know yet.
        """
        if any(each.started for pod in self.pods for each in pod.containers if each.name == RUNNER):
            return True
        return False if self.pods and all(pod.over for pod in self.pods) else None

    @property
    def stuck(self) -> str:
        """Why it will hardly begin, "" where nothing keeps it from that."""
        for pod in self.pods:
            for each in pod.containers:
                if each.code is None and each.reason in STUCK:
                    return each.words
            if pod.unplaced:
                return f"no node takes the pod {pod.name}: {pod.unplaced}"
        return ""

    @property
    def words(self) -> str:
        """What it came to, or what it does, for people."""
        match self.phase:
            case Phase.COMPLETE:
                return "complete"
            case Phase.GONE:
                return "deleted by somebody else"
            case Phase.FAILED:
                return f"failed: {'; '.join(_why(self))}"
            case _:
                return self._under_way

    @property
    def _under_way(self) -> str:
        if self.stuck:
            return self.stuck
        running = [each.name for pod in self.pods for each in pod.containers if each.started and each.code is None]
        if running:
            return f"{', '.join(running)} under way"
        return "the pod is being started" if self.pods else "it has no pod yet"


def _why(state: JobState) -> Iterator[str]:
    """Why a Job has failed: what its pods tell, then what it tells itself."""
    told = False
    for pod in state.pods:
        for each in pod.containers:
            if each.code not in (None, 0):
                told = True
                yield each.words
                break
        if pod.taken:
            told = True
            yield f"the pod {pod.name} was taken away: {pod.taken}"
    match state.reason:
        case "DeadlineExceeded":
            yield "its time (activeDeadlineSeconds) was over"
        case "BackoffLimitExceeded" | "PodFailurePolicy" if told:
            return
        case _:
            yield ": ".join(each for each in (state.reason, state.message) if each) or "nobody says why"


def gone(name: str, uid: str = "", pods: tuple[Pod, ...] = ()) -> JobState:
    """A Job that is not there any more, and those of its pods that still are."""
    return JobState(name, uid, Phase.GONE, pods=pods)


def pods_of(objects: Sequence[Part], uid: str) -> tuple[Pod, ...]:
    """The pods among some objects that belong to a Job, in the order of their names."""
    own = [each for each in objects if each.get("kind") == "Pod" and uid in _owners(each)]
    return tuple(sorted((_pod(each) for each in own), key=lambda each: each.name))


def _owners(pod: Part) -> tuple[str, ...]:
    return tuple(str(owner.get("uid")) for owner in pod["metadata"].get("ownerReferences") or ())


def states(objects: Sequence[Part]) -> tuple[JobState, ...]:
    """The Jobs among some objects, with their pods, in the order of their names."""
    found = (_state(each, objects) for each in objects if each.get("kind") == "Job")
    return tuple(sorted(found, key=lambda each: each.name))


def _state(job: Part, objects: Sequence[Part]) -> JobState:
    metadata = job["metadata"]
    uid = str(metadata.get("uid", ""))
    phase, condition = _phase(job.get("status") or {})
    return JobState(
        str(metadata["name"]),
        uid,
        phase,
        str(condition.get("reason", "")),
        str(condition.get("message", "")),
        str((metadata.get("labels") or {}).get(RUN, "")),
        pods_of(objects, uid),
        _image(job, [each for each in objects if each.get("kind") == "Pod" and uid in _owners(each)]),
    )


def _phase(status: Part) -> tuple[Phase, Part]:
    """`SuccessCriteriaMet` and `FailureTarget` come first on newer clusters: the pods are still being ended then."""
    for condition in status.get("conditions") or ():
        if condition.get("status") == "True" and condition.get("type") == "Complete":
            return Phase.COMPLETE, condition
        if condition.get("status") == "True" and condition.get("type") == "Failed":
            return Phase.FAILED, condition
    return (Phase.RUNNING if status.get("active") else Phase.WAITING), {}


def _pod(pod: Part) -> Pod:
    metadata, status = pod["metadata"], pod.get("status") or {}
    both = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    return Pod(
        str(metadata["name"]),
        str(status.get("phase", "Pending")),
        tuple(_container(each) for each in both),
        _taken(status),
        _unplaced(status),
        going=bool(metadata.get("deletionTimestamp")),
        placed=bool((pod.get("spec") or {}).get("nodeName")),
    )


def _container(status: Part) -> Container:
    state = status.get("state") or {}
    ended = state.get("terminated") or (status.get("lastState") or {}).get("terminated")
    if ended:
        message = str(ended.get("message", ""))
        reason = str(ended.get("reason", ""))
        return Container(str(status["name"]), started=True, code=int(ended["exitCode"]), reason=reason, message=message)
    if "running" in state:
        return Container(str(status["name"]), started=True, code=None)
    waiting = state.get("waiting") or {}
    reason, message = str(waiting.get("reason", "")), str(waiting.get("message", ""))
    return Container(str(status["name"]), started=False, code=None, reason=reason, message=message)


def _taken(status: Part) -> str:
    """Why a pod was taken away from its node: evicted, preempted, its node lost."""
    if status.get("reason") in ("Evicted", "NodeLost", "Shutdown", "Preempting", "Terminated"):
        return ": ".join(str(status[key]) for key in ("reason", "message") if status.get(key))
    for condition in status.get("conditions") or ():
        if condition.get("type") == "DisruptionTarget" and condition.get("status") == "True":
            return ": ".join(str(condition[key]) for key in ("reason", "message") if condition.get(key))
    return ""


def _unplaced(status: Part) -> str:
    for condition in status.get("conditions") or ():
        if condition.get("type") == "PodScheduled" and condition.get("reason") == "Unschedulable":
            return str(condition.get("message") or "Unschedulable")
    return ""


def _image(job: Part, pods: Sequence[Part]) -> str:
    for pod in pods:
        for status in (pod.get("status") or {}).get("containerStatuses") or ():
            if status.get("name") == RUNNER and "@sha256:" in str(status.get("imageID", "")):
                return str(status["imageID"]).removeprefix("docker-pullable://")
    spec = job.get("spec", {}).get("template", {}).get("spec", {})
    return next((str(each.get("image", "")) for each in spec.get("containers", ()) if each.get("name") == RUNNER), "")
