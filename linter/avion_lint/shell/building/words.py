"""Words of a command, and the scripts in their substitutions."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.record import replace
from avion_lint.shell import grammar
from avion_lint.shell.building.kinds import SUBSTITUTIONS
from avion_lint.shell.building.state import Building
from avion_lint.shell.lexing import lex
from avion_lint.shell.origin import Stretch
from avion_lint.shell.syntax import Node
from avion_lint.shell.words import Part, PartKind, Word
from avion_lint.source import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

_SPECIAL = pattern(rf"[\\'\"$`<>{UNKNOWN}]")


def word_of(b: Building, tree: Tree) -> Word:
    """A word from the grammar's node."""
    where = b.where(tree)
    text = b.masked.ascii
    start = where.start
    while start < where.end and text[start] in " \t":  # the grammar counts blanks before some expansions in
        start += 1
    return word_between(b, tree, start, where.end)


def word_between(b: Building, tree: Tree, start: int, end: int) -> Word:
    """The word `[start, end)`; `tree` holds its substitutions."""
    text = b.masked.text[start:end]
    if not _SPECIAL.search(text) and text:
        return Word(Stretch(b.text, start, end), (Part(PartKind.LITERAL, text, start, end, quoted=False),))
    parts = tuple(lex(b.masked, start, end))
    if any(part.kind in {PartKind.SUBSTITUTION, PartKind.PROCESS} or "$(" in part.operand for part in parts):
        parts = tuple(filled(b, part, _substitutions(tree)) for part in parts)
    return Word(Stretch(b.text, start, end), parts)


def filled(b: Building, part: Part, trees: dict[int, Tree]) -> Part:
    """Give a substitution its commands."""
    if part.kind not in {PartKind.SUBSTITUTION, PartKind.PROCESS}:
        return part
    tree = trees.get(part.end - b.base)
    if tree is not None:
        return replace(part, body=b.deeper(tree.children))
    return replace(part, body=_apart(b, part))


def _apart(b: Building, part: Part) -> tuple[Node, ...]:
    """Parse what stands in a substitution by itself: the one around it is text to the grammar."""
    start = part.start + (1 if b.masked.text[part.start] == "`" else 2)
    before, b.base = b.base, start
    tree = grammar.parse(b.masked.ascii[start : max(part.end - 1, start)])
    body = b.deeper(tree.root_node.children)
    b.tell_errors(tree.root_node)
    b.base = before
    return body


def _substitutions(tree: Tree) -> dict[int, Tree]:
    """Outermost substitutions below a node, by where they end."""
    found: dict[int, Tree] = {}
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.type in SUBSTITUTIONS:
            found[node.end_byte] = node
        else:
            waiting.extend(node.children)
    return found
