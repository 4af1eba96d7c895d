"""A script and its commands, as rules see them."""

from __future__ import annotations

from avion_lint.record import cached_property, record
from avion_lint.shell.build import Trouble
from avion_lint.shell.failure import Found
from avion_lint.shell.fate import Failure
from avion_lint.shell.masking import Expression
from avion_lint.shell.origin import Stretch
from avion_lint.shell.shells import Options, Shell
from avion_lint.shell.syntax import (
    Assignment,
    Background,
    Function,
    Heredoc,
    Node,
    Pipeline,
    Redirect,
    Repeat,
    Simple,
)
from avion_lint.shell.walk import walk
from avion_lint.shell.words import Word
from avion_lint.source import Excerpt, Place


@record
class Membership:
    """The pipeline that a command is part of, and which part of it, counted from 0."""

    pipeline: Pipeline
    index: int

    @property
    def is_last(self) -> bool:
        """Whether nothing reads its output within the pipeline."""
        return self.index == len(self.pipeline.parts) - 1


@record
class Command:
    """A simple command; `around` are the structures it stands in, outermost first."""

    node: Simple
    failure: Failure
    options: Options
    around: tuple[Node, ...]

    @property
    def where(self) -> Stretch:
        """Where it stands, redirections included."""
        return self.node.where

    @property
    def place(self) -> Place:
        """Where it stands in the document."""
        return self.node.where.place

    @property
    def name(self) -> str | None:
        """Its name, None where that is not known or it only assigns."""
        return self.node.name

    @property
    def argv(self) -> tuple[Word, ...]:
        """Name and arguments."""
        return self.node.words

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Variables set before it, or by it."""
        return self.node.assignments

    @property
    def redirects(self) -> tuple[Redirect, ...]:
        """Its redirections."""
        return self.node.redirects

    @property
    def heredoc(self) -> Heredoc | None:
        """What its standard input is, if a heredoc or a here-string is."""
        found = [each.heredoc for each in self.node.redirects if each.heredoc and each.descriptor in {None, 0}]
        return found[-1] if found else None

    @property
    def membership(self) -> Membership | None:
        """The innermost pipeline that it is part of."""
        inside: Node = self.node
        for node in reversed(self.around):
            if isinstance(node, Pipeline):
                return Membership(node, next(at for at, part in enumerate(node.parts) if part is inside))
            inside = node
        return None

    @property
    def function(self) -> str | None:
        """Name of the function whose body it stands in."""
        return next((node.name for node in reversed(self.around) if isinstance(node, Function)), None)

    @property
    def taken_by(self) -> Simple | None:
        """The command in whose words, assignments or redirections it stands as a substitution."""
        return next((node for node in reversed(self.around) if isinstance(node, Simple)), None)

    @property
    def loops(self) -> tuple[Repeat, ...]:
        """Loops that it stands in, outermost first."""
        return tuple(node for node in self.around if isinstance(node, Repeat))

    @property
    def is_background(self) -> bool:
        """Whether the script goes on while it runs."""
        return any(isinstance(node, Background) for node in self.around)


@record(caches=True)
class Script:
    """A script as its shell reads it.

    `commands` are all simple commands in the order of the text, those in functions and substitutions too;
    `troubles` are the stretches that could not be read; `called` the names of its functions that it calls.
    """

    excerpt: Excerpt
    shell: Shell
    body: tuple[Node, ...]
    commands: tuple[Command, ...]
    troubles: tuple[Trouble, ...]
    expressions: tuple[Expression, ...]
    called: frozenset[str]

    @property
    def text(self) -> str:
        """The script itself."""
        return self.excerpt.text

    def named(self, *names: str) -> tuple[Command, ...]:
        """Commands of one of these names."""
        found = [each for name in dict.fromkeys(names) for each in self._by_name.get(name, ())]
        return tuple(found) if len(names) == 1 else tuple(sorted(found, key=_order))

    @cached_property
    def _by_name(self) -> dict[str, list[Command]]:
        found: dict[str, list[Command]] = {}
        for each in self.commands:
            if each.name is not None:
                found.setdefault(each.name, []).append(each)
        return found

    @cached_property
    def assigning(self) -> dict[str, list[Command]]:
        """Commands that set a variable, by its name and in the order of the text; `read` is not among them."""
        found: dict[str, list[Command]] = {}
        for command in self.commands:
            for name in dict.fromkeys(each.name for each in command.assignments):
                found.setdefault(name, []).append(command)
        return found

    @property
    def refusals(self) -> tuple[Command, ...]:
        """`set -o pipefail` where the shell has no such option and ends the script at it (dash before 0.5.13)."""
        if self.shell.pipefail is not False:
            return ()
        return tuple(each for each in self.named("set") if any(word.text == "pipefail" for word in each.argv))

    @property
    def functions(self) -> tuple[Function, ...]:
        """Functions that it defines."""
        return tuple(node for node, _ in walk(self.body) if isinstance(node, Function))


def commands_of(body: tuple[Node, ...], found: tuple[Found, ...]) -> tuple[Command, ...]:
    """Join simple commands with what was found out about them, in the order of the text."""
    commands = [
        Command(node, found[node.index].failure, found[node.index].options, around)
        for node, around in walk(body)
        if isinstance(node, Simple)
    ]
    return tuple(sorted(commands, key=_order))


def _order(command: Command) -> tuple[int, int]:
    return command.where.start, -command.where.end
