"""Ways through the structure of a script, in the order of its text and without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.shell.syntax import (
    AndOr,
    Background,
    Case,
    Function,
    Group,
    If,
    Negated,
    Node,
    Pipeline,
    Redirect,
    Repeat,
    Simple,
)
from avion_lint.shell.words import Part, Word


def children(node: Node) -> tuple[Node, ...]:
    """Nodes directly inside a node, those in its substitutions first."""
    match node:
        case Simple():
            values = [each.value for each in node.assignments if each.value is not None]
            declared = {value.where.start for value in values} if node.words else set()
            own = _in_words(word for word in node.words if not _holds(word, declared))
            return (*own, *_in_words(values), *_in_redirects(node.redirects))
        case Pipeline() | AndOr():
            return node.parts
        case Negated() | Background() | Function():
            return (node.body,)
        case Group():
            return (*node.body, *_in_redirects(node.redirects))
        case If():
            arms = (each for arm in node.arms for each in (*arm.condition, *arm.body))
            return (*arms, *(node.otherwise or ()), *_in_redirects(node.redirects))
        case Repeat():
            return (*_in_words(node.words), *node.condition, *node.body, *_in_redirects(node.redirects))
        case Case():
            word = _in_words((node.word,) if node.word else ())
            return (*word, *(each for _, body in node.arms for each in body), *_in_redirects(node.redirects))
    return ()


def _holds(word: Word, starts: set[int]) -> bool:
    """Whether a word is an assignment that is told as one too (`export A=…`)."""
    return bool(starts) and any(word.where.start < start <= word.where.end for start in starts)


def _in_words(words: Iterable[Word]) -> tuple[Node, ...]:
    return tuple(node for word in words for part in word.parts for node in part.body)


def _in_redirects(redirects: tuple[Redirect, ...]) -> tuple[Node, ...]:
    found: list[Node] = []
    for each in redirects:
        parts: tuple[Part, ...] = each.heredoc.parts if each.heredoc else each.target.parts if each.target else ()
        found.extend(node for part in parts for node in part.body)
    return tuple(found)


def walk(nodes: Iterable[Node]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every node with those around it, outermost first."""
    waiting: list[tuple[Node, tuple[Node, ...]]] = [(node, ()) for node in reversed(tuple(nodes))]
    while waiting:
        node, around = waiting.pop()
        yield node, around
        inner = children(node)
        if inner:
            within = (*around, node)
            waiting.extend((child, within) for child in reversed(inner))


def simples_in(nodes: Iterable[Node]) -> Iterator[Simple]:
    """Every simple command."""
    return (node for node, _ in walk(nodes) if isinstance(node, Simple))
