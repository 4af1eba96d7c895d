"""What a DO block can be seen to run: the SQL statements of its PL/pgSQL body, with true places."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from avion_lint.record import record, replace
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.libpg_query import load_parser
from avion_lint.sql.parse import Node, RawStatement, SyntaxProblem, parse

Extract = Callable[[RawStatement, str], tuple[a.Action, ...]]

_LOOPS = {"loop", "while", "fori", "fors", "forc", "foreach_a", "dynfors"}
_BRANCHES = {"then_body", "elsif_list", "else_body", "case_when_list", "else_stmts", "exceptions"}


@record
class _Piece:
    """A statement of the body: its SQL, the line of the body it is on, and what stands around it."""

    sql: str
    line: int
    loop: bool
    conditional: bool
    perform: bool = False


def do_block(statement: RawStatement, text: str, extract: Extract) -> a.DoBlock:
    """Actions of a DoStmt; where the body cannot be read, `unreadable` says why."""
    span = Span(statement.start, statement.end)
    language = _argument(statement.node, "language") or "plpgsql"
    if language != "plpgsql":
        return a.DoBlock(span, language, dynamic=True, unreadable=f"body is written in {language}")
    tree = _parse_body(text[span.start : span.end])
    if isinstance(tree, str):
        return a.DoBlock(span, language, dynamic=True, unreadable=tree)
    body = _argument(statement.node, "as") or ""
    at = max(text.find(body, span.start), span.start)
    pieces = tuple(_pieces(tree, loop=False, conditional=False))
    inner = tuple(made for piece in pieces for made in _inner(piece, text, at, span, extract))
    tags = {tag for tag, _ in _tagged(tree)}
    return a.DoBlock(
        span,
        language,
        inner,
        commits=bool(tags & {"PLpgSQL_stmt_commit", "PLpgSQL_stmt_rollback"}),
        dynamic=any(_is_dynamic(node) for tag, node in _tagged(tree) if tag in _DYNAMIC),
    )


_DYNAMIC = {"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"}


def _argument(node: Node, name: str) -> str | None:
    for item in node.get("args", []):
        option = item["DefElem"]
        if option["defname"] == name:
            return str(option["arg"].get("String", {}).get("sval", ""))
    return None


def _parse_body(sql: str) -> list[Node] | str:
    parser = load_parser()
    try:
        tree: list[Node] = json.loads(parser.parse_plpgsql_json(sql))
    except parser.ParseError as error:
        return str(error.args[0])
    except RecursionError:
        return "body nested too deeply to be read"
    return tree


def _tagged(tree: list[Node]) -> Iterator[tuple[str, Node]]:
    return ((tag, node) for tag, node in n.walk(tree) if tag.startswith("PLpgSQL_stmt_"))


def _pieces(node: object, *, loop: bool, conditional: bool) -> Iterator[_Piece]:
    """Statements of a PL/pgSQL tree, in order of the text."""
    if isinstance(node, list):
        for item in node:
            yield from _pieces(item, loop=loop, conditional=conditional)
    elif isinstance(node, dict):
        for key, value in node.items():
            word = key.removeprefix("PLpgSQL_stmt_") if key.startswith("PLpgSQL_stmt_") else ""
            if word and isinstance(value, dict):
                yield from _own(word, value, loop=loop, conditional=conditional)
            yield from _pieces(value, loop=loop or word in _LOOPS, conditional=conditional or key in _BRANCHES)


def _own(word: str, node: Node, *, loop: bool, conditional: bool) -> Iterator[_Piece]:
    """The SQL that one PL/pgSQL statement runs by itself."""
    line = node.get("lineno", 1)
    match word:
        case "execsql":
            yield _Piece(node["sqlstmt"]["PLpgSQL_expr"]["query"], line, loop, conditional)
        case "perform":
            yield _Piece(node["expr"]["PLpgSQL_expr"]["query"], line, loop, conditional, perform=True)
        case "dynexecute":
            constant = _constant(node)
            if constant is not None:
                yield _Piece(constant, line, loop, conditional)


def _is_dynamic(node: Node) -> bool:
    return _constant(node) is None


def _constant(node: Node) -> str | None:
    """The SQL of an EXECUTE whose argument is one string literal, else None."""
    query = node.get("query", {}).get("PLpgSQL_expr", {}).get("query", "")
    parsed = parse(f"SELECT {query}")
    if isinstance(parsed, SyntaxProblem) or len(parsed) != 1:
        return None
    targets = parsed[0].node.get("targetList", [])
    value = targets[0]["ResTarget"]["val"].get("A_Const", {}) if len(targets) == 1 else {}
    return str(value["sval"].get("sval", "")) if "sval" in value else None


def _inner(piece: _Piece, text: str, body_at: int, block: Span, extract: Extract) -> Iterator[a.Inner]:
    """Actions of a piece, their spans moved to where they stand in `text`."""
    parsed = parse(piece.sql)
    if isinstance(parsed, SyntaxProblem):
        return
    start = _line_start(text, body_at, piece.line)
    found = text.find(piece.sql, start, block.end)
    for statement in parsed:
        for action in extract(statement, piece.sql):
            moved = Span(found + action.span.start, found + action.span.end)
            span = moved if found >= 0 else _line(text, start, block)
            yield a.Inner(replace(action, span=span), piece.loop, piece.conditional)


def _line_start(text: str, at: int, line: int) -> int:
    """Offset where line `line` of the body begins; a body's first line is 1."""
    for _ in range(line - 1):
        newline = text.find("\n", at)
        if newline < 0:
            break
        at = newline + 1
    return at


def _line(text: str, start: int, block: Span) -> Span:
    newline = text.find("\n", start)
    end = block.end if newline < 0 else min(newline, block.end)
    while start < end and text[start] in " \t":
        start += 1
    return Span(start, max(start, end))
