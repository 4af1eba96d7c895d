"""Places as SARIF gives them: percent-encoded URIs, and regions in UTF-16 code units."""

from __future__ import annotations

from urllib.parse import quote

from avion_lint.report.extent import extent, utf16_column
from avion_lint.source import Place

Json = dict[str, object]


def one_line(place: Place) -> Json:
    """Physical location of a place's first line.

    GitHub shows a result in a pull request only where all its lines are in the diff.
    """
    where, document = extent(place), place.document
    return {
        "artifactLocation": artifact(document.path),
        "region": {
            "startLine": where.line,
            "startColumn": utf16_column(document, where.line, where.start),
            "endLine": where.line,
            "endColumn": utf16_column(document, where.line, where.first_end),
        },
    }


def whole(place: Place) -> Json:
    """Physical location of all lines of a place."""
    where, document = extent(place), place.document
    return {
        "artifactLocation": artifact(document.path),
        "region": {
            "startLine": where.line,
            "startColumn": utf16_column(document, where.line, where.start),
            "endLine": where.end_line,
            "endColumn": utf16_column(document, where.end_line, where.end),
        },
    }


def artifact(path: str) -> Json:
    """Artifact location of a path from the repository's root; an absolute path becomes a file URI."""
    uri = quote(path or ".", errors="surrogateescape")
    return {"uri": f"file://{uri}"} if uri.startswith("/") else {"uri": uri, "uriBaseId": "%SRCROOT%"}
