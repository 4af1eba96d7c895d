"""What a job does, in order, and where: calls to what else the repository has are followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from posixpath import normpath

from avion_lint.delivery.acts import Act, acts
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.rendered import deployed, templates
from avion_lint.delivery.roles import CHANGING
from avion_lint.delivery.runs import Run
from avion_lint.delivery.workflow import Step, Workflow, WorkflowJob
from avion_lint.pattern import pattern
from avion_lint.record import record, replace
from avion_lint.shell.calls import Call
from avion_lint.shell.script import Command, Script
from avion_lint.shell.syntax import Case
from avion_lint.source import Place

_DEPTH = 4  # GitHub lets a workflow call others four levels deep
_SHELLS = frozenset({"bash", "sh", "dash", "zsh", "source", "."})
_APPLICATIONS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Rollout", "DeploymentConfig"})


@record
class Doing:
    """One thing that a job does; `text` says by what (`goose up`), `why` is the reason to follow "because".

    `step` is the job's own step, None where the whole job is a call; `call` is the shell's command, if it is one.
    `through` is the step's command that runs the script in which that stands, where it is another.
    """

    task: Task
    text: str
    why: str
    place: Place
    step: Step | None = None
    call: Call | None = None
    manifest: Manifest | None = None
    through: Call | None = None


@record(caches=True)
class Known:
    """What calls can lead to: workflows and scripts by path, manifests in files of their own, scripts by identity."""

    workflows: dict[str, Workflow]
    scripts: dict[str, Script]
    manifests: tuple[Manifest, ...]
    runs: dict[int, Run]

    def acts(self, script: Script) -> tuple[Act, ...]:
        """What a script's commands do, looked up where somebody is known to run it."""
        run = self.runs.get(id(script))
        return run.acts if run is not None else tuple(acts(script))


def of_job(job: WorkflowJob, known: Known, depth: int = _DEPTH) -> Iterator[Doing]:
    """What a job does, in order; `depth` is how many calls are followed."""
    called = known.workflows.get(local(job.calls)) if depth else None
    for inner in called.jobs if called else ():
        if not inner.has_own_database:
            yield from (replace(each, step=None) for each in of_job(inner, known, depth - 1))
    for step in job.steps:
        yield from _of_step(step, known, depth)


def _of_step(step: Step, known: Known, depth: int) -> Iterator[Doing]:
    for inner in action_jobs(step, known) if depth else ():
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


def _of_script(script: Script, step: Step, known: Known, folder: str, depth: int) -> Iterator[tuple[int, Doing]]:
    """What a script does, each with the offset of the command of this script that does it or leads to it."""
    found = known.acts(script)
    applies = any(act.does(Task.APPLY) for act in found)
    for act in found:
        at = act.place.span.start
        if act.does(Task.DEPLOY):  # what migrates in it comes before: rules about its hooks tell where it does not
            brought = _from(deployed(act.words, folder, known.manifests), act, step, known)
            yield from ((at, each) for each in brought if each.task in CHANGING and _is_always(each.manifest))
        for deed in act.deeds:
            yield at, Doing(deed.task, str(deed), f"it runs `{deed}`", act.place, step, act.call)
        if act.does(Task.APPLY):
            yield from ((at, each) for each in _applied(act, step, known, folder))
        elif applies:
            yield from ((at, each) for each in _from(templates(act.words, folder), act, step, known))
        called = _called(act, known, folder) if depth else None
        if called is not None:
            inner = (each for _, each in _of_script(called, step, known, folder, depth - 1))
            sure = (each for each in inner if each.call is None or _is_sure(each.call))
            yield from ((at, replace(each, through=act.call)) for each in sure)


def _is_always(manifest: Manifest | None) -> bool:
    """Whether no condition of a template can leave an object out."""
    return manifest is not None and not manifest.yaml.conditions(manifest.part.node)


def _is_sure(call: Call) -> bool:
    """Whether a script that is called runs a command whatever it is told to do."""
    if _is_chosen(call.command):
        return False
    name = call.command.function
    return name is None or any(not _is_chosen(each) and each.function != name for each in call.script.named(name))


def _is_chosen(command: Command) -> bool:
    return any(isinstance(node, Case) for node in command.around)


def _called(act: Act, known: Known, folder: str) -> Script | None:
    """The script of the repository that a command runs."""
    words = act.words[1:2] if act.words and act.words[0] in _SHELLS else act.words[:1]
    for word in words:
        for path in (normpath(f"{folder}/{word}"), normpath(word)):
            found = known.scripts.get(path.lstrip("/"))
            if found is not None:
                return found
    return None


def _applied(act: Act, step: Step, known: Known, folder: str) -> Iterator[Doing]:
    """Objects of the repository's files that `kubectl apply -f` brings out."""
    files = [word for at, word in enumerate(act.words) if at and act.words[at - 1] in ("-f", "--filename", "-k")]
    files += [word.partition("=")[2] for word in act.words if word.startswith(("-f=", "--filename="))]
    paths = (normpath(f"{folder}/{word}").lstrip("/") for word in files if word not in ("-", ""))
    return _from(paths, act, step, known)


def _from(paths: Iterable[str], act: Act, step: Step, known: Known) -> Iterator[Doing]:
    """The objects in files or below folders, as what a command brings out."""
    for path in paths:
        for manifest in known.manifests:
            if (manifest.path == path or manifest.path.startswith(f"{path}/")) and _task(manifest):
                yield replace(_of_manifest(manifest, step, act), place=act.place)


def _of_manifest(manifest: Manifest, step: Step, act: Act | None) -> Doing:
    task = _task(manifest) or Task.APPLY
    reason = f", which is a migration because {manifest.migrates.text}" if manifest.migrates else ""
    call = act.call if act else None
    verb = "makes" if act is None else "applies" if act.does(Task.APPLY) else "deploys"
    return Doing(task, manifest.title, f"it {verb} {manifest.title}{reason}", manifest.head, step, call, manifest)


def _task(manifest: Manifest) -> Task | None:
    if manifest.migrates is not None:
        return manifest.migrates.task
    return Task.DEPLOY if manifest.kind in _APPLICATIONS else None


def action_jobs(step: Step, known: Known) -> tuple[WorkflowJob, ...]:
    """The steps of the repository's own action that a step uses, as a job."""
    path = local(step.uses)
    if not path:
        return ()
    found = known.workflows.get(f"{path}/action.yml") or known.workflows.get(f"{path}/action.yaml")
    return found.jobs if found is not None and found.is_action else ()


def local(uses: str) -> str:
    """Path of the repository's own workflow or action that `uses` names, "" where it names another's."""
    return normpath(uses[2:]) if uses.startswith("./") else ""


_DEPLOYS = pattern(
    r"^(?!actions/)[^/]+/(?:.*-)?(?:deploy|k8s-deploy|deploy-[a-z-]+|kubectl-deploy|amazon-ecs-deploy-task-definition)"
    r"(?:-action)?$|/vercel-action$"
)
