"""goose annotations that goose, or some versions of it, take for plain comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.runners.migration import Misread, Misreading
from avion_lint.subjects import Migration
from avion_rules.migrations._annotations import DIRECTIVES


@record
class _Annotation:
    """An annotation as every version of goose reads it, and what its absence leads to."""

    line: str
    effect: str


_ANNOTATIONS = {
    "up": _Annotation("-- +goose Up", "goose finds no Up section and stops with an error"),
    "down": _Annotation(
        "-- +goose Down",
        "everything below it runs as part of Up: `goose up` undoes at once what it has just done, and reports success",
    ),
    "statementbegin": _Annotation(
        "-- +goose StatementBegin", "the statement below is cut at every semicolon that ends a line"
    ),
    "statementend": _Annotation(
        "-- +goose StatementEnd", "the block goes on, and goose stops with an error at the end of the section"
    ),
    "notransaction": _Annotation(
        "-- +goose NO TRANSACTION",
        "the file runs inside a transaction, in which CREATE INDEX CONCURRENTLY and the like are refused",
    ),
    "envsubon": _Annotation("-- +goose ENVSUB ON", "no variable below is replaced"),
    "envsuboff": _Annotation("-- +goose ENVSUB OFF", "variables below go on being replaced"),
}
_OTHER = _Annotation("", "it has no effect")


@rule("MG105", subject=Migration, on=(Misread.DIRECTIVE_AS_COMMENT, Misread.DIRECTIVE_BY_VERSION), any_database=True)
def directive_not_read(migration: Migration) -> Iterator[Finding]:
    """Find an annotation that goose, or some versions of it, take for a comment."""
    for misread in migration.file.misreadings:
        if misread.kind in DIRECTIVES:
            yield _finding(migration, misread)


def _finding(migration: Migration, misread: Misreading) -> Finding:
    annotation = meant(migration.place(misread.span).text)
    if misread.kind is Misread.DIRECTIVE_BY_VERSION:
        message = f"What this line does depends on the version of goose: {misread.detail}."
    else:
        message = f"goose does not read this line, so {annotation.effect}."
    remedy = (
        f"Write `{annotation.line}` at the start of a line of its own, in just this spelling."
        if annotation.line
        else "Leave out the plus sign, so that it is a comment to every version."
    )
    return migration.finding(misread.span, message, remedy)


def meant(text: str) -> _Annotation:
    """The annotation that a line means, by its letters."""
    letters = re.sub(r"[^a-z]", "", text.lower().rpartition("goose")[2])
    return next((found for word, found in _ANNOTATIONS.items() if letters.startswith(word)), _OTHER)
