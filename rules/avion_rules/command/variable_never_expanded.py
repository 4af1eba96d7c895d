"""Variables that reach a program as they are written, since no shell is there to put their value in."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.shell.words import Part, PartKind, Word
from avion_lint.shell.wrappers import Machine

_VARIABLE = pattern(r"\$(?:\{[A-Za-z_]\w*\}|[A-Z_][A-Z0-9_]+)")
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "envsubst", "eval"})
_TASKS = (Task.MIGRATE, Task.ROLL_BACK, Task.STATUS, Task.REPAIR, Task.CLEAN, Task.BACK_UP, Task.RESTORE, Task.QUERY)


@rule("SH115", subject=Run)
def variable_never_expanded(run: Run) -> Iterator[Finding]:
    """Find a variable that reaches a program as it is written, since no shell puts its value in."""
    found = [(act, *literal) for act in run.acts if (literal := _never_expanded(act, run)) is not None]
    if found:
        act, word, name = found[0]
        related = tuple(Related(each.where.place, f"`{text}` likewise") for _, each, text in found[1:])
        where = _without_shell(act, run)
        yield run.finding(word.where.place, _message(act, name, where), _remedy(act, where), related=related)


def _never_expanded(act: Act, run: Run) -> tuple[Word, str] | None:
    """The word of a command about a database that keeps a variable as it is written, and the variable."""
    if not act.does(*_TASKS) or act.call.name in _SHELLS or not _without_shell(act, run):
        return None
    for word in act.call.words[1:]:
        literal = next(_literals(word), None)
        if literal is not None and not _is_text(act, word):
            return word, literal
    return None


def _without_shell(act: Act, run: Run) -> str:
    """Where the command is started without a shell; "" where one reads its words."""
    machines = [each for each in act.call.wrappers if each.machine in {Machine.POD, Machine.CONTAINER}]
    if machines:
        inner = act.call.outer is not None and act.call.outer.wrappers and act.call.script is not run.script
        return "" if inner else machines[-1].name
    if run.container is not None and act.call.script is run.script and not run.script.shell.command:
        return "the container"
    return ""


def _literals(word: Word) -> Iterator[str]:
    """Names in braces or capitals behind a dollar that the script's own shell leaves alone."""
    text = "".join(_kept(part) for part in word.parts)
    return (match[0] for match in _VARIABLE.finditer(text))


def _kept(part: Part) -> str:
    return part.text if part.kind is PartKind.LITERAL else "\ue000"


def _is_text(act: Act, word: Word) -> bool:
    """Whether a word is a text in which a dollar means something else: SQL, a password's hash, a regular expression."""
    words = act.call.words
    before = words[words.index(word) - 1].shape if word in words else ""
    return before in {"-c", "--command", "-e"} or " " in word.shape


def _message(act: Act, literal: str, where: str) -> str:
    tool = act.words[0].rpartition("/")[2]
    starts = "Kubernetes starts it" if where == "the container" else f"`{where}` starts it"
    return f"{tool} gets the text `{literal}` and not its value: {starts} without a shell that would put it in."


def _remedy(act: Act, where: str) -> str:
    if where == "the container":
        return "Write `$(NAME)`, which Kubernetes replaces itself, or start it by `sh -ec '… \"$NAME\"'`."
    wrapper = " ".join(word.raw for each in act.call.wrappers for word in each.words if "\n" not in word.raw)
    inner: list[str] = []
    given: list[str] = []
    for word in act.call.words:
        if any(part.kind is not PartKind.LITERAL for part in word.parts):
            given.append(word.raw if word.is_quoted else f'"{word.raw}"')
            inner.append(f'"${len(given)}"')
        else:
            inner.append(word.raw.replace("\\$", "$").replace("'", '"'))
    return f"Start a shell there: `{' '.join([wrapper, 'sh -c', _quoted(inner), *(['sh', *given] if given else [])])}`."


def _quoted(words: list[str]) -> str:
    return f"'{' '.join(words)}'"
