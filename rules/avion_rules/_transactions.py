"""Which statements of a section are committed together."""

from __future__ import annotations

from avion_lint.subjects import Migration, Statement


def transactions(migration: Migration) -> tuple[tuple[Statement, ...], ...]:
    """The Up section in groups that the server commits together: of a transaction block, or sent as one query."""
    return migration.once(_transactions)


def _transactions(migration: Migration) -> tuple[tuple[Statement, ...], ...]:
    groups: list[list[Statement]] = []
    last, in_block = None, False
    for statement in migration.up:
        before, in_block = in_block, statement.in_transaction
        if not ((before and in_block) or statement.chunk is last):
            groups.append([])
        groups[-1].append(statement)
        last = statement.chunk
    return tuple(map(tuple, groups))
