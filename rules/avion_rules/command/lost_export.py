"""Variables that one step exports for a later one, which never gets them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.runs import Run
from avion_lint.delivery.workflow import Step
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.shell.calls import calls
from avion_lint.shell.script import Script
from avion_lint.shell.variables import Setting, exports, readings, settings, step_values
from avion_rules.command._words import short

_READ_BY = (
    ("KUBECONFIG", ("kubectl", "helm", "argocd", "kustomize", "oc", "flux")),
    ("PG", ("psql", "pg_dump", "pg_restore", "pg_isready", "goose", "migrate", "dbmate")),
    ("GOOSE_", ("goose",)),
    ("FLYWAY_", ("flyway", "mvn", "gradle")),
    ("AWS_", ("aws", "terraform", "kubectl")),
)
"""Variables that programs read by themselves, by the beginning of their names."""


@rule("SH104", subject=Run)
def lost_export(run: Run) -> Iterator[Finding]:
    """Find a variable that a step exports for a later step, which never gets it."""
    if run.job is None or run.step is None:
        return
    handed = {each.name for each in step_values(run.script) if each.file == "GITHUB_ENV"}
    later = [step for step in run.job.steps if step.number > run.step.number]
    last = {each.name: each for each in exports(run.script)}
    for setting in last.values():
        if setting.name in handed or setting.name == "PATH" or _is_given(run, setting.name):
            continue
        needed = next((step for step in later if _needs(step, setting.name)), None)
        if needed is not None:
            yield _finding(run, setting, needed)


def _finding(run: Run, setting: Setting, needed: Step) -> Finding:
    name = setting.name
    return run.finding(
        setting.where.place,
        f"The step `{needed.name}` does not get {name}: what a step exports ends with its shell.",
        f'Hand it on: `echo "{name}=…" >> "$GITHUB_ENV"`, with what `{short(setting.where.place)}` sets, or say it in '
        "`env:` of the step that needs it.",
        related=(Related(needed.part.place("run"), f"needs {name}"),),
    )


def _is_given(run: Run, name: str) -> bool:
    """Whether job or workflow set the variable for all steps."""
    parts = (run.job.part if run.job else None, run.workflow.part if run.workflow else None)
    return any(part is not None and part.may_have("env", name) for part in parts)


def _needs(step: Step, name: str) -> bool:
    """Whether a step reads the variable, itself or by a program that does, and nobody sets it there."""
    if step.script is None or step.part.may_have("env", name):
        return False
    if any(each.name == name for each in settings(step.script)):
        return False
    return any(each.name == name for each in readings(step.script)) or _has_reader(step.script, name)


def _has_reader(script: Script, name: str) -> bool:
    programs = next((programs for prefix, programs in _READ_BY if name.startswith(prefix)), ())
    return bool(programs) and any(_program(call.words[0].shape) in programs for call in calls(script) if call.words)


def _program(word: str) -> str:
    return word.rpartition("/")[2]
