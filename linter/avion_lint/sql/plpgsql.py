"""What a DO block can be seen to run: the SQL statements of its PL/pgSQL body, with true places."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.record import record, replace
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.decoding import decoded
from avion_lint.sql.executed import Executed, executed
from avion_lint.sql.libpg_query import load_parser
from avion_lint.sql.parse import Node, RawStatement, SyntaxProblem, parse

Extract = Callable[[RawStatement, str], tuple[a.Action, ...]]

_LOOPS = {"loop", "while", "fori", "fors", "forc", "foreach_a", "dynfors"}
_BRANCHES = {"then_body", "elsif_list", "else_body", "case_when_list", "else_stmts", "exceptions"}


@record
class _Piece:
    """A statement of the body: its SQL, the line of the body it is on, and what stands around it.

    `written` is the expression behind EXECUTE whose value it is.
    """

    sql: str
    line: int
    loop: bool
    conditional: bool
    perform: bool = False
    written: str = ""


def do_block(statement: RawStatement, text: str, extract: Extract) -> a.DoBlock:
    """Actions of a DoStmt; where the body cannot be read, `unreadable` says why."""
    span = statement.span
    language = _argument(statement.node, "language") or "plpgsql"
    if language != "plpgsql":
        return a.DoBlock(span, language, dynamic=True, unreadable=f"body is written in {language}")
    tree = _parse_body(text[span.start : span.end])
    if isinstance(tree, str):
        return a.DoBlock(span, language, dynamic=True, unreadable=tree)
    body = _argument(statement.node, "as") or ""
    return _block(tree, text, max(text.find(body, span.start), span.start), span, extract)


def _block(tree: list[Node], text: str, at: int, span: Span, extract: Extract) -> a.DoBlock:
    pieces = tuple(_pieces(tree, loop=False, conditional=False))
    inner = tuple(made for piece in pieces for made in _inner(piece, text, at, span, extract))
    tags = {tag for tag, _ in _tagged(tree)}
    made = [_executed(node) for tag, node in _tagged(tree) if tag in _DYNAMIC]
    return a.DoBlock(
        span,
        "plpgsql",
        inner,
        commits=bool(tags & {"PLpgSQL_stmt_commit", "PLpgSQL_stmt_rollback"}),
        dynamic=any(not each.is_constant for each in made),
        hints=_hints(made),
    )


def routine_block(sql: str, extract: Extract) -> a.DoBlock | None:
    """What the body of a CREATE FUNCTION or PROCEDURE runs when it is called; None where that is not known to matter.

    A body in SQL runs its statements one after the other. What cannot be read counts as `dynamic`.
    """
    parsed = parse(sql)
    if isinstance(parsed, SyntaxProblem) or len(parsed) != 1 or parsed[0].kind != "CreateFunctionStmt":
        return None
    span = Span(0, len(sql))
    options = {item["DefElem"]["defname"]: item["DefElem"]["arg"] for item in parsed[0].node.get("options", [])}
    language = options.get("language", {}).get("String", {}).get("sval", "sql")
    body = next(iter(n.strings(options.get("as", {}).get("List", {}).get("items", []))), "")
    if language == "plpgsql":
        tree = _parse_body(sql)
        if isinstance(tree, str):
            return a.DoBlock(span, language, dynamic=True, unreadable=tree)
        return _block(tree, sql, max(sql.find(body), 0), span, extract)
    if language != "sql":
        return a.DoBlock(span, language, dynamic=True, unreadable=f"body is written in {language}")
    statements = parse(body)
    if isinstance(statements, SyntaxProblem):
        return None
    inner = tuple(a.Inner(action) for each in statements for action in extract(each, body))
    return a.DoBlock(span, language, inner)


def _hints(made: list[Executed]) -> tuple[a.Name, ...]:
    """Relations that all SQL made at run time names; () where some of it names none."""
    found = [each.relations() for each in made if not each.is_constant]
    return tuple(dict.fromkeys(name for names in found for name in names)) if all(found) else ()


def _executed(node: Node) -> Executed:
    expression = node.get("query", {}).get("PLpgSQL_expr", {})
    return executed(expression.get("query", ""))


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
        tree: list[Node] = decoded(parser.parse_plpgsql_json(sql))
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
        case "call":
            yield _Piece(node["expr"]["PLpgSQL_expr"]["query"], line, loop, conditional)
        case "perform":
            yield _Piece(node["expr"]["PLpgSQL_expr"]["query"], line, loop, conditional, perform=True)
        case "dynexecute":
            made = _executed(node)
            if made.sql is not None and made.is_constant:
                written = node["query"]["PLpgSQL_expr"]["query"]
                yield _Piece(made.sql, line, loop, conditional, written=written)


def _inner(piece: _Piece, text: str, body_at: int, block: Span, extract: Extract) -> Iterator[a.Inner]:
    """Actions of a piece, their spans moved to where they stand in `text`."""
    parsed = parse(piece.sql)
    if isinstance(parsed, SyntaxProblem):
        return
    start = _line_start(text, body_at, piece.line)
    placed = _placed(piece, text, start, block)
    for statement in parsed:
        for action in extract(statement, piece.sql):
            yield a.Inner(replace(action, span=placed(action.span)), piece.loop, piece.conditional)


def _placed(piece: _Piece, text: str, start: int, block: Span) -> Callable[[Span], Span]:
    """Where a span of the piece's SQL stands in `text`: at its words, else at the expression that makes it."""
    found = text.find(piece.sql, start, block.end)
    if found >= 0:
        return lambda span: Span(found + span.start, found + span.end)
    quoted = piece.sql.replace("'", "''")
    found = text.find(quoted, start, block.end) if piece.written else -1
    if found >= 0:
        return lambda span: Span(*(found + at + piece.sql.count("'", 0, at) for at in (span.start, span.end)))
    at = text.find(piece.written, start, block.end) if piece.written else -1
    whole = Span(at, at + len(piece.written)) if at >= 0 else _line(text, start, block)
    return lambda _: whole


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
