"""Failures of migrations, backups, restores and rollbacks that nobody gets to see."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Deed, Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.shell.fate import Failure, Outcome, Reason
from avion_rules.command._remedies import remedy
from avion_rules.command._words import backup_of, is_about_migrations, is_pasted, is_test, short

_TASKS = (Task.MIGRATE, Task.ROLL_BACK, Task.BACK_UP, Task.RESTORE)
_LOOKS = {
    Task.MIGRATE: "A migration that fails looks applied",
    Task.ROLL_BACK: "A rollback that fails looks done",
    Task.BACK_UP: "A backup that fails looks made",
    Task.RESTORE: "A restore that fails half-way looks done",
    Task.WAIT: "A Job that fails looks complete",
}
_KEEPS = pattern(r"\b\w+\+?=|\+\+|^\(\(|\blet\b|fail|err|die|abort", 2)
_TALK = pattern(r"\b(?:echo|printf)\b(?:\"[^\"]*\"|'[^']*'|[^;\n}|&])*|\"[^\"]*\"|'[^']*'|>&2")
_SENDS = frozenset({"aws", "gsutil", "gcloud", "az", "rclone", "s3cmd", "mc", "scp", "rsync"})
_UNWRITTEN = (Reason.NEXT, Reason.ROUND, Reason.AND)


@rule("SH101", subject=Run)
def masked_failure(run: Run) -> Iterator[Finding]:
    """Find a migration, backup, restore or rollback whose failure nobody gets to see."""
    for number, act in enumerate(run.acts):
        deed = _judged(act, run)
        if deed is None or (is_test(run) and deed.task is not Task.MIGRATE):
            continue
        if not _is_lost(act.failure, run) or _is_looked_at(act, run):
            continue
        by = act.failure.by
        related = (Related(by.place, "this decides instead"),) if by else ()
        message = f"{_LOOKS[deed.task]}: {_how(act.failure, act)}.{_then(deed.task, run, number)}"
        yield run.finding(act.place, message, remedy(act, run), related=related)


def _judged(act: Act, run: Run) -> Deed | None:
    """What it does that has to be seen to fail; a wait counts where it is for a Job that migrates or backs up."""
    deed = act.deed(*_TASKS) or backup_of(act)
    if deed is not None:
        return None if deed.tool == "pg_restore" and {"-l", "--list"} & set(act.words) else deed
    wait = act.deed(Task.WAIT)
    is_job = wait is not None and wait.word == "wait" and any(word.startswith("job") for word in act.words)
    return wait if is_job and is_about_migrations(run) else None


def _is_looked_at(act: Act, run: Run) -> bool:
    """Whether the script asks the runner afterwards what is applied, and can end with a failure because of it."""
    if act.failure.reason not in _UNWRITTEN or not act.does(Task.MIGRATE, Task.ROLL_BACK):
        return False
    later = [each for each in run.acts if each.place.span.start > act.place.span.end]
    asks = any(each.does(Task.STATUS) and each.call.command.taken_by is not None for each in later)
    return asks and any(each.words[:1] == ("exit",) and each.words[1:2] not in {(), ("0",)} for each in later)


def _is_lost(failure: Failure, run: Run) -> bool:
    """Whether the script goes on as if nothing were wrong; a handler that keeps the failure for later is none."""
    handler = failure.by.place.text if failure.by else ""
    if failure.reason in _UNWRITTEN and is_pasted(run):
        return False
    if failure.reason is Reason.OR:
        only_told = failure.outcome in {Outcome.MASKED, Outcome.TESTED}
        return only_told and not _KEEPS.search(_TALK.sub("", handler)) and not _tries_again(handler)
    return failure.is_lost


def _tries_again(handler: str) -> bool:
    """Whether the handler does the thing in another way rather than talk about it."""
    return any(deed in handler for deed in ("migrate", "goose ", "pg_dump", "pg_restore"))


_HOW = {
    Reason.PIPE: "without pipefail the status of the pipe is that of {by}, whatever `{program}` returned",
    Reason.OR: "where it fails {by} runs instead, and the script goes on",
    Reason.NEXT: "errexit is off: the script goes on with {by} and returns what its last command returns",
    Reason.ROUND: "errexit is off, so the loop goes on with its next round",
    Reason.AND: "errexit does not count left of `&&`, so the script goes on behind {by}",
    Reason.IGNORED: "errexit does not count inside what is tested ({by}), so the script goes on",
    Reason.DECLARATION: "the status is that of {by}, which succeeds",
    Reason.ARGUMENT: "the status of a substitution in an argument is thrown away, {by} decides",
    Reason.PROCESS: "the status of a process substitution is thrown away",
    Reason.BACKGROUND: "it runs in the background, and nobody asks how it ended",
}


def _how(failure: Failure, act: Act) -> str:
    by = f"`{short(failure.by.place)}`" if failure.by else "the next command"
    return _HOW.get(failure.reason, f"{failure.reason.value} ({{by}})").format(by=by, program=act.words[0])


def _then(task: Task, run: Run, number: int) -> str:
    """What goes on because of it."""
    changing = next((act for act in run.acts[number + 1 :] if act.does(Task.MIGRATE, Task.ROLL_BACK)), None)
    if task is Task.BACK_UP and any(act.call.name in _SENDS for act in run.acts[number + 1 :]):
        return " What is sent away then is empty, torn or old."
    if task is Task.BACK_UP and changing is not None:
        return f" `{changing.deed(Task.MIGRATE, Task.ROLL_BACK)}` then runs without one."
    if task is Task.BACK_UP:
        is_before = run.container is not None and run.container.is_init
        return " The migration goes on without one." if is_before else ""
    deploy = next((act for act in run.acts[number + 1 :] if act.does(Task.DEPLOY)), None)
    if deploy is not None:
        return f" `{deploy.deed(Task.DEPLOY)}` then brings the application to a schema that it does not fit."
    if run.manifest is not None and run.manifest.job is not None:
        return " The Job counts as complete."
    return " The job stays green." if run.workflow is not None else ""
