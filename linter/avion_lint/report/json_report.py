"""The report for programs; `report.schema.json` beside this module describes it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Fix, Level
from avion_lint.report.extent import extent
from avion_lint.report.json_text import dumped
from avion_lint.source import Place
from avion_lint.verdict import Result, Suppressed, Unchecked, Verdict

VERSION = 1

Json = dict[str, object]


def render(verdict: Verdict) -> str:
    """Return the report as JSON text; equal verdicts give equal text."""
    return "".join(parts(verdict))


def parts(verdict: Verdict) -> Iterator[str]:
    """The same in parts."""
    return dumped(
        {
            "version": VERSION,
            "summary": _summary(verdict),
            "findings": map(_finding, verdict.results),
            "suppressed": map(_suppressed, verdict.suppressed),
            "unchecked": [_unchecked(unchecked) for unchecked in verdict.unchecked],
            "judged": dict(sorted(verdict.judged.items())),
        },
        depth=2,
    )


def _summary(verdict: Verdict) -> Json:
    scope = verdict.scope
    return {
        "errors": verdict.count(Level.ERROR),
        "warnings": verdict.count(Level.WARNING),
        "infos": verdict.count(Level.INFO),
        "suppressed": len(verdict.suppressed),
        "unchecked": len(verdict.unchecked),
        "services": scope.services,
        "migrations": scope.migrations,
        "applied": scope.applied,
        "judged": scope.judged,
        "beside": scope.beside,
        "assumed": scope.assumed,
        "notes": list(scope.notes),
    }


def _finding(result: Result) -> Json:
    finding = result.finding
    return {
        "id": result.rule.id,
        "rule": result.rule.name,
        "level": str(result.level),
        **_place(finding.place),
        "message": finding.message,
        "remedy": finding.remedy,
        "related": [{**_place(related.place), "message": related.message} for related in finding.related],
        "fingerprint": result.fingerprint,
        "service": result.service,
        "fix": _fix(finding.fix) if finding.fix else None,
    }


def _fix(fix: Fix) -> Json:
    return {
        "title": fix.title,
        "safe": fix.safe,
        "edits": [{**_exact(edit.place), "text": edit.text} for edit in fix.edits],
        "files": [{"path": document.path, "text": document.text} for document in fix.files],
    }


def _exact(place: Place) -> Json:
    """Where an edit begins and ends; the end may be the begin of a line, so that a line end is in it."""
    return {
        "path": place.document.path,
        "line": place.start.line,
        "column": place.start.column,
        "end_line": place.end.line,
        "end_column": place.end.column,
    }


def _place(place: Place) -> Json:
    where = extent(place)
    return {
        "path": place.document.path,
        "line": where.line,
        "column": where.column,
        "end_line": where.end_line,
        "end_column": where.end_column,
    }


def _suppressed(suppressed: Suppressed) -> Json:
    return {**_finding(suppressed.result), "by": str(suppressed.by), "reason": suppressed.reason}


def _unchecked(unchecked: Unchecked) -> Json:
    return {
        "path": unchecked.path,
        "line": unchecked.line,
        "why": unchecked.why,
        "mend": unchecked.mend,
        "blocks": unchecked.blocks,
    }
