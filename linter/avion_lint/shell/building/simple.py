"""Simple commands: calls, declarations, assignments and tests."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.shell.building.kinds import REDIRECTS, TEST_OPERATORS, WORDS
from avion_lint.shell.building.redirects import redirect_of
from avion_lint.shell.building.state import Building
from avion_lint.shell.building.words import word_between, word_of
from avion_lint.shell.syntax import Assignment, Redirect, Simple
from avion_lint.shell.words import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree


def simple_of(b: Building, tree: Tree, children: Iterable[Tree]) -> Simple:
    """A call of a command, or assignments alone, from the parts that the grammar gives."""
    words: list[Word] = []
    sets: list[Assignment] = []
    redirects: list[Redirect] = []
    end = None
    for child in children:
        if end is not None and end < child.start_byte:
            b.look_for_line_end(end, child.start_byte)
        touches = end == child.start_byte and bool(words)
        end = child.end_byte
        match child.type:
            case "variable_assignment":
                sets.append(_assignment(b, child))
            case "command_name":
                words.append(word_of(b, child))
            case kind if kind in REDIRECTS:
                more, redirect = redirect_of(b, child)
                redirects.append(redirect)
                words.extend(more)
            case kind if kind in WORDS or kind in TEST_OPERATORS:
                # Where the grammar cuts a word in two (`$a/$b/`), it is read again as one.
                start = words.pop().where.start if touches else None
                words.append(word_of(b, child) if start is None else word_between(b, tree, start, b.where(child).end))
    return b.new(b.where(tree), words, sets, redirects)


def declaration_of(b: Building, tree: Tree) -> Simple:
    """`export`, `local`, `unset` and their kin."""
    words = [word_of(b, tree.children[0])]
    sets: list[Assignment] = []
    for child in tree.children[1:]:
        match child.type:
            case "variable_assignment":
                sets.append(_assignment(b, child))
                words.append(word_of(b, child))
            case "variable_name" if tree.type == "declaration_command":
                word = word_of(b, child)
                sets.append(Assignment(word.where, word.text or "", None))
                words.append(word)
            case _ if child.is_named and child.type != "comment":
                words.append(word_of(b, child))
    return b.new(b.where(tree), words, sets, [])


def test_of(b: Building, tree: Tree) -> Simple:
    """`[ … ]` and `[[ … ]]`: the words between, as the command `[` would get them."""
    words: list[Word] = []
    waiting = list(reversed(tree.children))
    while waiting:
        node = waiting.pop()
        if node.type in WORDS or not node.children:
            if node.end_byte > node.start_byte:
                words.append(word_of(b, node))
        elif node.type in REDIRECTS:
            continue
        else:
            waiting.extend(reversed(node.children))
    return b.new(b.where(tree), words, [], [])


def _assignment(b: Building, tree: Tree) -> Assignment:
    where = b.where(tree)
    text = b.masked.ascii[where.start : where.end]
    equals = text.find("=")
    name = text[:equals].rstrip("+") if equals > 0 else text
    start = where.start + equals + 1
    value = word_between(b, tree, start, where.end) if not text.startswith("(", equals + 1) else None
    return Assignment(where, name, value, text[:equals].endswith("+"))
