"""Statements that are told by their tokens, because sqlglot passes over them."""

from __future__ import annotations

from sqlglot import Token, TokenType

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.foreign.columns import dotted
from avion_lint.sql.foreign.split import Piece, word


def name_at(tokens: tuple[Token, ...], at: int) -> tuple[a.Name, int]:
    """Dotted name at that index, and the index behind it."""
    names: list[str] = []
    while at < len(tokens):
        names.append(tokens[at].text)
        at += 1
        if at >= len(tokens) or tokens[at].token_type is not TokenType.DOT:
            break
        at += 1
    return dotted(tuple(names)), at


def routine(piece: Piece, span: Span) -> a.Action | None:
    """CREATE TRIGGER, FUNCTION, PROCEDURE, EVENT: name and a trigger's table; None without a name."""
    words = [word(token) for token in piece.tokens]
    if words[0] != "CREATE":
        return a.Command(span, f"ALTER {piece.routine}")
    at = words.index(piece.routine) + 1
    while at < len(words) and words[at] in ("IF", "NOT", "EXISTS"):
        at += 1
    name, at = name_at(piece.tokens, at)
    if not name.name:
        return None
    replaced = "REPLACE" in words[1:4] or words[1:3] == ["OR", "ALTER"]
    if piece.routine != "TRIGGER":
        kind = a.ObjectKind.OTHER if piece.routine == "EVENT" else a.ObjectKind.FUNCTION
        return a.CreateObject(span, kind, name, replace=replaced)
    on = next((index for index in range(at, len(words)) if words[index] == "ON"), None)
    table = name_at(piece.tokens, on + 1)[0] if on is not None else a.Name(None, "")
    return a.CreateTrigger(span, name.name, table, replaced)


def created_table(tokens: tuple[Token, ...], span: Span) -> a.CreateTable | None:
    """CREATE TABLE with clauses that sqlglot does not know (WITHOUT ROWID …): the name at least; else None."""
    words = [word(token) for token in tokens]
    if words[0] != "CREATE" or "TABLE" not in words[1:4]:
        return None
    at = words.index("TABLE") + 1
    exists = words[at : at + 3] == ["IF", "NOT", "EXISTS"]
    name, _ = name_at(tokens, at + 3 if exists else at)
    return a.CreateTable(span, name, if_not_exists=exists, temporary="TEMP" in words[1][:4])


def renamed_tables(tokens: tuple[Token, ...], span: Span) -> tuple[a.Action, ...]:
    """RENAME TABLE a TO b, c TO d; nothing where it does not read so."""
    found = []
    at = 2
    while at < len(tokens):
        old, at = name_at(tokens, at)
        if at >= len(tokens) or word(tokens[at]) != "TO":
            return ()
        new, at = name_at(tokens, at + 1)
        found.append(a.Rename(span, a.ObjectKind.TABLE, old, new.name))
        at += 1
    return tuple(found)
