"""A run's way into a cluster: its Job, its Lease, and the Jobs of runs before it."""

from __future__ import annotations

import getpass
import socket
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from avion_lint.cli.operating.database import variable_of
from avion_lint.cli.operating.jobs import require, run_task
from avion_lint.cli.operating.preparation import Place, Prepared
from avion_lint.cli.operating.told import runs
from avion_lint.cli.output import complain
from avion_lint.executor.children.processes import Custody
from avion_lint.executor.kubernetes import seeing
from avion_lint.executor.kubernetes.kubectl import ClusterError, Kubectl, kubectl_of
from avion_lint.executor.kubernetes.lease import Lease, lease_name
from avion_lint.executor.kubernetes.logs import Logs
from avion_lint.executor.kubernetes.manifests import access, job
from avion_lint.executor.kubernetes.means import Means
from avion_lint.executor.kubernetes.state import JobState
from avion_lint.executor.kubernetes.task import Held, Task
from avion_lint.executor.kubernetes.text import as_yaml
from avion_lint.executor.kubernetes.work import Work
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.runner.job import Ran
from avion_lint.executor.running.steps import Answer, Beside
from avion_lint.executor.trail.audit import Trail
from avion_lint.record import record, replace

Tell = Callable[[str], None]


def kubectl_for(given: Namespace, place: Place) -> Kubectl:
    """Kubectl in the environment's cluster; raises UsageError where settings are missing, and CannotRunError."""
    require(place)
    cluster = place.environment.kubernetes.for_service(place.collected.service.name)
    without = variable_of(place.environment, place.collected.service.name)
    return kubectl_of(given.kubectl, cluster.context, cluster.namespace, without)


@record
class Own:
    """What a run has of its own: its name, what it starts, a private folder, its trail."""

    run: str
    custody: Custody
    private: Path
    trail: Trail


class Clustered:
    """A run, or a rollback, by Jobs."""

    def __init__(self, prepared: Prepared, kubectl: Kubectl, own: Own, tell: Tell) -> None:
        place, plan, run = prepared.place, prepared.plan, own.run
        self.key = place.key
        self.session = 0
        self.before = plan.before
        task = run_task(place, plan, run, prepared.merged.commit, Held(place.key, 0))
        self.task = seeing.next_attempt(kubectl, task)
        self.means = Means(
            kubectl,
            own.custody,
            own.private,
            place.root / place.environment.kubernetes.log_folder / run,
            prepared.address.redacted,
            _noting(place, own.trail, run),
            tell,
            complain,
        )
        holder = f"avion-lint run {run}"
        with suppress(KeyError, OSError):  # an account without a name
            holder += f" by {getpass.getuser()} on {socket.gethostname()}"
        self.lease = Lease(kubectl, lease_name(plan.service, plan.environment), holder)

    def beside(self) -> Beside:
        """What is held besides the lock of the database."""
        return Beside(self._take, self.lease.check, self.lease.release)

    @property
    def seconds(self) -> float:
        """The time that is left to a Job: its own deadline, and some for the cluster to notice it."""
        return self.task.deadline + 600.0

    @property
    def shown(self) -> str:
        """What would be created, as YAML; the number of the session is known only when the lock is taken."""
        return as_yaml([*access(self.task), job(self.task)])

    def _take(self, session: int, wait: float) -> Mapping[str, object]:
        self.session = session
        self.lease.take(wait)
        refuse_others(seeing.under_way(self.means.kubectl, self.key))
        return {"lease": self.lease.name}

    def move(self, _: float) -> Ran:
        """Do the task by a Job; its time is the Job's own."""
        return Work(self.task, self.means).do(self.session)

    def back(self, _: float) -> Ran:
        """Take the task back by a Job: down to the version before it, or to that of a rollback."""
        task = replace(self.task, target=self.task.target or self.before)
        return Work(task, self.means).do(self.session)


def _noting(place: Place, trail: Trail, run: str) -> Callable[..., None]:
    def note(event: str, **told: object) -> None:
        service, environment = place.collected.service.name, place.environment.name
        with suppress(CannotRunError):  # what has happened is told once more when the runner has ended
            trail.append(event, run, service=service, environment=environment, **told)

    return note


def refuse_others(found: tuple[JobState, ...]) -> None:
    """Raise CannotRunError where Jobs of others are under way."""
    if found:
        words = "; ".join(f"{each.name} of {seeing.of_run(each)} ({each.words})" for each in found)
        raise CannotRunError(f"a Job is under way: {words}", "wait for it with --wait SECONDS")


def earlier(given: Namespace, place: Place, kubectl: Kubectl | None, private: Path) -> tuple[JobState, ...]:
    """Wait for Jobs of earlier runs as long as is asked for, tell the trail what they came to; gives those under way.

    Nothing is asked where there is no cluster (None). Raises ClusterError.
    """
    if kubectl is None:
        return ()
    _, left = seeing.waited(kubectl, place.key, given.wait, complain)
    open_runs = {each.run for each in runs(place.known, place.collected.service.name) if not each.end}
    for each in seeing.jobs(kubectl, place.key):
        if each.finished and each.run in open_runs and not _is_told(place, each):
            _tell_of(place, kubectl, each, private)
    return left


def _is_told(place: Place, state: JobState) -> bool:
    ended = ("job-found", "job-ended")
    return any(each["event"] in ended and each.get("uid") == state.uid for each in place.known)


def _tell_of(place: Place, kubectl: Kubectl, state: JobState, private: Path) -> None:
    """Write down what a Job came to whose run was killed, and keep its logs."""
    kept = place.root / place.environment.kubernetes.log_folder / state.run
    means = Means(kubectl, Custody(), private, kept, str, _noting(place, place.trail, state.run), complain, complain)
    logs = Logs(means, state.name).finish(state)
    told = {"job": state.name, "uid": state.uid, "state": state.words, "image": state.image, "logs": list(logs)}
    means.note("job-found", **told)
    complain(f"the Job {state.name} of run {state.run}, which has no end in the trail, has ended: {state.words}")


def cluster_answers(clustered: Clustered | None, left: tuple[JobState, ...]) -> Iterator[Answer]:
    """Whether the cluster would take the Job, and nobody else's is under way; nothing where there is no cluster."""
    if clustered is not None:
        yield _answer(clustered.task, clustered.means.kubectl, left)


def planned_answer(prepared: Prepared, kubectl: Kubectl, left: tuple[JobState, ...]) -> tuple[Answer, ...]:
    """The same of a plan that nobody runs yet."""
    task = run_task(prepared.place, prepared.plan, "plan", prepared.merged.commit, Held(prepared.place.key, 0))
    return (_answer(seeing.next_attempt(kubectl, task), kubectl, left),)


def _answer(task: Task, kubectl: Kubectl, left: tuple[JobState, ...]) -> Answer:
    try:
        refuse_others(left)
        kubectl.create(as_yaml([job(task)]), "--dry-run=server")
    except (ClusterError, CannotRunError) as error:
        mend = f"; to mend it, {error.mend}" if error.mend else ""
        return Answer("cluster", passed=False, why=f"{error.text}{mend}")
    told = {"job": task.name, "namespace": task.cluster.namespace, "image": task.cluster.image}
    return Answer("cluster", passed=True, why="", told=told)
