"""The simplest YAML there is, read without a YAML parser: words under keys, two levels deep.

The policies that ship are written so, and every run reads one; PyYAML's import alone would cost 20 ms.
"""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import Document, Span
from avion_lint.yaml.nodes import Entry, Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

_LINE = pattern(r"(?P<indent>  )?(?P<key>[a-z][a-z0-9-]*):(?: (?P<value>[a-z0-9][a-z0-9-]*))?(?: +#.*)?")


@record
class _Line:
    indented: bool
    key: Scalar
    value: Scalar | None


def read_flat(document: Document) -> Mapping | None:
    """Read the same nodes as reader.load gives; None where the file is not of this form or not right."""
    lines = _lines(document)
    entries: list[Entry] = []
    at = 0
    while at < len(lines):
        end = next((n for n in range(at + 1, len(lines)) if not lines[n].indented), len(lines))
        entry = _entry(lines[at], lines[at + 1 : end])
        if entry is None:
            return None
        entries.append(entry)
        at = end
    return _mapping(entries)


def _lines(document: Document) -> list[_Line]:
    """Every line that is not blank or a comment; none at all where one has another form."""
    lines: list[_Line] = []
    offset = 0
    for text in document.text.split("\n"):
        if text and not text.lstrip(" ").startswith("#"):
            match = _LINE.fullmatch(text)
            if match is None:
                return []
            value = _scalar(match, "value", offset) if match["value"] else None
            lines.append(_Line(bool(match["indent"]), _scalar(match, "key", offset), value))
        offset += len(text) + 1
    return lines


def _scalar(line: re.Match[str], group: str, offset: int) -> Scalar:
    return Scalar(Span(offset + line.start(group), offset + line.end(group)), line[group])


def _entry(head: _Line, inside: list[_Line]) -> Entry | None:
    """Pair a key of the outer level with its word, or with the lines under it."""
    if head.indented or (head.value and inside):
        return None
    if head.value:
        return Entry(head.key, head.value)
    inner = [Entry(line.key, line.value) for line in inside if line.value]
    value = _mapping(inner) if len(inner) == len(inside) else None
    return Entry(head.key, value) if value else None


def _mapping(entries: list[Entry]) -> Mapping | None:
    if not entries or len({entry.key.text for entry in entries}) < len(entries):
        return None
    return Mapping(Span(entries[0].key.span.start, entries[-1].value.span.end), tuple(entries))
