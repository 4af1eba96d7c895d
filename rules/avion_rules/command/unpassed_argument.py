"""Arguments of functions that no call passes, and those of scripts that may be missing where data is at stake."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.shell.script import Command, Script
from avion_lint.shell.variables import last_setting
from avion_lint.shell.words import Part, PartKind, Word
from avion_rules.command._words import is_about_migrations, is_pasted

_CHECKS = frozenset({"[", "[[", "test", "(("})
_ARGUMENTS = pattern(r"\$#|\$\{#[@*]?\}|:\?|getopts|\bshift\b|\$\{?[@*]")
_TASKS = (Task.ROLL_BACK, Task.RESTORE, Task.CLEAN, Task.REPAIR)


@rule("SH114", subject=Run)
def unpassed_argument(run: Run) -> Iterator[Finding]:
    """Find an argument that is always empty, or that may be missing where data is at stake."""
    if run.workflow is not None or run.manifest is not None or is_pasted(run) or not is_about_migrations(run):
        return
    yield from _never_passed(run)
    if _ARGUMENTS.search(run.script.text):
        return
    for act in run.acts:
        found = _unchecked(act, run.script)
        if found is not None:
            yield _missing(run, act, *found)


def _missing(run: Run, act: Act, word: Word, part: Part) -> Finding:
    number = _number(act.call.script, part)
    name = "NAME" if part.text.isdigit() else part.text
    return run.finding(
        word.place_of(part).place,
        f"`{act.deed(*_TASKS)}` is run though nobody may have said for what: ${part.text} is empty where argument "
        f"{number} is missing.",
        f'Stop where it is missing: `{name}=${{{number}:?argument {number} is missing}}`, and quote it: `"${name}"`.',
        object=name,
    )


def _never_passed(run: Run) -> Iterator[Finding]:
    """Uses of `$4` in a function that is always called with fewer arguments."""
    passed = _most_arguments(run.script)
    for command in run.script.commands:
        most = passed.get(command.function or "")
        for word in _all_words(command) if most is not None else ():
            for part in word.parts:
                if part.kind is PartKind.VARIABLE and part.text.isdigit() and int(part.text) > max(most or 0, 0):
                    yield _empty(run, command, word, part)


def _empty(run: Run, command: Command, word: Word, part: Part) -> Finding:
    function = command.function or ""
    calls = tuple(each for each in run.script.commands if each.name == function)
    return run.finding(
        word.place_of(part).place,
        f"${part.text} is always empty: inside a function it is the function's own argument, and `{function}` is "
        "called without it.",
        f'Hand it on: `{function} "$@"`, or read it outside of the function.',
        related=tuple(Related(each.place, "called here") for each in calls[:3]),
        object=function,
    )


def _most_arguments(script: Script) -> dict[str, int]:
    """The most arguments that each function is called with; those called with a list that is not known are left out."""
    names = {each.name for each in script.functions}
    found: dict[str, int] = {}
    unknown: set[str] = set()
    for command in script.commands:
        if command.name in names and command.name is not None:
            if any(word.may_split or "@" in word.variables for word in command.argv[1:]):
                unknown.add(command.name)
            found[command.name] = max(found.get(command.name, 0), len(command.argv) - 1)
    return {name: most for name, most in found.items() if name not in unknown}


def _all_words(command: Command) -> Iterator[Word]:
    if command.name == "set":
        return
    if command.argv and command.name not in {"local", "readonly", "declare", "export"}:
        yield from command.argv
    yield from (each.value for each in command.assignments if each.value is not None)


def _unchecked(act: Act, script: Script) -> tuple[Word, Part] | None:
    """A word of a command that changes data which comes from an argument that nobody checks."""
    if not act.does(*_TASKS) or act.call.command.options.nounset or act.call.command.function:
        return None
    for word in act.call.words[1:]:
        for part in word.parts:
            given = part.kind is PartKind.VARIABLE and part.may_be_empty and _is_argument(part, act.call.script)
            if given and not _is_checked(part.text, script):
                return word, part
    return None


def _is_argument(part: Part, script: Script) -> bool:
    if part.text.isdigit():
        return part.text != "0"
    return _number(script, part) != part.text


def _number(script: Script, part: Part) -> str:
    """The argument that a variable is set from; the variable itself where it is set from anything else."""
    setting = last_setting(script, part.text, part.start)
    parts = setting.value.parts if setting is not None and setting.value is not None else ()
    if len(parts) == 1 and parts[0].kind is PartKind.VARIABLE and parts[0].text.isdigit() and parts[0].may_be_empty:
        return parts[0].text
    return part.text


def _is_checked(name: str, script: Script) -> bool:
    return any(name in word.variables for each in script.named(*_CHECKS) for word in each.argv)
