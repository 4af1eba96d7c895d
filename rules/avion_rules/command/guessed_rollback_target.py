"""Rollbacks whose target is computed instead of looked up."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.shell.variables import Sum, last_setting, sums
from avion_lint.source import Place
from avion_rules.command._versions import captured
from avion_rules.command._words import is_test


@rule("SH110", subject=Run)
def guessed_rollback_target(run: Run) -> Iterator[Finding]:
    """Find a rollback whose target is computed from a version instead of looked up."""
    if is_test(run):
        return
    for act in run.acts:
        if act.does(Task.ROLL_BACK):
            computed = next(_computed(act), None)
            if computed is not None:
                yield _finding(run, act, *computed)
            elif run.manifest is not None and _is_relative(act):
                yield run.finding(act.place, _relative(act), _REMEDY)


def _computed(act: Act) -> Iterator[tuple[Sum, Place]]:
    """Sums among the words of a command, or in what its variables are set to, each with where it stands."""
    for word in act.call.words:
        for each in sums(word):
            yield each, each.where.place
        for name in word.variables:
            setting = last_setting(act.call.script, name, word.where.start)
            for each in sums(setting.value) if setting is not None and setting.value is not None else ():
                yield each, setting.where.place if setting else each.where.place


def _finding(run: Run, act: Act, computed: Sum, at: Place) -> Finding:
    empty = next((each for name, each in captured(run) if name == computed.base), None)
    related = [Related(at, "the target is computed here")]
    if empty is not None:
        related.append(
            Related(empty.place, f"{computed.base} is always empty: goose tells the version on standard error")
        )
        message = (
            f"Takes back every migration: {computed.base} is empty, so the target is {computed.sign}{computed.amount}. "
            f"goose 3.18 then rolls everything back, tables and rows, and returns success; newer ones stop."
        )
    else:
        message = (
            f"Guesses the version to go back to: {computed.base} {computed.sign} {computed.amount} takes back the last "
            "migration alone, whatever the release has brought, and is no version where they are timestamps."
        )
    return run.finding(act.place, message, _REMEDY, related=tuple(related))


def _is_relative(act: Act) -> bool:
    return any(
        (deed.tool, deed.word) in {("goose", "down"), ("goose", "redo"), ("goose", "reset")} for deed in act.deeds
    )


def _relative(act: Act) -> str:
    deed = act.deed(Task.ROLL_BACK)
    if deed is not None and deed.word == "reset":
        return "Takes back every migration, with all tables and rows."
    return (
        f"`{deed}` takes back whatever is applied last, without asking what that is: run once more, by a retry or by "
        "somebody else, it takes back the one before."
    )


_REMEDY = (
    'Write down the version before the migration is run, and go back to that one: `goose down-to "${TARGET:?}"`, with '
    "TARGET given by whoever rolls back."
)
