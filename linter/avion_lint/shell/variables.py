"""Variables of a script: where they are set, exported and read, and which may be empty when they are used."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from avion_lint.pattern import pattern
from avion_lint.record import record, replace
from avion_lint.shell.origin import Stretch
from avion_lint.shell.script import Command, Script
from avion_lint.shell.syntax import Assignment, Node, Pipeline, Simple
from avion_lint.shell.words import Part, PartKind, Word
from avion_lint.shell.wrappers import program

_EXPORTS = frozenset({"export", "declare", "typeset"})
_FILTERS = frozenset({"grep", "egrep", "fgrep", "rg", "awk", "sed", "jq", "yq", "cut", "head", "tail", "tr", "find"})
_STEP_FILES = ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STATE")
_NONE: frozenset[str] = frozenset()
_PAIR = pattern(r"([A-Za-z_][\w-]*)(?:=|<<)")
_MINUS = pattern(r"\$?\{?([A-Za-z_]\w*)\}?\s*([-+])\s*(\d+)")


@record
class Setting:
    """A variable that is set by a command; `value` is None for a mere declaration and for `read`.

    `exported` tells whether programs get to see it, `lasts` whether it holds after the command.
    """

    name: str
    where: Stretch
    value: Word | None
    command: Command
    exported: bool
    lasts: bool


@record
class Reading:
    """A use of a variable in a word of a command."""

    name: str
    where: Stretch
    part: Part
    word: Word
    command: Command


@record
class StepValue:
    """What a script hands to later steps: `name` and the word it stands in, by the file (`GITHUB_ENV` …)."""

    name: str
    file: str
    word: Word | None
    command: Command


@record
class Sum:
    """A number got from a variable by adding or taking away: `$((X - 1))`."""

    base: str
    sign: str
    amount: int
    where: Stretch


def settings(script: Script) -> tuple[Setting, ...]:
    """Every variable that is set, in order."""
    exported = _exported(script)
    return tuple(each for command in script.commands for each in _settings(command, exported))


def _exported(script: Script) -> set[str]:
    """Names of variables that programs get to see."""
    if _all_exported(script):
        return set(script.assigning)
    return {each.name for command in script.named(*_EXPORTS) if _exports(command) for each in command.assignments}


def _settings(command: Command, exported: Collection[str]) -> Iterator[Setting]:
    declares = command.name in {*_EXPORTS, "local", "readonly"}
    before = bool(command.argv) and not declares
    for each in command.assignments:
        shown = before or each.name in exported
        yield Setting(each.name, each.where, each.value, command, shown, lasts=not before)
    if command.name == "read":
        for word in command.argv[1:]:
            if word.text and word.text.isidentifier():
                yield Setting(word.text, word.where, None, command, word.text in exported, lasts=True)


def _exports(command: Command) -> bool:
    if command.name == "export":
        return True
    return any(word.shape.startswith("-") and "x" in word.shape for word in command.argv[1:])


def _all_exported(script: Script) -> bool:
    return any(
        ((word.text or "").startswith("-") and ("a" in (word.text or ""))) or word.text == "allexport"
        for command in script.named("set")
        for word in command.argv[1:]
    )


def exports(script: Script) -> tuple[Setting, ...]:
    """Variables that `export` or `declare -x` hands to programs; only the script's own children get them."""
    return tuple(each for each in settings(script) if each.exported and each.lasts)


def readings(script: Script) -> tuple[Reading, ...]:
    """Every use of a variable, in order of the commands."""
    return tuple(each for command in script.commands for each in _readings(command))


def _readings(command: Command) -> Iterator[Reading]:
    values = [each.value for each in command.assignments if each.value is not None] if not command.argv else []
    targets = [each.target for each in command.redirects if each.target is not None]
    for word in (*command.argv, *values, *targets):
        for part in word.parts:
            if part.kind is PartKind.VARIABLE and part.text:
                yield Reading(part.text, word.place_of(part), part, word, command)


def step_values(script: Script) -> tuple[StepValue, ...]:
    """Values that are written to `$GITHUB_ENV` and `$GITHUB_OUTPUT`."""
    return tuple(each for command in script.commands for each in _step_values(command))


def _step_values(command: Command) -> Iterator[StepValue]:
    file = next((name for each in _targets(command) for name in each.variables if name in _STEP_FILES), None)
    if file is None:
        return
    for word in command.argv[1:]:
        match = _PAIR.match(word.shape)
        if match:
            yield StepValue(match[1], file, word, command)
    if command.heredoc is not None:
        for line in command.heredoc.text.text.splitlines():
            if match := _PAIR.match(line):
                yield StepValue(match[1], file, None, command)


def _targets(command: Command) -> Iterator[Word]:
    """Files that a command's output goes to, also those of a group around it, and `tee`'s."""
    for redirects in (command.redirects, *(getattr(node, "redirects", ()) for node in command.around)):
        yield from (each.target for each in redirects if each.operator in {">", ">>"} and each.target is not None)
    member = command.membership
    if member is not None:
        for part in member.pipeline.parts[member.index + 1 :]:
            if isinstance(part, Simple) and program(part.words) == "tee":
                yield from part.words[1:]


def last_setting(script: Script, name: str, before: int) -> Setting | None:
    """The last place before an offset of the script at which a variable is set; None where there is none."""
    commands = {id(each): each for each in (*script.assigning.get(name, ()), *script.named("read"))}
    found = [
        each
        for command in commands.values()
        if command.where.start < before
        for each in _settings(command, _NONE)
        if each.name == name and each.where.start < before and each.lasts
    ]
    if not found:
        return None
    last = max(found, key=lambda each: each.where.start)
    return replace(last, exported=last.exported or name in _exported(script))


def empty_source(script: Script, word: Word) -> Setting | None:
    """The substitution that may leave a word empty though nothing fails.

    That is where the word is a variable set from commands of which one filters (`grep`, `awk`, `jq` …), or that fail
    unseen. None where the word cannot be empty, or nothing in the script says that it can.
    """
    for part in word.parts:
        if part.kind is not PartKind.VARIABLE or not part.may_be_empty:
            continue
        setting = last_setting(script, part.text, word.where.start)
        if setting is not None and setting.value is not None and may_come_to_nothing(setting.value):
            return setting
    return None


def may_come_to_nothing(word: Word) -> bool:
    """Whether a word is a substitution that filters, so that it may be empty though its commands succeed."""
    if not word.may_be_empty:
        return False
    return any(_filters(node) for part in word.parts for node in part.body)


def _filters(node: Node) -> bool:
    parts = node.parts if isinstance(node, Pipeline) else (node,)
    return any(isinstance(part, Simple) and program(part.words) in _FILTERS for part in parts)


def sums(word: Word) -> tuple[Sum, ...]:
    """Numbers in a word that are a variable and something: `$((VERSION - 1))`, `$(expr $VERSION - 1)`."""
    found: list[Sum] = []
    for part in word.parts:
        is_sum = part.kind is PartKind.ARITHMETIC or part.text.lstrip().startswith("expr ")
        if is_sum and part.kind is not PartKind.LITERAL and (match := _MINUS.search(part.text)):
            found.append(Sum(match[1], match[2], int(match[3]), word.place_of(part)))
    return tuple(found)


def assigned(script: Script, name: str) -> tuple[Assignment, ...]:
    """Every assignment to a variable."""
    return tuple(each for command in script.commands for each in command.assignments if each.name == name)
