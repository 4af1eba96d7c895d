"""How long each migration and each of its statements took, from what was seen on the wire."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.executor.proving.failure import place_of
from avion_lint.executor.proving.outcome import MigrationTime, StatementTime
from avion_lint.executor.proving.trace import Traced
from avion_lint.runners.migration import Direction


def times_of(traced: Iterable[Traced]) -> tuple[MigrationTime, ...]:
    """Times of migrations in the order in which they were run, each in each direction as it was run first."""
    found: dict[tuple[str, Direction], tuple[str, list[Traced]]] = {}
    for each in traced:
        step, known = found.setdefault((each.sent.file.path, each.sent.direction), (each.step, []))
        if each.step == step:
            known.append(each)
    return tuple(_time(path, direction, own) for (path, direction), (_, own) in found.items())


def _time(path: str, direction: Direction, own: list[Traced]) -> MigrationTime:
    statements = tuple(StatementTime(place_of(each.sent)[1], each.seconds) for each in own)
    version = own[0].sent.file.version
    name = str(version) if version else own[0].sent.file.description
    return MigrationTime(path, name, direction, sum(each.seconds for each in own), statements)
