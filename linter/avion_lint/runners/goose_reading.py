"""What goose makes of one direction of a file, and how each query came about."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.runners.goose_annotations import AnnotationLine
from avion_lint.runners.migration import Chunk, Direction, ReadError
from avion_lint.source import Span


@record
class Query:
    """A chunk and how it came about.

    `block` tells that it ends at a StatementEnd; then `before_block` is the number of its characters that stand
    before the StatementBegin.
    """

    chunk: Chunk
    block: bool = False
    before_block: int = 0


@record
class Reading:
    """What goose makes of a file when it runs one direction.

    `annotations` are the lines it understood, `lost` lines that it takes out of the file without a word, and
    `substituted` lines that ENVSUB has changed.
    """

    direction: Direction
    transaction: bool
    annotations: tuple[AnnotationLine, ...]
    queries: tuple[Query, ...] = ()
    lost: tuple[Span, ...] = ()
    substituted: tuple[Span, ...] = ()
    error: ReadError | None = None
