"""The commands of a script with what each of them does, wrappers such as `kubectl exec` and `timeout` taken away."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Deed, Task, deeds
from avion_lint.record import record
from avion_lint.shell.calls import Call, calls
from avion_lint.shell.fate import Failure
from avion_lint.shell.script import Script
from avion_lint.source import Place


@record
class Act:
    """A command and what it does. `words` are its words without wrappers, U+E000 where they are not known."""

    call: Call
    words: tuple[str, ...]
    deeds: tuple[Deed, ...]

    @property
    def place(self) -> Place:
        """Where it stands, without its wrappers."""
        return self.call.place

    @property
    def failure(self) -> Failure:
        """What becomes of its failure in the script that it stands in."""
        return self.call.failure

    def does(self, *tasks: Task) -> bool:
        """Whether it does one of these things."""
        return any(deed.task in tasks for deed in self.deeds)

    def deed(self, *tasks: Task) -> Deed | None:
        """The first of these things that it does."""
        return next((deed for deed in self.deeds if deed.task in tasks), None)


def acts(script: Script) -> Iterator[Act]:
    """Commands of a script, in the order of the text, those of scripts inside it after the command that runs them."""
    for call in calls(script):
        words = tuple(word.shape for word in call.words)
        yield Act(call, words, deeds(words))
