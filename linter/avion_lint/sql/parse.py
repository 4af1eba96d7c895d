"""The only caller of libpg_query: SQL text in, raw statements out, with character offsets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import Span
from avion_lint.sql.decoding import decoded
from avion_lint.sql.libpg_query import load_parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Node = Mapping[str, "Any"]  # libpg_query's JSON: its shape is PostgreSQL's, not ours to type


@record
class RawStatement:
    """A statement as libpg_query read it.

    `kind` is the node's tag (`AlterTableStmt`), `node` its fields; `span` are offsets in the parsed text, without
    leading comments and without the semicolon. `locate` turns the byte offsets of the node's `location` fields into
    character offsets in that text.
    """

    kind: str
    node: Node
    span: Span
    locate: Callable[[int], int]


@record
class SyntaxProblem:
    """Why a text does not parse: the parser's message and the character offset it points at."""

    message: str
    offset: int


def parse(text: str) -> tuple[RawStatement, ...] | SyntaxProblem:
    """Parse all statements of a text with PostgreSQL's own grammar (libpg_query, the newest it knows).

    Nothing is raised: text with NUL characters, nesting too deep for the parser and lone surrogates come back as
    problems too.
    """
    parser = load_parser()

    nul = text.find("\0")
    if nul >= 0:
        return SyntaxProblem("NUL character in SQL text", nul)
    try:
        tree = decoded(parser.parse_sql_json(text))
    except parser.ParseError as error:
        return _problem(error, text)
    except RecursionError:
        return SyntaxProblem("expression nested too deeply to be read", 0)
    except UnicodeEncodeError as error:
        return SyntaxProblem("text that is not valid Unicode", error.start)
    locate = locator(text)
    return tuple([_raw(entry, text, locate) for entry in tree["stmts"]])


def is_sql(text: str) -> bool:
    """Whether PostgreSQL's grammar takes a text; the tree is not read."""
    parser = load_parser()
    try:
        parser.parse_sql_json(text)
    except (parser.ParseError, UnicodeEncodeError):
        return False
    return "\0" not in text


def _problem(error: Exception, text: str) -> SyntaxProblem:
    message = str(error.args[0]) if error.args else "syntax error"
    at = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else len(text)
    return SyntaxProblem(message, max(0, min(at, len(text))))


def _raw(entry: Node, text: str, locate: Callable[[int], int]) -> RawStatement:
    ((kind, node),) = entry["stmt"].items()
    begin = entry.get("stmt_location", 0)
    length = entry.get("stmt_len", 0)
    end = locate(begin + length) if length else len(text)
    start = skip_blank(text, locate(begin))
    return RawStatement(kind, node, Span(start, trimmed(text, start, end)), locate)


def trimmed(text: str, start: int, end: int) -> int:
    """Offset behind the last character of a statement: what follows up to `end` is white space or a semicolon."""
    while end > start and text[end - 1] in " \t\r\n\f\v;":
        end -= 1
    return max(start, end)


_WIDE = pattern(r"[^\x00-\x7f]")


def locator(text: str) -> Callable[[int], int]:
    """Byte offset (UTF-8) → character offset. ASCII text needs no table."""
    if text.isascii():
        return _same
    wide = [found.start() for found in _WIDE.finditer(text)]
    # byte offset just behind each non-ASCII character, and how far bytes then run ahead of characters
    ends, lead = [], []
    ahead = 0
    for index in wide:
        ahead += len(text[index].encode()) - 1
        ends.append(index + ahead + 1)
        lead.append(ahead)

    def locate(offset: int) -> int:
        at = bisect_right(ends, offset)
        return offset - (lead[at - 1] if at else 0)

    return locate


def _same(offset: int) -> int:
    return offset


def skip_blank(text: str, at: int) -> int:
    """Offset of the first character at or after `at` that is neither white space nor comment."""
    end = len(text)
    while at < end:
        character = text[at]
        if character.isalnum():
            break
        if character.isspace() or character == ";":
            at += 1
        elif text.startswith("--", at):
            newline = text.find("\n", at)
            at = len(text) if newline < 0 else newline + 1
        elif text.startswith("/*", at):
            at = _comment_end(text, at)
        else:
            break
    return at


def _comment_end(text: str, at: int) -> int:
    depth = 0
    while at < len(text):
        if text.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif text.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                break
        else:
            at += 1
    return at
