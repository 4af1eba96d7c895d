"""Where statements of other databases end: at semicolons outside the bodies of triggers and routines."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Token, TokenType

from avion_lint.enumeration import StrEnum
from avion_lint.record import record

_NOT_WORDS = {
    TokenType.STRING,
    TokenType.NATIONAL_STRING,
    TokenType.RAW_STRING,
    TokenType.HEREDOC_STRING,
    TokenType.IDENTIFIER,
}
_ROUTINES = {"TRIGGER", "PROCEDURE", "PROC", "FUNCTION", "EVENT"}
_NO_ROUTINES = {"TABLE", "VIEW", "INDEX", "DATABASE", "SCHEMA", "SEQUENCE", "USER", "ROLE", "TYPE", "("}
# MySQL's END IF, END LOOP … close what this count never opens; END CASE closes a CASE.
_OTHER_ENDS = {"IF", "LOOP", "WHILE", "REPEAT"}
_NO_BLOCKS = {"TRAN", "TRANSACTION", "DISTRIBUTED", "DIALOG", "CONVERSATION"}


class Blocks(StrEnum):
    """Where BEGIN opens a block, and does not begin a transaction."""

    IN_ROUTINES = "in routines"
    ANYWHERE = "anywhere"


@record
class Piece:
    """Tokens of one statement without its semicolon; `routine` is TRIGGER, PROCEDURE … where it makes one."""

    tokens: tuple[Token, ...]
    routine: str

    @property
    def start(self) -> int:
        """Offset of its first character."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Offset behind its last character."""
        return self.tokens[-1].end + 1


def word(token: Token) -> str:
    """Token in upper case where it is a plain word or a sign, "" for strings and quoted names."""
    return "" if token.token_type in _NOT_WORDS else token.text.upper()


def pieces(tokens: list[Token], blocks: Blocks, batches: frozenset[int]) -> Iterator[Piece]:
    """Statements in order; `batches` are offsets of semicolons that end whatever is open (T-SQL's GO)."""
    start = 0
    while start < len(tokens):
        routine = _routine(tokens[start : start + 16])
        end = _end(tokens, start, blocks, batches, routine)
        if end > start:
            yield Piece(tuple(tokens[start:end]), routine)
        start = end + 1


def _routine(head: list[Token]) -> str:
    """Sort of routine that the statement makes, if any."""
    if not head or word(head[0]) not in ("CREATE", "ALTER"):
        return ""
    for token in head[1:]:
        if word(token) in _ROUTINES:
            return word(token)
        if word(token) in _NO_ROUTINES:
            return ""
    return ""


def _end(tokens: list[Token], start: int, blocks: Blocks, batches: frozenset[int], routine: str) -> int:
    """Index of the token that ends the statement, or of the end."""
    depth = 0
    counts = bool(routine) or blocks is Blocks.ANYWHERE
    for at in range(start, len(tokens)):
        if tokens[at].token_type is TokenType.SEMICOLON:
            whole_batch = routine and blocks is Blocks.ANYWHERE  # a T-SQL routine takes all up to GO
            if (depth <= 0 and not whole_batch) or tokens[at].start in batches:
                return at
        elif counts:
            depth += _depth_change(tokens, at)
    return len(tokens)


def _depth_change(tokens: list[Token], at: int) -> int:
    here = word(tokens[at])
    following = word(tokens[at + 1]) if at + 1 < len(tokens) else ""
    before = word(tokens[at - 1]) if at else ""
    if here == "BEGIN":
        return 0 if following in _NO_BLOCKS else 1
    if here == "CASE":
        return 0 if before == "END" else 1
    if here == "END":
        return 0 if following in _OTHER_ENDS else -1
    return 0
