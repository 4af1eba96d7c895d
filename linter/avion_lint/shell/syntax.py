"""The structure of a script: lists, pipelines, conditions, loops and the simple commands in them."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.shell.origin import Stretch
from avion_lint.shell.words import Part, Word
from avion_lint.source import Excerpt


@record
class Assignment:
    """A variable that is set: before a command, alone, or by `export`, `local`, `readonly`, `declare`.

    `value` is None for a mere declaration (`export X`); the values of an array are not read.
    """

    where: Stretch
    name: str
    value: Word | None
    appends: bool = False


@record
class Heredoc:
    """The body of a heredoc or of a here-string.

    `text` is what the command reads: unknown stretches are U+E000, backslashes and leading tabs are gone where the
    shell takes them away. `parts` are the expansions in it.
    """

    where: Stretch
    delimiter: str
    quoted: bool
    closed: bool
    text: Excerpt
    parts: tuple[Part, ...] = ()


@record
class Redirect:
    """A redirection; `target` is the file, `heredoc` the text that is read instead (`<<`, `<<-`, `<<<`)."""

    where: Stretch
    operator: str
    descriptor: int | None
    target: Word | None
    heredoc: Heredoc | None = None


@record
class Simple:
    """A simple command; `[`, `[[` and `((` count as such, their names are these words."""

    where: Stretch
    index: int
    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    redirects: tuple[Redirect, ...] = ()

    @property
    def name(self) -> str | None:
        """Name of the command, or None where there is none or it is not known."""
        return self.words[0].text if self.words else None


@record
class Pipeline:
    """Commands joined by `|`."""

    where: Stretch
    parts: tuple[Node, ...]


@record
class Negated:
    """`!` before a pipeline."""

    where: Stretch
    body: Node


@record
class AndOr:
    """Pipelines joined by `&&` and `||`; there is one operator fewer than parts."""

    where: Stretch
    parts: tuple[Node, ...]
    operators: tuple[str, ...]


@record
class Background:
    """What runs while the script goes on (`&`)."""

    where: Stretch
    body: Node


@record
class Group:
    """`{ …; }`, or `( … )` where `subshell`."""

    where: Stretch
    body: tuple[Node, ...]
    subshell: bool = False
    redirects: tuple[Redirect, ...] = ()


@record
class Arm:
    """A condition and what is done when it holds."""

    condition: tuple[Node, ...]
    body: tuple[Node, ...]


@record
class If:
    """`if`; `otherwise` is None where there is no `else`."""

    where: Stretch
    arms: tuple[Arm, ...]
    otherwise: tuple[Node, ...] | None
    redirects: tuple[Redirect, ...] = ()


@record
class Repeat:
    """`while`, `until`, `for`, `select`; `words` are what `for` goes through, `header` the text of `for ((…))`."""

    where: Stretch
    keyword: str
    condition: tuple[Node, ...]
    body: tuple[Node, ...]
    variable: str = ""
    words: tuple[Word, ...] = ()
    header: str = ""
    redirects: tuple[Redirect, ...] = ()


@record
class Case:
    """`case`; every arm has its patterns as written."""

    where: Stretch
    word: Word | None
    arms: tuple[tuple[tuple[str, ...], tuple[Node, ...]], ...]
    redirects: tuple[Redirect, ...] = ()


@record
class Function:
    """Definition of a function."""

    where: Stretch
    name: str
    body: Node


@record
class Unread:
    """A stretch that the grammar does not know."""

    where: Stretch


Node = Simple | Pipeline | Negated | AndOr | Background | Group | If | Repeat | Case | Function | Unread
