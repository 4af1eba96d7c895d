"""Where the comments of a YAML file are."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Document, Span
from avion_lint.yaml.nodes import Listing, Mapping, Node, Scalar


def comments(document: Document, roots: tuple[Node, ...]) -> Iterator[Span]:
    """Spans of the comments, in order, each from its `#` to the end of its line.

    `roots` are the file's documents as read; a `#` inside a value is none.
    """
    text = document.text
    values = sorted({span for root in roots for span in _values(root, text)})
    at, value = 0, 0
    while (at := text.find("#", at)) >= 0:
        while value < len(values) and values[value].end <= at:
            value += 1
        if value < len(values) and values[value].start <= at:
            at = values[value].end
        elif at == 0 or text[at - 1] in " \t\r\n\ufeff":
            end = document.line_span(document.position(at).line).end
            yield Span(at, end)
            at = end
        else:
            at += 1


def _values(node: Node, text: str) -> Iterator[Span]:
    match node:
        case Scalar(span=span) if text[span.start : span.start + 1] in {"|", ">"}:
            # A block's first line holds only its indicators, and may end in a comment.
            line_end = text.find("\n", span.start, span.end)
            yield Span(line_end, span.end) if line_end >= 0 else Span(span.end, span.end)
        case Scalar(span=span):
            yield span
        case Listing():
            for item in node.items:
                yield from _values(item, text)
        case Mapping():
            for entry in node.entries:
                yield from _values(entry.key, text)
                yield from _values(entry.value, text)
