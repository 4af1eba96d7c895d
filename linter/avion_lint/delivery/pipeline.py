"""What the jobs of workflows do, in order: calls to what else the repository has are followed.

Places are those of what is done, wherever it stands; `step` is the job's own step that leads there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.doings import Doing, Known, action_jobs, local, of_job
from avion_lint.delivery.files import ScriptFile
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Somewhere
from avion_lint.delivery.reached import Reached, reached, told, uncommented
from avion_lint.delivery.roles import CHANGING
from avion_lint.delivery.runs import Run
from avion_lint.delivery.workflow import Concurrency, Workflow, WorkflowJob
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.record import cached_property, record
from avion_lint.shell.wrapping import Machine
from avion_lint.source import Place

_ELSEWHERE = (Machine.REMOTE, Machine.POD)


@record(caches=True)
class Stage:
    """A job with what it does, in order; `actions` are the repository's own actions that it uses, as jobs."""

    workflow: Workflow
    job: WorkflowJob
    doings: tuple[Doing, ...]
    actions: tuple[WorkflowJob, ...] = ()

    @property
    def title(self) -> str:
        """The job's id."""
        return self.job.id

    @cached_property
    def migration(self) -> Doing | None:
        """The first thing that changes a database which is not the job's own, made for a test."""
        found = self.first(*CHANGING)
        return found if found is not None and not self.has_own_database and self.is_shared else None

    @cached_property
    def deployment(self) -> Doing | None:
        """The first thing that brings the application out."""
        found = self.first(Task.DEPLOY)
        return found if found is not None and not self.has_own_database else None

    @cached_property
    def has_own_database(self) -> bool:
        """Whether it brings a database for tests."""
        return any(each.has_own_database for each in (self.job, *self.actions))

    @cached_property
    def is_shared(self) -> bool:
        """Whether something tells of a database that is not its own and not a pull request's alone.

        Most jobs that migrate run an application's tests; what they start is not always known.
        """
        text, events = self.text, self.workflow.events
        if events and events <= _PULL_REQUESTS and _PREVIEW.search(text):
            return False
        if self.job.calls or self.job.environment is not None or _ACCESS.search(text):
            return True
        if any(doing.manifest or (doing.call and doing.call.machine in _ELSEWHERE) for doing in self.doings):
            return True
        return self._is_given() or any(True for _ in told(self.job))

    def _is_given(self) -> bool:
        """Whether the steps that migrate read secrets, or variables that are told elsewhere."""
        steps = {doing.step.number: doing.step.part.node for doing in self.doings if _changes(doing) and doing.step}
        nodes = (self.workflow.part.get("env"), self.job.part.get("env"), *steps.values())
        excerpt = self.job.part.yaml.excerpt.text
        return any(_GIVEN.search(excerpt[node.span.start : node.span.end]) for node in nodes if node is not None)

    @property
    def is_test(self) -> bool:
        """Whether it runs migrations on a database of its own."""
        return self.first(*CHANGING, Task.TRY) is not None and self.migration is None

    def first(self, *tasks: Task) -> Doing | None:
        """The first of these things that it does."""
        return next((each for each in self.doings if each.task in tasks), None)

    @cached_property
    def reached(self) -> tuple[Reached, ...]:
        """Environments that it goes to as far as words tell, each once."""
        found = {each.environment: each for each in reversed(list(reached(self.workflow, self.job)))}
        return tuple(found[name] for name in sorted(found))

    def reaches(self, environment: str) -> Place | None:
        """Where it is told that it goes to an environment."""
        return next((each.place for each in self.reached if each.environment == environment), None)

    @property
    def concurrency(self) -> Concurrency | None:
        """The group that it runs in: its own, or that of the whole run."""
        return self.job.concurrency or self.workflow.concurrency

    @cached_property
    def text(self) -> str:
        """The job as it is written, lines of comments left out."""
        return uncommented(self.job)

    def finding(
        self,
        at: Somewhere,
        message: str,
        remedy: str = "",
        *,
        related: tuple[Related, ...] = (),
        object: str = "",  # noqa: A002 - the finding's own word
    ) -> Finding:
        """A finding in the workflow; its object is the job's id."""
        return self.workflow.part.finding(at, message, remedy, related=related, object=object or self.title)

    def because(self, doing: Doing) -> Related:
        """What tells why the job is taken for one that migrates."""
        return Related(doing.place, f"taken for a migration because {doing.why}")


