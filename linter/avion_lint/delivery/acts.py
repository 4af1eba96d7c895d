"""The commands of a script with what each of them does, wrappers such as `kubectl exec` and `timeout` taken away."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Deed, Task, deeds
from avion_lint.record import record
from avion_lint.shell.script import Command, Script
from avion_lint.source import Place


@record
class Act:
    """A command and what it does. `words` are its words, U+E000 where they are not known."""

    command: Command
    words: tuple[str, ...]
    deeds: tuple[Deed, ...]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.command.place

    def does(self, *tasks: Task) -> bool:
        """Whether it does one of these things."""
        return any(deed.task in tasks for deed in self.deeds)

    def deed(self, *tasks: Task) -> Deed | None:
        """The first of these things that it does."""
        return next((deed for deed in self.deeds if deed.task in tasks), None)


def acts(script: Script) -> Iterator[Act]:
    """Commands of a script, in the order of the text."""
    for command in script.commands:
        words = tuple(word.shape for word in command.argv)
        yield Act(command, words, deeds(words))
