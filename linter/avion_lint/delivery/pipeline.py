"""What the jobs of workflows do, in order: calls to what else the repository has are followed.

Places are those of what is done, wherever it stands; `step` is the job's own step that leads there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import itemgetter
from posixpath import normpath

from avion_lint.delivery.acts import Act, acts
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.files import ScriptFile
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Somewhere
from avion_lint.delivery.roles import CHANGING
from avion_lint.delivery.workflow import Concurrency, Step, Workflow, WorkflowJob
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.record import record, replace
from avion_lint.shell.calls import Call
from avion_lint.shell.script import Command, Script
from avion_lint.shell.syntax import Case
from avion_lint.shell.wrapping import Machine
from avion_lint.source import Place, Span
from avion_lint.yaml.nodes import Node

_DEPTH = 4  # GitHub lets a workflow call others four levels deep
_ELSEWHERE = (Machine.REMOTE, Machine.POD)
_SHELLS = frozenset({"bash", "sh", "dash", "zsh", "source", "."})
_APPLICATIONS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Rollout", "DeploymentConfig"})


@record
class Doing:
    """One thing that a job does; `text` says by what (`goose up`), `why` is the reason to follow "because".

    `step` is the job's own step, None where the whole job is a call; `call` is the shell's command, if it is one.
    """

    task: Task
    text: str
    why: str
    place: Place
    step: Step | None = None
    call: Call | None = None
    manifest: Manifest | None = None


@record
class Reached:
    """An environment that a job goes to (`production`), and what tells it."""

    environment: str
    place: Place


@record(caches=True)
class Stage:
    """A job with what it does, in order.

    `has_own_database` tells that it brings a database for tests, `is_shared` that something tells of another one.
    """

    workflow: Workflow
    job: WorkflowJob
    doings: tuple[Doing, ...]
    has_own_database: bool
    is_shared: bool

    @property
    def title(self) -> str:
        """The job's id."""
        return self.job.id

    @cached_property
    def migration(self) -> Doing | None:
        """The first thing that changes a database which is not the job's own, made for a test."""
        return self.first(*CHANGING) if self.is_shared and not self.has_own_database else None

    @cached_property
    def deployment(self) -> Doing | None:
        """The first thing that brings the application out."""
        return None if self.has_own_database else self.first(Task.DEPLOY)

    @property
    def is_test(self) -> bool:
        """Whether it runs migrations on a database of its own."""
        return self.migration is None and self.first(*CHANGING) is not None

    def first(self, *tasks: Task) -> Doing | None:
        """The first of these things that it does."""
        return next((each for each in self.doings if each.task in tasks), None)

    @cached_property
    def reached(self) -> tuple[Reached, ...]:
        """Environments that it goes to as far as words tell, each once."""
        found = {each.environment: each for each in reversed(list(_reached(self)))}
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
        return _uncommented(self.job)

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
            path = _local(stage.job.calls)
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


def pipelines(workflows: Iterable[Workflow], scripts: Iterable[ScriptFile], manifests: Iterable[Manifest]) -> Pipelines:
    """All jobs with what they do."""
    known = _Known(
        {workflow.path: workflow for workflow in workflows},
        {file.path: file.script for file in scripts if file.script is not None},
        tuple(each for each in manifests if not each.inline),
    )
    jobs = ((workflow, job) for workflow in known.workflows.values() if not workflow.is_action for job in workflow.jobs)
    return Pipelines(tuple(_stage(workflow, job, known) for workflow, job in jobs))


@record(caches=True)
class _Known:
    workflows: dict[str, Workflow]
    scripts: dict[str, Script]
    manifests: tuple[Manifest, ...]


def _stage(workflow: Workflow, job: WorkflowJob, known: _Known) -> Stage:
    doings = tuple(_of_job(job, known, _DEPTH))
    jobs = (job, *(inner for step in job.steps for inner in _action_jobs(step, known)))
    own = any(each.has_own_database for each in jobs)
    return Stage(workflow, job, doings, own, _is_shared(workflow, job, doings))


def _is_shared(workflow: Workflow, job: WorkflowJob, doings: tuple[Doing, ...]) -> bool:
    """Whether anything tells that a job comes to a database which is not its own and not a pull request's alone.

    Most jobs that migrate run an application's tests; what they start is not always known.
    """
    text = _uncommented(job)
    if workflow.events and workflow.events <= _PULL_REQUESTS and _PREVIEW.search(text):
        return False
    if job.calls or job.environment is not None or _ACCESS.search(text):
        return True
    if any(doing.manifest or (doing.call and doing.call.machine in _ELSEWHERE) for doing in doings):
        return True
    variables = (workflow.part.get("env"), job.part.get("env"))
    steps = (doing.step.part.node for doing in doings if doing.step is not None and doing.task in CHANGING)
    if any(_GIVEN.search(_written(job, node)) for node in (*variables, *steps) if node is not None):
        return True
    return any(True for _ in (*_of_names(job), *_of_text(job)))