@record(caches=True)
class Pipelines:
    """All jobs of the repository's workflows."""

    stages: tuple[Stage, ...] = ()

    @cached_property
    def migrating(self) -> tuple[Stage, ...]:
        """Jobs that migrate a shared database by steps of their own."""
        return tuple(stage for stage in self.stages if stage.migration is not None and stage.job.steps)

    @cached_property
    def _by_workflow(self) -> dict[str, dict[str, Stage]]:
        found: dict[str, dict[str, Stage]] = {}
        for stage in self.stages:
            found.setdefault(stage.workflow.path, {})[stage.job.id] = stage
        return found

    def of(self, workflow: Workflow) -> tuple[Stage, ...]:
        """Jobs of one workflow."""
        return tuple(self._by_workflow.get(workflow.path, {}).values())

    def needed(self, stage: Stage) -> tuple[Stage, ...]:
        """Jobs that end before a job begins, the nearest first."""
        known = self._by_workflow[stage.workflow.path]
        return tuple(known[job.id] for job in stage.workflow.needed(stage.job) if job.id in known)

    def callers(self, workflow: Workflow) -> tuple[Stage, ...]:
        """Jobs that call a workflow."""
        return self._by_called.get(workflow.path, ())

    @cached_property
    def _by_called(self) -> dict[str, tuple[Stage, ...]]:
        found: dict[str, tuple[Stage, ...]] = {}
        for stage in self.stages:
            path = local(stage.job.calls)
            if path:
                found[path] = (*found.get(path, ()), stage)
        return found

    def before(self, stage: Stage) -> Iterator[Stage]:
        """Jobs that end before a job begins; for a workflow that is called, also those before the calls."""
        yield from self.needed(stage)
        for caller in self.callers(stage.workflow):
            yield from self.needed(caller)

    def reaches(self, stage: Stage, environment: str) -> Place | None:
        """Where it is told that a job goes to an environment: by itself, or else by those that call its workflow."""
        own = stage.reaches(environment)
        if own is not None or stage.reached:
            return own
        told = (caller.reaches(environment) for caller in self.callers(stage.workflow))
        return next((place for place in told if place is not None), None)


def pipelines(
    workflows: Iterable[Workflow], scripts: Iterable[ScriptFile], manifests: Iterable[Manifest], runs: Iterable[Run]
) -> Pipelines:
    """All jobs with what they do."""
    known = Known(
        {workflow.path: workflow for workflow in workflows},
        {file.path: file.script for file in scripts if file.script is not None},
        tuple(each for each in manifests if not each.inline),
        {id(run.script): run for run in runs},
    )
    jobs = ((workflow, job) for workflow in known.workflows.values() if not workflow.is_action for job in workflow.jobs)
    return Pipelines(tuple(_stage(workflow, job, known) for workflow, job in jobs))


def _stage(workflow: Workflow, job: WorkflowJob, known: Known) -> Stage:
    actions = tuple(inner for step in job.steps if step.uses for inner in action_jobs(step, known))
    return Stage(workflow, job, tuple(of_job(job, known)), actions)


def _changes(doing: Doing) -> bool:
    return doing.task in CHANGING


_PULL_REQUESTS = frozenset({"pull_request", "pull_request_target"})
_PREVIEW = pattern(r"event\.number|pull_request\.(?:number|head)|github\.head_ref|preview|ephemeral|review-?app|neon")
_GIVEN = pattern(r"\b(?:secrets\.(?!GITHUB_TOKEN\b)|secrets\[|vars\.|inputs\.)")
_ACCESS = pattern(
    r"id-token: *write|secrets: *inherit|configure-aws-credentials|google-github-actions/auth|azure/login|oc login"
    r"|kubeconfig|update-kubeconfig|get-credentials|port-forward|sql[_-]proxy|bastion|ssh-agent|flyctl proxy"
    r"|secrets\.\w{0,80}(?:DATABASE|DB|POSTGRES|PG|DSN|GOOSE|FLYWAY|MIGRAT)",
    2,  # re.IGNORECASE
)
"""What opens a database or a cluster elsewhere."""
