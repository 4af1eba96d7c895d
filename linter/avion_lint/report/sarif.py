"""The report as SARIF 2.1.0, shaped so that GitHub code scanning takes and shows all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from avion_lint import __version__
from avion_lint.finding import Finding, Related
from avion_lint.pages.model import Page
from avion_lint.record import record
from avion_lint.report.extent import extent
from avion_lint.report.json_text import dumped
from avion_lint.report.line_hash import line_hashes
from avion_lint.report.sarif_fixes import fixes
from avion_lint.report.sarif_places import artifact, one_line, whole
from avion_lint.report.sarif_rules import descriptor, rules_of, sarif_level
from avion_lint.report.sarif_text import limited, link, plain
from avion_lint.report.wording import unchecked_level, unchecked_path
from avion_lint.source import Document
from avion_lint.verdict import Result, Suppressed, SuppressedBy, Unchecked, Verdict

Json = dict[str, object]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

# GitHub refuses a run with more results, and shows no more than so many related places.
RESULT_LIMIT = 25_000
RELATED_LIMIT = 100
# No limit is known; nobody reads more of an alert.
MESSAGE_LIMIT = 4_000


@record
class _Shown:
    """A result to be written, and what suppresses it."""

    result: Result
    suppressed: Suppressed | None = None


def render(verdict: Verdict, pages: Mapping[str, Page] | None = None, *, include_suppressed: bool = False) -> str:
    """Return the report as SARIF text; equal verdicts give equal text.

    `pages` gives the rules' pages by rule id. Suppressed results are left out unless asked for,
    because GitHub opens alerts for them as for any other (github/codeql-action issue 1230).
    """
    return "".join(parts(verdict, pages, include_suppressed=include_suppressed))


def parts(
    verdict: Verdict, pages: Mapping[str, Page] | None = None, *, include_suppressed: bool = False
) -> Iterator[str]:
    """The same in parts."""
    results = [_Shown(result) for result in verdict.results]
    if include_suppressed:
        results += [_Shown(suppressed.result, suppressed) for suppressed in verdict.suppressed]
        results.sort(key=lambda shown: (*shown.result.finding.place.sort_key, shown.result.rule.id))
    kept = _kept(results)
    run = _run(verdict, kept, pages or {}, mark_suppressed=include_suppressed)
    run["invocations"] = [_invocation(verdict.unchecked, len(results) - len(kept))]
    return dumped({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, depth=6)


def _kept(results: list[_Shown]) -> list[_Shown]:
    """As many as GitHub takes, the heaviest, in their order."""
    heaviest = sorted(range(len(results)), key=lambda index: -results[index].result.level)[:RESULT_LIMIT]
    return [results[index] for index in sorted(heaviest)]


def _run(verdict: Verdict, results: list[_Shown], pages: Mapping[str, Page], *, mark_suppressed: bool) -> Json:
    rules = rules_of(verdict)
    index = {enabled.rule.id: number for number, enabled in enumerate(rules)}
    hashes = _hashes([shown.result for shown in results])
    return {
        "tool": {
            "driver": {
                "name": "avion-lint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [descriptor(enabled, pages.get(enabled.rule.id)) for enabled in rules],
            }
        },
        # Up to its last slash this is the category, by which an upload replaces the one before.
        "automationDetails": {"id": "avion-lint/"},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "results": (
            _result(shown, index[shown.result.rule.id], hashes, mark_suppressed=mark_suppressed) for shown in results
        ),
    }


def _hashes(results: Sequence[Result]) -> dict[tuple[Document, int], str]:
    """GitHub's hash of every line that a result stands on."""
    lines: dict[Document, set[int]] = {}
    for result in results:
        place = result.finding.place
        lines.setdefault(place.document, set()).add(extent(place).line)
    return {
        (document, line): line_hash
        for document, wanted in lines.items()
        for line, line_hash in line_hashes(document.text, wanted).items()
    }


def _result(
    shown: _Shown, rule_index: int, hashes: Mapping[tuple[Document, int], str], *, mark_suppressed: bool
) -> Json:
    result, place = shown.result, shown.result.finding.place
    line_hash = hashes.get((place.document, extent(place).line))
    return {
        "ruleId": result.rule.id,
        "ruleIndex": rule_index,
        "level": sarif_level(result.level),
        "message": {"text": _message(result.finding)},
        "locations": [{"physicalLocation": one_line(place)}],
        "relatedLocations": _related_locations(result.finding),
        "partialFingerprints": {
            **({"primaryLocationLineHash": line_hash} if line_hash else {}),
            "avionLint/v1": result.fingerprint,
        },
        **({"fixes": proposed} if (proposed := fixes(result.finding.fix)) else {}),
        **({"suppressions": _suppressions(shown.suppressed)} if mark_suppressed else {}),
    }


def _suppressions(suppressed: Suppressed | None) -> list[Json]:
    if not suppressed:
        return []
    kind = "inSource" if suppressed.by is SuppressedBy.COMMENT else "external"
    return [{"kind": kind, "status": "accepted", "justification": plain(suppressed.reason or suppressed.by)}]


def _message(finding: Finding) -> str:
    """Message, links to the related places, then the remedy, each a paragraph."""
    links = [link(related.message, number) for number, related in enumerate(_related(finding), 1)]
    paragraphs = (
        limited(plain(finding.message), MESSAGE_LIMIT),
        "See: " + "; ".join(links) + "." if links else "",
        limited(plain(finding.remedy), MESSAGE_LIMIT),
    )
    return "\n\n".join(filter(None, paragraphs))


def _related(finding: Finding) -> Sequence[Related]:
    return finding.related[: RELATED_LIMIT - 1]


def _related_locations(finding: Finding) -> list[Json]:
    locations: list[Json] = [
        {"id": number, "physicalLocation": one_line(related.place), **_with_message(related.message)}
        for number, related in enumerate(_related(finding), 1)
    ]
    where = extent(finding.place)
    if where.goes_on:
        message = _with_message(f"The whole of it, lines {where.line} to {where.end_line}.")
        locations.append({"id": len(locations) + 1, "physicalLocation": whole(finding.place), **message})
    return locations


def _with_message(text: str) -> Json:
    shown = limited(plain(text), MESSAGE_LIMIT)
    return {"message": {"text": shown}} if shown else {}


def _invocation(unchecked: Sequence[Unchecked], left_out: int) -> Json:
    notifications = [_unchecked(entry) for entry in unchecked]
    failed = any(notification["level"] == "error" for notification in notifications)
    if left_out:
        notifications.append(_left_out(left_out))
    return {"executionSuccessful": not failed, "toolExecutionNotifications": notifications}


def _unchecked(unchecked: Unchecked) -> Json:
    location: Json = {"artifactLocation": artifact(unchecked.path)}
    if unchecked.line is not None:
        location["region"] = {"startLine": max(1, unchecked.line)}
    text = "\n\n".join(filter(None, (plain(unchecked.why), plain(unchecked.mend))))
    return {
        "descriptor": {"id": "unchecked"},
        "level": sarif_level(unchecked_level(unchecked)),
        "message": {"text": limited(text, MESSAGE_LIMIT)},
        **({"locations": [{"physicalLocation": location}]} if unchecked_path(unchecked) else {}),
    }


def _left_out(number: int) -> Json:
    text = f"{number:,} more results are left out, the lightest: GitHub takes at most {RESULT_LIMIT:,} in a run."
    return {
        "descriptor": {"id": "results-left-out"},
        "level": "warning",
        "message": {"text": text},
    }
