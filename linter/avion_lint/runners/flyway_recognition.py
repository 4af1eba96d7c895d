"""What Flyway recognises a statement as by its first words: whether it may run in a transaction, and COPY.

From PostgreSQLParser of Flyway 11.20.3 (the same in 10 to 13), on a server of version 12 or later.
"""

from __future__ import annotations

from itertools import product

from avion_lint.enumeration import Enum

_MOST_WORDS = 10  # Flyway looks at so many bare words outside parentheses, and at no more

_NON_TRANSACTIONAL = frozenset(
    {
        *product(("CREATE", "DROP"), ("DATABASE", "TABLESPACE", "SUBSCRIPTION")),
        *product(("CREATE", "DROP"), ("INDEX",), ("CONCURRENTLY",)),
        *product(("CREATE", "DROP"), ("UNIQUE",), ("INDEX",), ("CONCURRENTLY",)),
        *product(("REINDEX",), ("SCHEMA", "DATABASE", "SYSTEM")),
        *product(("REINDEX",), ("VERBOSE",), ("SCHEMA", "DATABASE", "SYSTEM")),
        ("ALTER", "SYSTEM"),
        ("DISCARD", "ALL"),
        ("VACUUM",),
    }
)
_BEGINNINGS = frozenset(words[:length] for words in _NON_TRANSACTIONAL for length in range(1, len(words)))


class Recognised(Enum):
    """What the words so far come to."""

    NOT_YET = 0
    TRANSACTIONAL = 1
    NON_TRANSACTIONAL = 2
    COPY_FROM_STDIN = 3


def recognise(words: tuple[str, ...]) -> Recognised:
    """Judge a statement by its bare words outside parentheses, in upper case, at least one; called word by word."""
    if words in _NON_TRANSACTIONAL:
        return Recognised.NON_TRANSACTIONAL
    if words[0] != "COPY":
        return Recognised.NOT_YET if words in _BEGINNINGS else Recognised.TRANSACTIONAL
    if words[1:][-2:] == ("FROM", "STDIN"):
        return Recognised.COPY_FROM_STDIN
    return Recognised.TRANSACTIONAL if len(words) == _MOST_WORDS else Recognised.NOT_YET
