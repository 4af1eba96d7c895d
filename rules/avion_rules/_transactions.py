"""Which statements of a section are committed together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.subjects import Statement


def transactions(statements: Iterable[Statement]) -> Iterator[tuple[Statement, ...]]:
    """Statements in groups that the server commits together: those of a transaction block, or sent as one query."""
    group: list[Statement] = []
    for statement in statements:
        if group and not _together(group[-1], statement):
            yield tuple(group)
            group = []
        group.append(statement)
    if group:
        yield tuple(group)


def _together(one: Statement, other: Statement) -> bool:
    return (one.in_transaction and other.in_transaction) or one.chunk is other.chunk
