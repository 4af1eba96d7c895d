"""Backups that are put back over what is in the database."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.shell.sql import client
from avion_rules.command._sql import reads_dump
from avion_rules.command._words import is_local, is_test

_ELSEWHERE = pattern(r"restor|verif|check|scratch|tmp|temp|new|copy|test")
_NEW = pattern(r"\bcreatedb\b|\bCREATE DATABASE\b|\bcreate database\b|(?<!\w)-C(?!\w)|--create\b")


@rule("SH113", subject=Run)
def restore_over_live_data(run: Run) -> Iterator[Finding]:
    """Find a backup that is put back over what is in the database."""
    if is_test(run):
        return
    for number, act in enumerate(run.acts):
        if not _restores(act) or is_local(act) or _is_elsewhere(act) or _NEW.search(run.script.text):
            continue
        saved = any(each.does(Task.BACK_UP) for each in run.acts[:number])
        yield run.finding(act.place, _message(act, saved=saved), _remedy(act))


def _restores(act: Act) -> bool:
    if act.call.name == "pg_restore":
        return any(word.startswith(("-d", "--dbname")) for word in act.words)
    return act.call.name == "psql" and reads_dump(act)


def _is_elsewhere(act: Act) -> bool:
    """Whether the database's name says that it is no live one."""
    used = client(act.call)
    name = used.connection.database if used else None
    words = (name.shape,) if name else tuple(_after_d(act.words))
    return any(_ELSEWHERE.search(word.lower()) for word in words)


def _after_d(words: tuple[str, ...]) -> Iterator[str]:
    for number, word in enumerate(words):
        if word in {"-d", "--dbname"} and number + 1 < len(words):
            yield words[number + 1]
        elif word.startswith(("-d", "--dbname=")):
            yield word


def _message(act: Act, *, saved: bool) -> str:
    lost = "" if saved else " Nothing is kept of what is there now."
    used = client(act.call)
    if used is None:
        clean = any(word in {"-c", "--clean"} for word in act.words)
        effect = "drops the tables first" if clean else "stumbles over tables that exist and doubles their rows"
        return (
            f"Puts the backup back over the live database: pg_restore {effect}, while the application uses them.{lost}"
        )
    goes_on = ", and psql goes on after each error and returns success" if used.stops is False else ""
    return (
        "Puts the backup back over the live database: tables that exist are kept, their rows are doubled or "
        f"refused{goes_on}.{lost}"
    )


def _remedy(act: Act) -> str:
    restore = (
        "pg_restore -1 -e -d restored" if act.call.name == "pg_restore" else ("psql -1 -v ON_ERROR_STOP=1 -d restored")
    )
    return (
        f"Restore into a new database (`createdb restored`, `{restore}`), look at it, and then let the "
        "application use it, with the old one kept under another name."
    )
