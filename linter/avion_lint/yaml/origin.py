"""Where each character of a scalar's text stands in the file, whatever the scalar's form."""

from __future__ import annotations

from avion_lint.source import Document, Segment, SourceMap
from avion_lint.yaml.block_origin import block_runs
from avion_lint.yaml.flow_origin import flow_runs
from avion_lint.yaml.nodes import Scalar
from avion_lint.yaml.runs import Run


def origin(document: Document, scalar: Scalar, masked: str | None = None) -> SourceMap:
    """Map every character of `scalar.text` to the document it was read from.

    An escape is the origin of its character, a line break (with the indentation after it) that of the blank or line
    feed it became. `masked` is the text that was read where the document is a template (`Template.masked`). Where the
    form is not understood, every character comes from the whole scalar.
    """
    source = document.text if masked is None else masked
    span = scalar.span
    if source[span.start : span.end] == scalar.text:
        return SourceMap.shifted(len(scalar.text), span.start)
    runs = (block_runs if scalar.style in {"|", ">"} else flow_runs)(source, scalar)
    if runs is None or not scalar.text:
        return SourceMap((Segment(0, len(scalar.text), span.start, span.end),))
    return SourceMap(_joined(runs))


def _joined(runs: list[Run]) -> tuple[Segment, ...]:
    """Make segments of runs, one of neighbours that go on where the one before ends, character by character."""
    made: list[Segment] = []
    at = 0
    for run in runs:
        end = at + run.length
        segment = Segment(at, end, run.start, run.end)
        last = made[-1] if made else None
        if last and last.is_linear and segment.is_linear and last.origin_end == run.start:
            made[-1] = Segment(last.start, end, last.origin, run.end)
        elif run.length:
            made.append(segment)
        at = end
    return tuple(made)
