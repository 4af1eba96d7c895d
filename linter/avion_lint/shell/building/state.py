"""What is known while a script's structure is built."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from avion_lint.record import field, record
from avion_lint.shell import grammar
from avion_lint.shell.masking import Masked
from avion_lint.shell.origin import Stretch
from avion_lint.shell.scanning import HeredocSpan
from avion_lint.shell.syntax import Assignment, Node, Redirect, Simple
from avion_lint.shell.words import Word
from avion_lint.source import Excerpt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

MAX_DEPTH = 60
"""Levels of structure that are read; real scripts stay below 15."""
NOT_SHELL = "not understood as shell"


@record
class Trouble:
    """A stretch of a script that could not be read, and why."""

    where: Stretch
    message: str


@record(frozen=False)
class Building:
    """A script that is being read; `base` is where the text that is being parsed begins in it.

    `statements` builds the nodes of a list: words hold scripts, and scripts hold words. `negated` are the compounds
    that have a `!` before them, which the grammar refuses, with where that stands; `line_ends` are those that the
    grammar took for blanks.
    """

    masked: Masked
    heredocs: dict[int, HeredocSpan]
    negated: dict[int, int]
    text: Excerpt
    statements: Callable[[Building, Iterable[Tree]], tuple[Node, ...]]
    troubles: list[Trouble] = field(default_factory=list)
    line_ends: list[int] = field(default_factory=list)
    count: int = 0
    base: int = 0
    depth: int = 0

    def where(self, tree: Tree) -> Stretch:
        """Where a node of the grammar's stands in the script."""
        return Stretch(self.text, tree.start_byte + self.base, tree.end_byte + self.base)

    def tell_errors(self, root: Tree) -> None:
        """Note what the grammar cannot read."""
        for start, end, missing in grammar.errors(root):
            message = "something is missing here" if missing else NOT_SHELL
            self.troubles.append(Trouble(Stretch(self.text, start + self.base, end + self.base), message))

    def new(self, where: Stretch, words: list[Word], sets: list[Assignment], redirects: list[Redirect]) -> Simple:
        """Make a simple command, counted on."""
        self.count += 1
        return Simple(where, self.count - 1, tuple(words), tuple(sets), tuple(redirects))

    def deeper(self, children: Iterable[Tree]) -> tuple[Node, ...]:
        """Nodes of a list one level further in; nothing where that is too deep."""
        if self.depth >= MAX_DEPTH:
            return ()
        self.depth += 1
        try:
            return self.statements(self, children)
        finally:
            self.depth -= 1

    def look_for_line_end(self, start: int, end: int) -> None:
        """Note a line end inside a simple command: the grammar reads `a=1 b=2` and the next line as one command."""
        text = self.masked.ascii
        at = text.find("\n", start + self.base, end + self.base)
        if at >= 0 and text[at - 1] != "\\" and not self.base:
            self.line_ends.append(at)
