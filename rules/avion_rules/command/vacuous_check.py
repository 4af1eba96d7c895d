"""Checks of migrations that can find nothing wrong."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.shell.fate import Reason
from avion_rules.command._words import short

_CHECK = pattern(r"check|valid|lint|verif|syntax", 2)
_ABOUT = pattern(r"migration|\.sql\b|goose|flyway", 2)
_SAYS_NO = frozenset({"exit", "return", "false", "diff", "cmp"})
_HARMLESS = frozenset(
    {
        "echo", "printf", "[", "[[", "test", "sed", "grep", "egrep", "cat", "cut", "rm", "basename", "dirname", "ls",
        "sort", "awk", "tr", "wc", "head", "tail", "mkdir", "read", "true", ":", "export", "set", "cd", "find", "uniq",
        "tee", "mv", "cp", "local", "continue", "break", "pwd", "date", "touch",
    }
)  # fmt: skip


@rule("SH118", subject=Run)
def vacuous_check(run: Run) -> Iterator[Finding]:
    """Find a check of migrations that can find nothing wrong."""
    yield from _passed_over(run)
    if run.step is None or not _CHECK.search(run.step.name) or not _ABOUT.search(run.script.text):
        return
    acts = run.acts
    if not any(act.call.command.around for act in acts) or any(act.call.name in _SAYS_NO for act in acts):
        return
    if not all(act.call.name in _HARMLESS or not act.words or _asks_version(act.words) for act in acts):
        return
    if "::error" in run.script.text or "GITHUB_OUTPUT" in run.script.text or _ends_in_test(run):
        return
    at = next((act.call.command for act in acts if act.call.name in {"[", "[[", "test", "grep"}), acts[0].call.command)
    yield run.finding(
        at.place,
        f"Checks nothing: `{run.step.name}` looks at the migrations and only prints what it sees; nothing in it can "
        "fail because of a wrong one.",
        "Let something read the SQL and fail: `avion-lint`, or run the migrations up and down on a database of the "
        "job's own.",
        object=short(at.place),
    )


def _passed_over(run: Run) -> Iterator[Finding]:
    """A check whose every finding is thrown away by `|| true`; one that prints a report may be looked at."""
    for act in run.acts if run.step is not None else ():
        by = act.failure.by
        if not act.does(Task.LINT, Task.TRY) or act.failure.reason is not Reason.OR or not act.failure.is_lost:
            continue
        if by is not None and by.place.text.split()[:1] in (["true"], [":"]) and not _reports(act.words):
            yield run.finding(
                act.place,
                f"Checks nothing: whatever `{act.deed(Task.LINT, Task.TRY)}` finds, the step goes on.",
                f"Take `|| {by.place.text}` away; what is not for you is turned off in its settings.",
                object=short(act.place),
            )


def _reports(words: tuple[str, ...]) -> bool:
    return any(word.startswith(("--format", "--sarif", "--output", "--reporter", "-o")) for word in words[1:])


def _asks_version(words: tuple[str, ...]) -> bool:
    return words[-1] in {"--version", "-V", "version"}


def _ends_in_test(run: Run) -> bool:
    """Whether the last command decides by itself, as a bare `grep` or `[ … ]` does."""
    last = run.script.commands[-1] if run.script.commands else None
    return last is not None and not last.around and last.name in {"[", "[[", "test", "grep", "find"}
