"""An ALTER TABLE parted into its clauses by its tokens."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Token, TokenType

from avion_lint.record import record
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.foreign.split import word
from avion_lint.sql.foreign.tokens import name_at

Tokens = tuple[Token, ...]


@record
class Clauses:
    """`ALTER TABLE name` as `head`, the table, and the tokens of each clause."""

    head: Tokens
    table: a.Name
    parts: tuple[Tokens, ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where each clause stands."""
        return tuple(Span(part[0].start, part[-1].end + 1) for part in self.parts)

    @property
    def is_single(self) -> bool:
        """Whether there is nothing to part."""
        return len(self.parts) < 2  # noqa: PLR2004 - two are parted

    @property
    def words(self) -> str:
        """The first words of the first clause, which tell what it is."""
        return " ".join(word(token) for token in self.parts[0][:2]).strip() if self.parts else ""

    def alone(self) -> Iterator[Tokens]:
        """Each clause as a statement of its own; MySQL's `ADD (a int, b int)` gives two."""
        for part in self.parts:
            goes_on = word(part[0]) not in _STARTS
            yield (*self.head, *(self.parts[0][:1] if goes_on else ()), *part)


# What begins a clause of its own; anything else goes on with the clause before: `ADD a int, b int`.
_STARTS = frozenset({
    "ADD", "ALTER", "CHANGE", "CHECK", "CLEAR", "COMMENT", "CONVERT", "DELETE", "DISABLE",
    "DISCARD", "DROP", "ENABLE", "FORCE", "FREEZE", "IMPORT", "MATERIALIZE", "MODIFY", "MOVE",
    "OPTIMIZE", "ORDER", "REBUILD", "REMOVE", "RENAME", "REORGANIZE", "REPLACE", "RESET", "SET",
    "SWITCH", "TRUNCATE", "UPDATE", "VALIDATE", "WITH", "ALGORITHM", "LOCK", "ENGINE",
    "AUTO_INCREMENT", "DEFAULT", "CHARACTER", "COLLATE", "ROW_FORMAT", "ATTACH", "DETACH", "FETCH",
    "COALESCE",
})  # fmt: skip


def clauses(tokens: Tokens) -> Clauses:
    """Part an ALTER TABLE at its commas outside parentheses."""
    at = 2
    while at < len(tokens) and word(tokens[at]) in ("IF", "EXISTS", "ONLY"):
        at += 1
    table, at = name_at(tokens, at)
    if [word(token) for token in tokens[at : at + 2]] == ["ON", "CLUSTER"]:
        at += 3
    rest = tokens[at:]
    if [word(token) for token in (*rest[:2], *rest[-1:])] == ["ADD", "(", ")"]:
        inner = _parted(rest[2:-1])
        return Clauses(tokens[:at], table, ((rest[0], *inner[0]), *inner[1:]) if inner else ())
    return Clauses(tokens[:at], table, _parted(rest))


def _parted(tokens: Tokens) -> tuple[Tokens, ...]:
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(word(token), 0)
        if depth == 0 and token.token_type is TokenType.COMMA:
            found.append([])
        else:
            found[-1].append(token)
    return tuple(tuple(clause) for clause in found if clause)
