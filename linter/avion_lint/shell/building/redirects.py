"""Redirections and the heredocs that they bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.record import replace
from avion_lint.shell.building.kinds import WORDS
from avion_lint.shell.building.state import Building
from avion_lint.shell.building.words import filled, word_of
from avion_lint.shell.lexing import lex_body, lex_literal
from avion_lint.shell.origin import Piece, Stretch, derive, nothing_at
from avion_lint.shell.scanning import HeredocSpan
from avion_lint.shell.syntax import (
    AndOr,
    Background,
    Case,
    Group,
    Heredoc,
    If,
    Negated,
    Node,
    Pipeline,
    Redirect,
    Repeat,
    Simple,
)
from avion_lint.shell.words import Part, PartKind, Word
from avion_lint.source import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree


def redirect_of(b: Building, tree: Tree) -> tuple[list[Word], Redirect]:
    """A redirection, and the words that the grammar wrongly counts to it (`> file more words`)."""
    where = b.where(tree)
    descriptor, operator, words = None, "", []
    for child in tree.children:
        match child.type:
            case "file_descriptor":
                descriptor = _number(b.masked.ascii[child.start_byte + b.base : child.end_byte + b.base])
            case kind if kind in WORDS:
                words.append(word_of(b, child))
            case kind if not child.is_named:
                operator = operator or kind
    at = where.start + (len(str(descriptor)) if descriptor is not None else 0)
    if (span := b.heredocs.get(at)) is not None:
        operator = "<<-" if span.tabs else "<<"
        return words[1:], Redirect(where, operator, descriptor, None, _heredoc(b, span))
    if tree.type == "herestring_redirect" and words:
        return words[1:], Redirect(where, "<<<", descriptor, None, _here_string(words[0]))
    return words[1:], Redirect(where, operator, descriptor, words[0] if words else None)


def _heredoc(b: Building, span: HeredocSpan) -> Heredoc:
    lexer = lex_literal if span.quoted else lex_body
    parts = tuple(filled(b, part, {}) for part in lexer(b.masked, span.start, span.end))
    pieces = _without_tabs(parts, b.masked.text) if span.tabs else _pieces(parts)
    text = derive(pieces, b.text)
    text = text if text.text else nothing_at(b.text, span.start)
    where = Stretch(b.text, span.start, span.end)
    return Heredoc(where, span.delimiter, span.quoted, span.closed, text, parts)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 4 else None  # noqa: PLR2004 - descriptors are small


def _pieces(parts: Iterable[Part]) -> Iterator[Piece]:
    for part in parts:
        if part.kind is PartKind.LITERAL:
            yield Piece(part.text, part.start, part.end)
        else:
            yield Piece(UNKNOWN * (part.end - part.start), part.start, part.end, known=False)


def _without_tabs(parts: Iterable[Part], text: str) -> Iterator[Piece]:
    """Pieces of a `<<-` heredoc: tabs at the beginning of a line are not part of it."""
    for piece in _pieces(parts):
        if not piece.known or len(piece.text) != piece.end - piece.start:
            yield piece
            continue
        at = piece.start
        for line in piece.text.splitlines(keepends=True):
            cut = len(line) - len(line.lstrip("\t")) if at == 0 or text[at - 1] == "\n" else 0
            yield Piece(line[cut:], at + cut, at + len(line))
            at += len(line)


def _here_string(word: Word) -> Heredoc:
    return Heredoc(word.where, "", word.is_quoted, closed=True, text=word.derived(), parts=word.parts)


def with_redirects(node: Node, redirects: tuple[Redirect, ...], words: tuple[Word, ...], end: int) -> Node:
    """Give redirections to the command they belong to: the last one of a list or a pipeline."""
    where = Stretch(node.where.text, node.where.start, end)
    match node:
        case Simple():
            return replace(node, where=where, redirects=(*node.redirects, *redirects), words=(*node.words, *words))
        case Group() | If() | Repeat() | Case():
            return replace(node, where=where, redirects=(*node.redirects, *redirects))
        case Pipeline() | AndOr():
            last = with_redirects(node.parts[-1], redirects, words, end)
            return replace(node, where=where, parts=(*node.parts[:-1], last))
        case Negated() | Background():
            return replace(node, where=where, body=with_redirects(node.body, redirects, words, end))
    return node
