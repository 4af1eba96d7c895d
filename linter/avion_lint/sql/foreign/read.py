"""A text of another database's SQL, statement by statement, each as far as sqlglot understands it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import Token
from sqlglot import expressions as e
from sqlglot.dialects.dialect import Dialect as Reader
from sqlglot.errors import ParseError, TokenError

from avion_lint.pattern import pattern
from avion_lint.record import record, replace
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.foreign.actions import actions_of
from avion_lint.sql.foreign.alter import alter
from avion_lint.sql.foreign.clauses import Clauses, clauses
from avion_lint.sql.foreign.split import Blocks, Piece, pieces, word
from avion_lint.sql.foreign.tokens import created_table, renamed_tables, routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# sqlglot's dialect for each of ours; it knows no H2, whose SQL is near to the standard.
_READERS = {
    "mysql": "mysql",
    "sqlite": "sqlite",
    "tsql": "tsql",
    "clickhouse": "clickhouse",
    "h2": "",
    "other": "",
}
_TITLES = {"mysql": "MySQL", "sqlite": "SQLite", "tsql": "SQL Server", "clickhouse": "ClickHouse", "h2": "H2"}

# Commands that sqlglot does not know or refuses, but that are told by their first words.
_COMMANDS = frozenset({
    "ATTACH", "BACKUP", "CALL", "CHECK", "CHECKPOINT", "CHECKSUM", "CLOSE", "DEALLOCATE", "DECLARE",
    "DENY", "DETACH", "DO", "EXCHANGE", "FETCH", "FLUSH", "HANDLER", "IMPORT", "INSTALL", "KILL",
    "LOAD", "LOCK", "MERGE", "OPEN", "OPTIMIZE", "PRINT", "PURGE", "RAISERROR", "RECONFIGURE",
    "REINDEX", "REPAIR", "REPLACE", "RESET", "RESIGNAL", "RESTORE", "SCRIPT", "SHUTDOWN", "SIGNAL",
    "START", "STOP", "SYSTEM", "THROW", "UNDROP", "UNLOCK", "VACUUM", "WAITFOR", "XA",
})  # fmt: skip
_TRANSACTION_WORDS = {
    "SAVEPOINT": a.TransactionWord.SAVEPOINT,
    "SAVE": a.TransactionWord.SAVEPOINT,
    "RELEASE": a.TransactionWord.RELEASE,
    "END": a.TransactionWord.COMMIT,
}
_EXECUTABLE_COMMENT = pattern(r"(/\*!\d{0,6})(.*?)(\*/)", re.DOTALL)
_GO = pattern(r"^([ \t]*)(?P<go>GO)([ \t\r]*)$", re.IGNORECASE | re.MULTILINE)
_MISSING = pattern(r"Missing (?P<mark>\S+) from \d+:(?P<start>\d+)")
_LONG = 2000  # tokens; of a longer INSERT … VALUES only the first rows are parsed


class UnreadableError(Exception):
    """sqlglot gives up; `offset` is where in the text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@record
class _Source:
    """A text that is being read, and how."""

    text: str
    dialect: str
    reader: Reader

    def unreadable(self, why: str, offset: int) -> UnreadableError:
        title = _TITLES.get(self.dialect)
        return UnreadableError(f"cannot be read{f' as SQL for {title}' if title else ''}: {why}", offset)


def read(text: str, dialect: str) -> Iterator[tuple[int, int, tuple[a.Action, ...]]]:
    """Start, end and actions of every statement; raises UnreadableError."""
    batches: frozenset[int] = frozenset()
    text = text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text
    if dialect == "mysql":
        text = _EXECUTABLE_COMMENT.sub(_open_comment, text)
    elif dialect == "tsql":
        batches = frozenset(found.start("go") for found in _GO.finditer(text))
        text = _GO.sub(_semicolon, text)
    source = _Source(text, dialect, Reader.get_or_raise(_READERS.get(dialect, "")))
    blocks = Blocks.ANYWHERE if dialect == "tsql" else Blocks.IN_ROUTINES
    for piece in pieces(_tokens(source), blocks, batches):
        whole = replace(piece, tokens=_opened(source, piece.tokens))
        yield piece.start, piece.end, tuple(_actions(source, whole))


def _open_comment(found: re.Match[str]) -> str:
    """MySQL runs what stands in `/*! … */`; the marks give way to blanks, so that places stay."""
    return " " * len(found[1]) + found[2] + " " * len(found[3])


def _semicolon(found: re.Match[str]) -> str:
    """GO parts statements as a semicolon does, which takes its place."""
    return f"{found[1]}; {found[3]}"


def _tokens(source: _Source) -> list[Token]:
    try:
        return source.reader.tokenize(source.text)
    except TokenError as error:
        found = _MISSING.search(str(error.__cause__))
        if found:
            raise source.unreadable(f"the {found['mark']} here has no end", int(found["start"])) from error
        raise source.unreadable("a comment has no end", max(source.text.rfind("/*"), 0)) from error


