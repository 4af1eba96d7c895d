"""From a service in an environment to the task of a Job, and the heading of what is rendered."""

from __future__ import annotations

from argparse import Namespace

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.operating.preparation import Place, scripts_of
from avion_lint.executor.kubernetes.image_files import image_files
from avion_lint.executor.kubernetes.needed import missing, words
from avion_lint.executor.kubernetes.task import Held, Hooks, Task
from avion_lint.executor.running.plan import Plan, digest
from avion_lint.record import replace
from avion_lint.runners.migration import GOOSE_TABLE
from avion_lint.source import Document


def rendered_task(place: Place, revision: str, hooks: Hooks) -> Task:
    """The task of a Job that somebody else creates: of all migrations; raises UsageError, CannotRunError."""
    task = _task(place, rendered=True)
    state = digest([task.service, place.environment.name, task.cluster.image, task.files.digest])
    return replace(task, state=state, revision=revision, hooks=hooks)


def run_task(place: Place, plan: Plan, run: str, revision: str, held: Held) -> Task:
    """The task of the Job of a run; raises UsageError, CannotRunError.

    Its name stands for the state of the history, so that from one state one Job can be made.
    """
    state = digest([plan.service, plan.environment, plan.database, plan.state])
    target = plan.target if plan.direction == "down" else ""
    told = {"state": state, "run": run, "revision": revision, "plan": plan.hash, "before": plan.before}
    return replace(_task(place), **told, target=target, held=held)


def require(place: Place, *, rendered: bool = False) -> None:
    """Raise UsageError where the settings do not say all that a Job needs."""
    found = missing(place.environment, rendered=rendered)
    if found:
        raise UsageError(words(place.environment, found))


def _task(place: Place, *, rendered: bool = False) -> Task:
    require(place, rendered=rendered)
    collected = place.collected
    scripts = {f"{path}.conf": Document("", text).sha256 for path, text in scripts_of(place).items()}
    return Task(
        collected.service.name,
        place.environment,
        collected.service.runner,
        collected.configuration,
        place.key,
        image_files(collected, scripts.items()),
        "",
        goose_table="" if collected.service.goose_table == GOOSE_TABLE else collected.service.goose_table,
    )


def heading(given: Namespace, task: Task) -> str:
    """What stands above what is rendered."""
    asked = f"avion-lint render {task.service} --env {task.environment.name}"
    asked += "" if task.hooks is Hooks.NONE else f" --hooks {task.hooks}"
    asked += f" --image {given.image}" if given.image else ""
    return f"Rendered by `{asked}`; change the settings or the migrations, and render it again."
