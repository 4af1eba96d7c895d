"""`avion-lint render`: a service's migrations in an environment as manifests of a Kubernetes Job."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.operating.jobs import heading, rendered_task
from avion_lint.cli.operating.preparation import Place, place_of
from avion_lint.cli.output import complain, reason, say
from avion_lint.executor.kubernetes.manifests import access, job
from avion_lint.executor.kubernetes.names import part
from avion_lint.executor.kubernetes.task import Hooks, Task
from avion_lint.executor.kubernetes.text import as_yaml
from avion_lint.executor.problem import CannotRunError
from avion_lint.git.repository import find_repository


def render(given: Namespace) -> int:
    """Write the manifests to standard output or into a folder."""
    try:
        place = place_of(given)
        task = rendered_task(place, _revision(given, place), Hooks(given.hooks or Hooks.NONE))
    except CannotRunError as error:
        complain(f"{error.text}{f'. To mend it, {error.mend}' if error.mend else ''}")
        return Exit.UNCHECKED
    files = _files(given, task)
    if given.output is None:
        say("---\n".join(files.values()))
        return Exit.CLEAN
    _write(Path(given.output), files)
    say("".join(f"{Path(given.output) / name}\n" for name in files))
    return Exit.CLEAN


def _files(given: Namespace, task: Task) -> dict[str, str]:
    """Texts by the names of their files."""
    name = part(task.service, 200)
    found = {
        f"{name}-access.yaml": as_yaml(access(task), heading(given, task)),
        f"{name}-job.yaml": as_yaml([job(task)], heading(given, task)),
    }
    if task.hooks is Hooks.HELM and any("{{" in text for text in found.values()):
        raise UsageError("a setting of Flyway holds {{, which Helm would take for its own: give it in flyway.conf")
    return found


def _write(folder: Path, files: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {reason(error)}") from None


def _revision(given: Namespace, place: Place) -> str:
    found = None if given.no_git else find_repository(place.root)
    return (found.head or "") if found is not None else ""
