"""A chunk that a runner sends → the statements in it, and what in it is no SQL."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.parse import RawStatement, SyntaxProblem, parse, skip_blank


@record
class Sql:
    """A statement: its span in the text and what it does. `kind` names it (`AlterTableStmt`, `Create` …)."""

    span: Span
    kind: str
    actions: tuple[a.Action, ...]


@record
class Problem:
    """A stretch of the text that cannot be read as SQL, and why."""

    span: Span
    message: str


@record
class Read:
    """What a text was read as."""

    statements: tuple[Sql, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(text: str, dialect: str = "postgresql", *, sends_rows: bool = True) -> Read:
    """Statements and problems of a text; where one statement is wrong the others are still read.

    `sends_rows` tells that the runner sends what follows `COPY … FROM STDIN;` as rows, as Flyway does, and not as SQL.
    """
    if dialect != "postgresql":
        return _foreign(text, dialect)
    command = _meta_command(text) if "\\" in text else None
    if command is not None:
        return Read(problems=(command,))
    parsed = parse(text)
    if not isinstance(parsed, SyntaxProblem):
        return _extract_all(parsed, text)
    cut = _copy_data(text) if sends_rows else None
    if cut is not None:
        return read(text[:cut])
    return _piecewise(text, parsed)


def _extract_all(statements: tuple[RawStatement, ...], text: str) -> Read:
    from avion_lint.sql.extract import extract  # noqa: PLC0415 - not needed when a cache answers

    found: list[Sql] = []
    problems: list[Problem] = []
    for statement in statements:
        try:
            found.append(Sql(statement.span, statement.kind, extract(statement, text)))
        except RecursionError:
            problems.append(Problem(_head(text, statement.span.start), "expression nested too deeply to be read"))
    return Read(tuple(found), tuple(problems))


def _piecewise(text: str, whole: SyntaxProblem) -> Read:
    """Read statement by statement; the whole text's problem stands where it holds but one."""
    pieces = list(_pieces(text))
    if len(pieces) <= 1:
        return Read(problems=(Problem(_token(text, whole.offset), whole.message),))
    reads = [_shift(_one(text[piece.start : piece.end]), piece.start) for piece in pieces]
    statements = tuple(sql for part in reads for sql in part.statements)
    problems = tuple(problem for part in reads for problem in part.problems)
    return Read(statements, problems or (Problem(_token(text, whole.offset), whole.message),))


def _one(text: str) -> Read:
    command = _meta_command(text)
    if command is not None:
        return Read(problems=(command,))
    parsed = parse(text)
    if isinstance(parsed, SyntaxProblem):
        return Read(problems=(Problem(_token(text, parsed.offset), parsed.message),))
    return _extract_all(parsed, text)


def _pieces(text: str) -> Iterator[Span]:
    from avion_lint.sql.lexer import statement_ends  # noqa: PLC0415 - only for text that does not parse

    start = 0
    for end in (*statement_ends(text), len(text)):
        if skip_blank(text, start) < end:
            yield Span(start, end)
        start = end


def _shift(part: Read, by: int) -> Read:
    from avion_lint.record import replace  # noqa: PLC0415 - only for text that does not parse

    def moved(span: Span) -> Span:
        return Span(span.start + by, span.end + by)

    statements = tuple(
        replace(
            sql,
            span=moved(sql.span),
            actions=tuple(_shift_action(action, by) for action in sql.actions),
        )
        for sql in part.statements
    )
    return Read(statements, tuple(replace(problem, span=moved(problem.span)) for problem in part.problems))


def _shift_action(action: a.Action, by: int) -> a.Action:
    from avion_lint.record import replace  # noqa: PLC0415 - only for text that does not parse

    span = Span(action.span.start + by, action.span.end + by)
    if isinstance(action, a.DoBlock):
        inner = tuple(replace(item, action=_shift_action(item.action, by)) for item in action.inner)
        return replace(action, span=span, inner=inner)
    return replace(action, span=span)


def _meta_command(text: str) -> Problem | None:
    if "\\" not in text:
        return None
    start = skip_blank(text, 0)
    if not text.startswith("\\", start):
        return None
    head = _head(text, start)
    word = text[head.start : head.end].split(maxsplit=1)[0] if head.end > head.start else "\\"
    message = f"{word} is a command of psql; the runner sends it to the server, which knows no such thing"
    return Problem(head, message)


def _copy_data(text: str) -> int | None:
    """Where the data of `COPY … FROM STDIN;` begins, None where the text is no such thing."""
    from avion_lint.sql.lexer import statement_ends  # noqa: PLC0415 - only for text that does not parse

    start = skip_blank(text, 0)
    if text[start : start + 4].lower() != "copy":
        return None
    end = next(iter(statement_ends(text)), None)
    if end is None or "stdin" not in text[start:end].lower():
        return None
    return end


def _head(text: str, start: int) -> Span:
    """From `start` to the end of its line."""
    newline = text.find("\n", start)
    return Span(start, len(text) if newline < 0 else newline)


def _token(text: str, offset: int) -> Span:
    """The word or sign at an offset; at the end of the text the last one before it."""
    offset = min(offset, len(text))
    if not text[offset:].strip():
        offset = max(len(text.rstrip()) - 1, 0)
        while offset > 0 and (text[offset - 1].isalnum() or text[offset - 1] == "_"):
            offset -= 1
    end = offset
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return Span(offset, min(max(end, offset + 1), len(text)))


def _foreign(text: str, dialect: str) -> Read:
    from avion_lint.sql import dialects  # noqa: PLC0415 - 100 ms that only other databases need

    found = dialects.statements(text, dialect)
    if isinstance(found, SyntaxProblem):
        return Read(problems=(Problem(_token(text, found.offset), found.message),))
    return Read(tuple(Sql(Span(item.start, item.end), "", item.actions) for item in found))
