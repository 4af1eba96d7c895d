"""PostgreSQL's lexical rules: where comments, strings and quoted names stand, and where statements end."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.enumeration import IntEnum
from avion_lint.pattern import DOTALL, IGNORECASE, VERBOSE, pattern
from avion_lint.record import record
from avion_lint.source import Span


class Lexeme(IntEnum):
    """What a stretch of SQL is that may hide a semicolon, or the semicolon itself."""

    LINE_COMMENT = 1
    BLOCK_COMMENT = 2
    STRING = 3  # '…', E'…', B'…', U&'…'; the quotes belong to it, letters before them do not
    NAME = 4  # "…"
    DOLLAR = 5  # $tag$…$tag$
    SEMICOLON = 6


COMMENTS = frozenset({Lexeme.LINE_COMMENT, Lexeme.BLOCK_COMMENT})


@record
class Token:
    """One lexeme at `[start, end)`; not `closed` where the text ends before the token does."""

    kind: Lexeme
    start: int
    end: int
    closed: bool = True


# One leading character, so that the engine can leap over code; then what can be taken in whole. A line comment ends
# at either half of a line end, as in the server's scanner. Letters of names are said by what they are not: `re` takes
# milliseconds to compile a class that reaches to the last character.
_START = pattern(
    r"""[;'"$/-](?:
      (?<=;)
    | (?<=')(?<![eE].)[^']*+'
    | (?<=-)-[^\n\r]*+
    | (?<=")[^"]*+"
    | (?<=/)\*
    | (?<=\$)(?:[0-9]++|(?:[^\x00-@[-^`{-\x7f][^\x00-/:-@[-^`{-\x7f]*+)?\$)
    | (?<=['"]))""",
    VERBOSE | DOTALL,
)
_KINDS = {
    ";": Lexeme.SEMICOLON,
    "'": Lexeme.STRING,
    "-": Lexeme.LINE_COMMENT,
    '"': Lexeme.NAME,
    "/": Lexeme.BLOCK_COMMENT,
    "$": Lexeme.DOLLAR,
}
_NAME_REST = pattern(r"[^\x00-#%-/:-@[-^`{-\x7f]*+")
_COMMENT_MARK = pattern(r"/\*|\*/")
_ESCAPED_BODY = pattern(r"(?:[^'\\]++|\\.|'')*+", DOTALL)
# Two literals count as one where at least one line end, and perhaps comments, stand between them.
_CONTINUED = pattern(r"(?:[ \t\f\v]|--[^\n\r]*)*+[\n\r](?:[ \t\f\v\n\r]|--[^\n\r]*[\n\r])*+'")


def tokens(text: str) -> Iterator[Token]:
    """Comments, strings, quoted names and semicolons in order; what stands between them is plain code.

    An unterminated token reaches to the end of the text. Assumes `standard_conforming_strings`, as every server
    does unless told otherwise.
    """
    return _tokens(text, 0, 0)


def _tokens(text: str, at: int, boundary: int) -> Iterator[Token]:
    """Tokens from `at` on; `boundary` is where the token before ends, so that a name may not begin earlier."""
    search = _START.search
    while found := search(text, at):
        begin, end = found.span()
        first = text[begin]
        closed = True
        if first == "$":
            if _in_name(text, begin, boundary):
                name = _NAME_REST.match(text, begin)
                at = name.end() if name else end
                continue
            if text[end - 1] != "$":
                at = boundary = end  # a parameter
                continue
            end, closed = _after(text, text[begin:end], end)
        elif first == "/":
            end, closed = _block_comment_end(text, begin)
        elif end == begin + 1 and first != ";":
            end, closed = _string_end(text, begin, boundary) if first == "'" else (len(text), False)
        yield Token(_KINDS[first], begin, end, closed)
        at = boundary = end


def _in_name(text: str, at: int, boundary: int) -> bool:
    """Whether a name that begins after `boundary` reaches up to `at`; digits and dollars alone begin none."""
    while at > boundary and text[at - 1] in "0123456789$":
        at -= 1
    return at > boundary and (text[at - 1].isalpha() or text[at - 1] == "_" or text[at - 1] >= "\x80")


def _after(text: str, mark: str, start: int) -> tuple[int, bool]:
    at = text.find(mark, start)
    return (len(text), False) if at < 0 else (at + len(mark), True)


def _string_end(text: str, quote: int, boundary: int) -> tuple[int, bool]:
    escapes = text[quote - 1 : quote] in ("e", "E")
    if not escapes or _in_name(text, quote - 1, boundary):
        return _after(text, "'", quote + 1)
    at = quote + 1
    while True:
        body = _ESCAPED_BODY.match(text, at)
        end = body.end() if body else at
        if end >= len(text) or text[end] != "'":
            return len(text), False
        following = _CONTINUED.match(text, end + 1)
        if following is None:
            return end + 1, True
        at = following.end()


def _block_comment_end(text: str, start: int) -> tuple[int, bool]:
    depth = 0
    for mark in _COMMENT_MARK.finditer(text, start):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end(), True
    return len(text), False


# Code and whole tokens up to the next semicolon, or to a token that needs a closer look.
_CODE = r"""(?:[^'"$/;-]++|(?<![eE])'[^']*+'|"[^"]*+"|-(?!-)|/(?!\*)|--[^\n\r]*+)*+"""
_PLAIN = pattern(_CODE)
_WHOLE = pattern(_CODE + r";(?:\s++|--[^\n\r]*+)*+")
_BLANK = pattern(r"(?:\s++|--[^\n\r]*+)*+")
_GAP = r"(?:\s|--[^\n\r]*+|(?>/\*.*?\*/))++"
# The statements inside which PostgreSQL's grammar has semicolons: BEGIN ATOMIC bodies and the list of a rule.
_COMPOUND = pattern(rf"CREATE{_GAP}(?:OR{_GAP}REPLACE{_GAP})?(FUNCTION|PROCEDURE|RULE)\b", IGNORECASE | DOTALL)
_BLOCK_WORD = pattern(r"(?<![\w$])(?:begin\s+atomic|case|end)(?![\w$])", IGNORECASE)


def statement_ends(text: str) -> list[int]:
    """Offsets of the semicolons that end a statement; what follows the last one may be a further statement.

    A semicolon inside a BEGIN ATOMIC body or the parentheses of a CREATE RULE ends none.
    """
    ends: list[int] = []
    at = 0
    while at < len(text):
        head = code_start(text, at)
        compound = _COMPOUND.match(text, head)
        end = _compound_end(text, head, compound.group(1)) if compound else _plain_end(text, head)
        if end < len(text):
            ends.append(end)
        at = end + 1
    return ends


def is_whole_statement(text: str) -> bool:
    """Whether a text is one statement, from its first character to its semicolon; comments may follow."""
    # What may hold nested semicolons begins with CREATE, or with a comment before it.
    if text[:1] not in ("/", "-") and _WHOLE.fullmatch(text) and not _COMPOUND.match(text):
        return True
    ends = statement_ends(text)
    return len(ends) == 1 and "/*" not in text[ends[0] :] and code_start(text, ends[0] + 1) == len(text)


def code_start(text: str, at: int) -> int:
    """Offset of the first code at or after `at`, past white space and comments; the text's length if there is none.

    `at` must not lie inside a token.
    """
    while True:
        blank = _BLANK.match(text, at)
        at = blank.end() if blank else at
        if not text.startswith("/*", at):
            return at
        at = _block_comment_end(text, at)[0]


def _plain_end(text: str, at: int) -> int:
    boundary = at
    while True:
        plain = _PLAIN.match(text, at)
        at = plain.end() if plain else at
        if at >= len(text) or text[at] == ";":
            return at
        token = next(_tokens(text, at, boundary), None)
        if token is None or token.kind is Lexeme.SEMICOLON:
            return token.start if token else len(text)
        at = boundary = token.end


def _compound_end(text: str, at: int, kind: str) -> int:
    nesting = 0
    for token in _tokens(text, at, at):
        nesting = _nesting(text, at, token.start, kind, nesting)
        if token.kind is Lexeme.SEMICOLON and nesting <= 0:
            return token.start
        at = token.end
    return len(text)


def _nesting(text: str, start: int, end: int, kind: str, nesting: int) -> int:
    if kind.upper() == "RULE":
        return nesting + text.count("(", start, end) - text.count(")", start, end)
    for word in _BLOCK_WORD.finditer(text, start, end):
        match word.group()[0]:
            case "b" | "B":
                nesting += 1
            case "c" | "C":
                nesting += nesting > 0
            case _:
                nesting -= nesting > 0
    return nesting


def comments(text: str) -> Iterator[Span]:
    """Comments in order, with their marks; a line comment's span ends before its line end."""
    return (Span(token.start, token.end) for token in tokens(text) if token.kind in COMMENTS)


def opaque_spans(text: str) -> list[Span]:
    """Comments, strings, quoted names and dollar-quoted bodies in order: where nothing is code."""
    return [Span(token.start, token.end) for token in tokens(text) if token.kind is not Lexeme.SEMICOLON]
