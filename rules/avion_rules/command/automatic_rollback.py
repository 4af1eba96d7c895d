"""Migrations that are taken back without anybody asking for it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Deed, Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.shell.syntax import AndOr, If
from avion_lint.source import Span
from avion_rules.command._words import is_automatic, is_local, is_test

_BY_HAND = frozenset({"workflow_dispatch", "workflow_call", "repository_dispatch"})


@rule("SH108", subject=Run)
def automatic_rollback(run: Run) -> Iterator[Finding]:
    """Find migrations that are taken back without anybody asking for it."""
    if is_test(run):
        return
    for act in run.acts:
        deed = act.deed(Task.CLEAN, Task.ROLL_BACK)
        if deed is None or is_local(act):
            continue
        cause = _cause(act, run)
        if deed.task is Task.CLEAN and is_automatic(run):
            yield run.finding(act.place, f"Drops all tables and rows: `{deed}`.", _CLEAN)
        elif deed.task is Task.ROLL_BACK and cause is not None:
            yield run.finding(act.place, _message(deed), _REMEDY, related=(cause,))


def _cause(act: Act, run: Run) -> Related | None:
    """What makes it be run by itself: a migration that failed, a failed step, a push."""
    if any(isinstance(node, AndOr | If) for node in act.call.command.around):
        failing = (each for each in run.acts if each.does(Task.MIGRATE) and _is_run_on_failure(act, each))
        for each in failing:
            return Related(each.place, "run because this failed")
    if run.step is None or run.workflow is None or run.job is None:
        return None
    if "failure()" in run.step.condition:
        return Related(run.step.part.place("if"), "run because a step failed")
    if "inputs." in f"{run.step.condition} {run.job.condition}" or run.workflow.is_action:
        return None
    event = next(iter(sorted(run.workflow.events - _BY_HAND)), None)
    return Related(run.workflow.place_of_trigger(event), "run by this event") if event else None


def _is_run_on_failure(act: Act, failing: Act) -> bool:
    """Whether a command is run where another one fails: right of its `||`, or in what an `if` on it holds."""
    place = failing.place.span
    for node in act.call.command.around:
        match node:
            case AndOr(parts=parts, operators=operators):
                for number, operator in enumerate(operators):
                    right = parts[number + 1].where.place.span
                    if operator == "||" and _holds(right, act.place.span) and place.end <= right.start:
                        return _holds(node.where.place.span, place)
            case If(arms=arms):
                tested = (each.where.place.span for arm in arms for each in arm.condition)
                if any(_holds(each, place) for each in tested):
                    return True
    return False


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _message(deed: Deed) -> str:
    if deed.tool == "goose":
        return (
            f"`{deed}` takes back a migration that had succeeded: the one that fails is never recorded, so the last "
            "recorded one is of an earlier release, and what it drops is gone."
        )
    return f"`{deed}` takes migrations back without anybody asking for it: what they drop is gone."


_REMEDY = (
    "Let the failure stop the deploy, and mend forward: goose and Flyway undo a failed migration themselves where it "
    "runs in a transaction."
)
_CLEAN = "Take it out; where a database shall be made anew, make a new one under another name."
