"""What `x-shell` asks of a script: that failures end it, and that it does not do some things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from avion_lint.delivery.acts import Act, acts
from avion_lint.delivery.by_hand import HandStatement, by_hand
from avion_lint.delivery.commands import Commanding
from avion_lint.delivery.deeds import Task
from avion_lint.problems import suggestion
from avion_lint.shell.script import Script
from avion_lint.source import Document, Excerpt
from avion_lint.sql import actions as a

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DDL = "ddl"
_SWITCHES = ("errexit", "pipefail")
_SEVERAL = ("forbids", "requires")
_DATA = (a.Insert, a.Update, a.Delete)


def task_word(task: Task) -> str:
    """Give the word by which checks call what a command does (`migrate`, `roll-back`, `back-up`)."""
    return task.name.lower().replace("_", "-")


WORDS = (*map(task_word, Task), _DDL)


def wrong_wish(value: object) -> str:
    """What is wrong with the value of `x-shell`, "" where nothing is."""
    if not isinstance(value, Mapping) or not value:
        return "must be a mapping of `errexit`, `pipefail`, `forbids`, `requires`, `shell`"
    for key, wish in value.items():
        if key in _SWITCHES and wish is not True:
            return f"`{key}` can only be true"
        if key in _SEVERAL:
            words = wish if isinstance(wish, list) else [wish]
            odd = next((word for word in words if word not in WORDS), None)
            if odd is not None:
                return f"`{key}` knows no `{odd}`{suggestion(str(odd), WORDS)}; there are {', '.join(WORDS)}"
        elif key == "shell" and not isinstance(wish, str):
            return "`shell` must be text"
        elif key not in (*_SWITCHES, "shell"):
            return f"has no `{key}`{suggestion(str(key), (*_SWITCHES, *_SEVERAL, 'shell'))}"
    return ""


def wrong_with(wish: Mapping[str, Any], value: object) -> Iterator[str]:
    """What a script does not do as it should; `wish["script"]` is it where it is known who runs it."""
    script = wish.get("script") or (_read(value, wish.get("shell", "sh")) if isinstance(value, str) else None)
    if not isinstance(script, Script):
        return
    found = [act for act in acts(script) if act.call.name != "set"]
    if wish.get("errexit") and len(found) > 1 and any(act.call.command.options.errexit is False for act in found):
        yield "a command that fails does not end it"
    if wish.get("pipefail") and any(_is_masked(act) for act in found):
        yield "a failure inside a pipe is not seen"
    done = {task_word(deed.task) for act in found for deed in act.deeds}
    if any(_is_ddl(each) for each in by_hand(found) if isinstance(each, HandStatement)):
        done.add(_DDL)
    yield from (f"it does what it must not: {word}" for word in _words(wish.get("forbids")) if word in done)
    yield from (f"it does not do what it must: {word}" for word in _words(wish.get("requires")) if word not in done)


def _is_masked(act: Act) -> bool:
    """Whether what a command says is piped on and its failure is not asked for."""
    membership = act.call.command.membership
    return membership is not None and not membership.is_last and act.call.command.options.pipefail is False


def _is_ddl(statement: HandStatement) -> bool:
    return any(a.touched(action) and not isinstance(action, _DATA) for action in statement.actions)


def _words(wish: object) -> tuple[str, ...]:
    return tuple(map(str, wish)) if isinstance(wish, list) else (str(wish),) if wish else ()


def _read(text: str, shell: str) -> Script | None:
    """A script of which only the text is known; `shell` is the program with its options, or `github` for a step's."""
    # GitHub runs `sh` and `bash` with options of its own where a step asks for just these words.
    asked = None if shell == "github" else f"{shell} +e" if shell in ("sh", "bash") else shell
    return Commanding().of_step(Excerpt.whole(Document("", text)), asked, runner="", image="")