def _written(job: WorkflowJob, node: Node) -> str:
    return job.part.yaml.excerpt.text[node.span.start : node.span.end]


def _of_job(job: WorkflowJob, known: _Known, depth: int) -> Iterator[Doing]:
    called = known.workflows.get(_local(job.calls)) if depth else None
    for inner in called.jobs if called else ():
        if not inner.has_own_database:
            yield from (replace(each, step=None) for each in _of_job(inner, known, depth - 1))
    for step in job.steps:
        yield from _of_step(step, known, depth)


def _of_step(step: Step, known: _Known, depth: int) -> Iterator[Doing]:
    for inner in _action_jobs(step, known) if depth else ():
        for each in inner.steps:
            yield from (replace(doing, step=step) for doing in _of_step(each, known, depth - 1))
    if step.uses:
        yield from _of_action(step)
    if step.script is not None:
        folder = step.part.text("working-directory") or ""
        made = [(each.head.span.start, _of_manifest(each, step, None)) for each in step.manifests if _task(each)]
        found = [*made, *_of_script(step.script, step, known, folder, depth)]
        yield from (doing for _, doing in sorted(found, key=itemgetter(0)))


def _of_action(step: Step) -> Iterator[Doing]:
    place = step.part.place("uses")
    if step.migrates is not None:
        yield Doing(step.migrates.task, step.action, step.migrates.text, place, step)
    elif _DEPLOYS.search(step.action.lower()):
        yield Doing(Task.DEPLOY, step.action, f"it uses {step.action}", place, step)


def _of_script(script: Script, step: Step, known: _Known, folder: str, depth: int) -> Iterator[tuple[int, Doing]]:
    """What a script does, each with the offset of the command of this script that does it or leads to it."""
    for act in acts(script):
        at = act.place.span.start
        for deed in act.deeds:
            yield at, Doing(deed.task, str(deed), f"it runs `{deed}`", act.place, step, act.call)
        if act.does(Task.APPLY):
            yield from ((at, each) for each in _applied(act, step, known, folder))
        called = _called(act, known, folder) if depth else None
        if called is not None:
            inner = (each for _, each in _of_script(called, step, known, folder, depth - 1))
            yield from ((at, each) for each in inner if each.call is None or _is_sure(each.call))


def _is_sure(call: Call) -> bool:
    """Whether a script that is called runs a command whatever it is told to do."""
    if _is_chosen(call.command):
        return False
    name = call.command.function
    return name is None or any(not _is_chosen(each) and each.function != name for each in call.script.named(name))


def _is_chosen(command: Command) -> bool:
    return any(isinstance(node, Case) for node in command.around)


def _called(act: Act, known: _Known, folder: str) -> Script | None:
    """The script of the repository that a command runs."""
    words = act.words[1:2] if act.words and act.words[0] in _SHELLS else act.words[:1]
    for word in words:
        for path in (normpath(f"{folder}/{word}"), normpath(word)):
            found = known.scripts.get(path.lstrip("/"))
            if found is not None:
                return found
    return None


def _applied(act: Act, step: Step, known: _Known, folder: str) -> Iterator[Doing]:
    """Objects of the repository's files that `kubectl apply -f` brings out."""
    files = [word for at, word in enumerate(act.words) if at and act.words[at - 1] in ("-f", "--filename", "-k")]
    files += [word.partition("=")[2] for word in act.words if word.startswith(("-f=", "--filename="))]
    for word in files:
        path = normpath(f"{folder}/{word}").lstrip("/")
        for manifest in known.manifests if word not in ("-", "") else ():
            if (manifest.path == path or manifest.path.startswith(f"{path}/")) and _task(manifest):
                yield replace(_of_manifest(manifest, step, act), place=act.place)


def _of_manifest(manifest: Manifest, step: Step, act: Act | None) -> Doing:
    task = _task(manifest) or Task.APPLY
    reason = f", which is a migration because {manifest.migrates.text}" if manifest.migrates else ""
    call = act.call if act else None
    verb = "applies" if act else "makes"
    return Doing(task, manifest.title, f"it {verb} {manifest.title}{reason}", manifest.head, step, call, manifest)


