"""Waits of migrations that never end."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.shell.loops import Loop, loops
from avion_lint.shell.script import Script
from avion_lint.shell.syntax import Simple
from avion_lint.shell.walk import simples_in
from avion_lint.shell.wrappers import program
from avion_rules.command._words import is_about_migrations, is_pasted, is_test, short

_ASKS = frozenset(
    {"nc", "pg_isready", "psql", "curl", "wget", "kubectl", "mysqladmin", "mysql", "docker", "argocd", "ping", "aws"}
)


@rule("SH102", subject=Run)
def endless_wait(run: Run) -> Iterator[Finding]:
    """Find a wait before or for a migration that goes on for ever where nothing comes."""
    if is_pasted(run) or is_test(run) or not is_about_migrations(run) or _is_ended(run):
        return
    for script, limit in _scripts(run):
        for loop in loops(script):
            asked = _asked(loop)
            if loop.polls_forever and asked is not None and limit is None:
                message = f"Waits for ever where {_what(asked)} never succeeds: {_then(run)}"
                yield run.finding(loop.where.place, message, _remedy(asked, run))


def _scripts(run: Run) -> Iterator[tuple[Script, float | None]]:
    """The script and those inside it, each with the seconds after which `timeout` ends it."""
    seen: list[Script] = []
    for act in run.acts:
        if not any(act.call.script is each for each in seen):
            seen.append(act.call.script)
            yield act.call.script, act.call.outer.seconds if act.call.outer else None


def _is_ended(run: Run) -> bool:
    """Whether the workflow itself ends the step after a time that somebody chose."""
    parts = (run.step.part if run.step else None, run.job.part if run.job else None)
    return any(part is not None and part.may_have("timeout-minutes") for part in parts)


def _asked(loop: Loop) -> Simple | None:
    """The command that the loop waits for, None where it is no wait for something outside."""
    if loop.node.keyword not in {"until", "while"}:
        return None
    inside = loop.node.body if loop.always else loop.node.condition
    return next((each for each in simples_in(inside) if program(each.words) in _ASKS), None)


def _what(asked: Simple) -> str:
    return f"`{short(asked.where.place)}`"


def _then(run: Run) -> str:
    if run.manifest is not None and run.manifest.job is not None:
        if run.manifest.job.may_have("activeDeadlineSeconds"):
            return "the pod is killed at the Job's deadline, which does not tell what was missing."
        return "the Job has no deadline either, and neither fails nor ends."
    if run.manifest is not None:
        return "the pod neither starts nor fails."
    return "nobody is told, and what comes after it never runs."


def _remedy(asked: Simple, run: Run) -> str:
    test = " ".join(word.raw for word in asked.words)
    test = test if "\n" not in test else "…"
    ends = "" if run.manifest is None else " Give the Job's deadline more than that."
    dollar = "\\$" if "\\$" in test else "$"  # in a here-document that the shell expands
    return (
        "Count, and fail with words:\n"
        f"n=0\nuntil {test}; do\n  n={dollar}((n + 1))\n"
        f'  [ "{dollar}n" -lt 60 ] || {{ echo "database not reachable" >&2; exit 1; }}\n  sleep 2\ndone'
    ) + (f"\n{ends.strip()}" if ends else "")
