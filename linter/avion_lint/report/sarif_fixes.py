"""Fixes as SARIF gives them: text that takes the place of regions, and new files as text in files that are empty."""

from __future__ import annotations

from avion_lint.finding import Edit, Fix
from avion_lint.report.extent import utf16_column
from avion_lint.report.sarif_places import artifact
from avion_lint.source import Document, Span

Json = dict[str, object]


def fixes(fix: Fix | None) -> list[Json]:
    """The fix as the one proposal of a result; none for None."""
    if fix is None:
        return []
    changes = [*_edited(fix), *(_made(document) for document in fix.files)]
    return [{"description": {"text": fix.title}, "artifactChanges": changes, "properties": {"safe": fix.safe}}]


def _edited(fix: Fix) -> list[Json]:
    documents = dict.fromkeys(edit.place.document for edit in fix.edits)
    return [
        {
            "artifactLocation": artifact(document.path),
            "replacements": [_replacement(edit) for edit in _in_order(fix, document)],
        }
        for document in documents
    ]


def _in_order(fix: Fix, document: Document) -> list[Edit]:
    edits = (edit for edit in fix.edits if edit.place.document is document)
    return sorted(edits, key=lambda edit: edit.place.span)


def _replacement(edit: Edit) -> Json:
    document = edit.place.document
    text = edit.text.replace("\n", "\r\n") if "\r\n" in document.text else edit.text
    return {"deletedRegion": _region(document, edit.place.span), "insertedContent": {"text": text}}


def _region(document: Document, span: Span) -> Json:
    """A region that may end at the begin of a line, so that a line end can be in it."""
    start, end = document.position(span.start), document.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": _column(document, start.line, span.start),
        "endLine": end.line,
        "endColumn": _column(document, end.line, span.end),
    }


def _column(document: Document, line: int, offset: int) -> int:
    return utf16_column(document, line, offset) if line <= document.line_count else 1


def _made(document: Document) -> Json:
    whole = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    return {
        "artifactLocation": artifact(document.path),
        "replacements": [{"deletedRegion": whole, "insertedContent": {"text": document.text}}],
    }
