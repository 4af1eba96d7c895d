"""What can be told of a goose file that has no Up annotation, and of annotations that were meant as one."""

from __future__ import annotations

from avion_lint.pattern import IGNORECASE, MULTILINE, pattern
from avion_lint.runners.migration import Direction, Misread, ReadError
from avion_lint.source import Span
from avion_lint.subjects import Migration

DIRECTIVES = frozenset({Misread.DIRECTIVE_AS_COMMENT, Misread.DIRECTIVE_BY_VERSION})

# The spellings of Up that some goose reads; and whatever the eye may take for one.
_UP = pattern(r"^\ufeff?--.*\+goose\s+(?i:up)\s*$", MULTILINE)
_LIKE_UP = pattern(r"^[^\w\n]*goose[^\w\n]+up\b[^\n]*", IGNORECASE | MULTILINE)


def misspelt(migration: Migration, word: str) -> bool:
    """Whether some goose reads a line as a comment that means the annotation `word` (`Down`)."""
    spans = [misread.span for misread in migration.file.misreadings if misread.kind in DIRECTIVES]
    if not spans:
        return False
    import re  # noqa: PLC0415 - few files have such a line

    return any(re.search(rf"(?i)\b{word}\b", migration.place(span).text) for span in spans)


def lacks_up(migration: Migration) -> bool:
    """Whether goose refuses a file because it has no Up annotation."""
    section = migration.file.section(Direction.UP)
    return bool(section and section.error and _wants_up(section.error)) and not _UP.search(migration.document.text)


def meant_as_up(migration: Migration) -> Span | None:
    """Find the line that looks like an Up annotation and is none."""
    found = _LIKE_UP.search(migration.document.text)
    return Span(*found.span()) if found else None


def _wants_up(error: ReadError) -> bool:
    return "must start with '-- +goose Up' annotation, see" in error.text or "unexpected state 0" in error.text