def _opened(source: _Source, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Give RENAME's tokens one by one; sqlglot takes all that follows some words as one string."""
    if word(tokens[0]) != "RENAME" or len(tokens) != 2:  # noqa: PLR2004 - the word and the string
        return tokens
    return (tokens[0], *source.reader.tokenize(source.text[tokens[0].end + 1 : tokens[1].end + 1]))


def _actions(source: _Source, piece: Piece) -> Iterator[a.Action]:
    first, second, *_ = (*(word(token) for token in piece.tokens[:2]), "", "")
    span = Span(piece.start, piece.end)
    if piece.routine:
        yield routine(piece, span) or _incomplete(source, piece)
    elif (first, second) == ("RENAME", "TABLE"):
        yield from renamed_tables(piece.tokens, span) or (_incomplete(source, piece),)
    elif first in _TRANSACTION_WORDS:
        yield a.TransactionControl(span, _TRANSACTION_WORDS[first])
    elif first in _COMMANDS and second != "TRANSACTION":
        yield _command(source, span)
    elif (first, second) == ("ALTER", "TABLE"):
        yield from _alter_table(source, piece, span)
    else:
        yield from _statement(source, piece, span)


def _command(source: _Source, span: Span) -> a.Command:
    """Command by its first two words; sqlglot has them as one string for some, so the text is asked."""
    words = re.findall(r"\w+", source.text[span.start : span.end])[:2]
    return a.Command(span, " ".join(words).upper())


def _incomplete(source: _Source, piece: Piece) -> NoReturn:
    raise source.unreadable("the statement is not complete", piece.start)


def _statement(source: _Source, piece: Piece, span: Span) -> Iterator[a.Action]:
    tokens, limited = _without_top(piece.tokens)
    expression = _parse(source, _first_rows(tokens))
    if isinstance(expression, e.Condition | e.Alias):
        raise source.unreadable(f"`{tokens[0].text}` begins no statement that is known", piece.start)
    if isinstance(expression, e.Command):
        yield created_table(tokens, span) or _command(source, span)
        return
    found = tuple(actions_of(expression, span))
    if not found:
        _incomplete(source, piece)
    for action in found:
        if limited and isinstance(action, a.Update | a.Delete):
            yield replace(action, whole=False)
        else:
            yield action


def _without_top(tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], bool]:
    """Take SQL Server's `TOP (n)` out of an UPDATE or DELETE, which sqlglot does not know there."""
    if len(tokens) < 3 or word(tokens[0]) not in ("UPDATE", "DELETE") or word(tokens[1]) != "TOP":  # noqa: PLR2004
        return tokens, False
    closing = next((at for at, token in enumerate(tokens) if word(token) == ")"), 2)
    return (tokens[0], *tokens[closing + 1 :]), True


def _first_rows(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Cut a long INSERT … VALUES after a row: sqlglot reads 0.6 MB a second, and more rows tell no more."""
    if len(tokens) <= _LONG or word(tokens[0]) != "INSERT" or "VALUES" not in map(word, tokens[:_LONG]):
        return tokens
    depth = 0
    for at, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(word(token), 0)
        if at > _LONG and depth == 0 and word(token) == ")":
            return tokens[: at + 1]
    return tokens


def _parse(source: _Source, tokens: tuple[Token, ...]) -> e.Expr:
    try:
        parsed = source.reader.parser().parse(list(tokens), source.text)
    except ParseError as error:
        known = error.errors[0] if error.errors else {}
        why = str(known.get("description") or error).split("\n")[0].rstrip(".")
        raise source.unreadable(_plain(why), _offset(source.text, known, tokens)) from error
    found = [expression for expression in parsed if expression is not None]
    if len(found) != 1:
        raise source.unreadable("it is not one statement", tokens[0].start)
    return found[0]


def _plain(why: str) -> str:
    """Take sqlglot's own classes and tokens out of its messages."""
    why = re.sub(r"<Token .*?SENTINEL.*", "the end", why)
    why = re.sub(r"<Token .*? text: (.*?), line: .*", r"`\1`", why)
    return re.sub(r" for <class .*?>", "", why)


def _offset(text: str, known: dict[str, object], tokens: tuple[Token, ...]) -> int:
    """Where sqlglot stopped: it tells line and column of the last character of a token, both from 1."""
    line, column = known.get("line"), known.get("col")
    if not isinstance(line, int) or not isinstance(column, int):
        return tokens[0].start
    for token in tokens:
        if token.line == line and token.col == column:
            return token.start
    return min(tokens[-1].end + 1, len(text))


def _alter_table(source: _Source, piece: Piece, span: Span) -> Iterator[a.Action]:
    """Read it whole; where sqlglot passes over the whole or refuses it, read it clause by clause."""
    parted = clauses(piece.tokens)
    expression = _attempt(source, piece.tokens, parted)
    if isinstance(expression, e.Alter):
        exact = len(expression.args.get("actions") or ()) == len(parted.spans)
        yield from alter(expression, lambda index: parted.spans[index] if exact else span, span)
    elif not parted.parts:
        _incomplete(source, piece)
    elif parted.is_single:
        yield a.AlterTable(span, parted.table, "Other", detail=parted.words)
    else:
        for alone, place in zip(parted.alone(), parted.spans, strict=True):
            yield from (replace(action, span=place) for action in _alter_table(source, Piece(alone, ""), place))


def _attempt(source: _Source, tokens: tuple[Token, ...], parted: Clauses) -> e.Expr | None:
    try:
        return _parse(source, tokens)
    except UnreadableError:
        if parted.is_single and "PARTITION" not in parted.words:
            raise
        return None