def _task(manifest: Manifest) -> Task | None:
    if manifest.migrates is not None:
        return manifest.migrates.task
    return Task.DEPLOY if manifest.kind in _APPLICATIONS else None


def _action_jobs(step: Step, known: _Known) -> tuple[WorkflowJob, ...]:
    path = _local(step.uses)
    if not path:
        return ()
    found = known.workflows.get(f"{path}/action.yml") or known.workflows.get(f"{path}/action.yaml")
    return found.jobs if found is not None and found.is_action else ()


def _local(uses: str) -> str:
    return normpath(uses[2:]) if uses.startswith("./") else ""


_PULL_REQUESTS = frozenset({"pull_request", "pull_request_target"})
_PREVIEW = pattern(r"event\.number|pull_request\.(?:number|head)|github\.head_ref|preview|ephemeral|review-?app|neon")
_GIVEN = pattern(r"\b(?:secrets\.(?!GITHUB_TOKEN\b)|secrets\[|vars\.|inputs\.)")
_ACCESS = pattern(
    r"id-token: *write|secrets: *inherit|configure-aws-credentials|google-github-actions/auth|azure/login|oc login"
    r"|kubeconfig|update-kubeconfig|get-credentials|port-forward|sql[_-]proxy|bastion|ssh-agent|flyctl proxy"
    r"|secrets\.\w*(?:DATABASE|DB|POSTGRES|PG|DSN|GOOSE|FLYWAY|MIGRAT)\w*",
    2,  # re.IGNORECASE
)
"""What opens a database or a cluster elsewhere."""
_DEPLOYS = pattern(
    r"^(?!actions/)[^/]+/(?:.*-)?(?:deploy|k8s-deploy|deploy-[a-z-]+|kubectl-deploy|amazon-ecs-deploy-task-definition)"
    r"(?:-action)?$|/vercel-action$"
)
_SETS = pattern(
    r"(?:(?<![\w.])|deploy_|target_|app_|kube_|k8s_|aws_|db_)(?:environment|env|namespace|cluster|workspace)s?(?:_name)?"
    r"[\"']?[ \t]*(?:==|[:=])[ \t]*[\"']?(\[[^\]\n]*\]|[a-z][\w.-]*)",
    2,  # re.IGNORECASE
)
_COMPARED = pattern(r"\b(?:inputs|matrix|outputs|vars|env)\.[\w.-]+[ \t]*==[ \t]*'([\w.-]+)'")
_OPTION = pattern(r"--(?:env|environment|namespace|context|kube-context|cluster|workspace|stage)[= ]+[\"']?([\w.-]+)")
_SHORT = pattern(r"(?:kubectl|helm|oc)\b[^\n|;&]* -n[= ]?[\"']?([a-z][\w.-]*)")
_SECRET = pattern(r"\b(?:secrets|vars)\.([A-Za-z_]\w*)")
_QUOTED = pattern(r"'([\w.-]+)'")
_TELLING = (_SETS, _COMPARED, _OPTION, _SHORT, _SECRET)


def _reached(stage: Stage) -> Iterator[Reached]:
    job = stage.job
    found = [*_of_names(job), *_of_environment(job), *_of_text(job)]
    yield from found
    if not found:
        name = environment_of(stage.workflow.path.rpartition("/")[2]) or environment_of(stage.workflow.name)
        if name:
            yield Reached(name, job.place)


def _of_names(job: WorkflowJob) -> Iterator[Reached]:
    for words in (job.id, job.part.text("name") or ""):
        name = environment_of(words)
        if name:
            yield Reached(name, job.place)


def _of_environment(job: WorkflowJob) -> Iterator[Reached]:
    """The environments between which an expression in `environment:` chooses."""
    named = job.environment or ""
    for match in _QUOTED.finditer(named if "${{" in named else ""):
        name = environment_of(match[1])
        if name:
            yield Reached(name, job.part.place("environment"))


def _of_text(job: WorkflowJob) -> Iterator[Reached]:
    text, start = _uncommented(job), job.part.node.span.start
    for telling in _TELLING:
        for match in telling.finditer(text):
            for word in match[1].strip("[]").split(","):
                name = environment_of(word)
                if name:
                    span = Span(start + match.start(1), start + match.end(1))
                    yield Reached(name, job.part.yaml.place(span))


def _uncommented(job: WorkflowJob) -> str:
    """A job's text, offset for offset, without the lines that are comments."""
    span = job.part.node.span
    text = job.part.yaml.excerpt.text[span.start : span.end]
    if "#" not in text:
        return text
    lines = text.split("\n")
    return "\n".join(" " * len(line) if line.lstrip().startswith("#") else line for line in lines)
