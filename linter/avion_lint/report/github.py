"""The report for a GitHub Actions job: its log, annotations in the changed files, and its summary page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from avion_lint.finding import Level
from avion_lint.pattern import pattern
from avion_lint.report import markdown, text
from avion_lint.report.extent import extent
from avion_lint.report.plain import harmless_lines
from avion_lint.report.wording import LEVELS, WHOLE, place_text, plural, rule_title, unchecked_level, unchecked_path
from avion_lint.verdict import Result, Unchecked, Verdict

# Of each kind a step may make so many annotations; the runner only logs the others, and cuts every message.
ANNOTATIONS = 10
MESSAGE_LIMIT = 4096
# A larger summary is refused as a whole, with an error.
SUMMARY_LIMIT = 1024 * 1024

_UNFIT = pattern("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def render(verdict: Verdict, *, colour: bool = False, verbose: bool = False, columns: int = 100) -> str:
    """Return the text report for the log, then the annotations.

    The runner takes the annotations' lines out of the log and shows their messages without a path.
    """
    return text.render(verdict, colour=colour, verbose=verbose, columns=columns) + commands(verdict)


def commands(verdict: Verdict) -> str:
    """Return workflow commands, one a line: as many annotations as are shown, and how many more there are."""
    found = {level: list(_commands(verdict, level)) for level in LEVELS}
    shown = {level: found[level][:ANNOTATIONS] for level in LEVELS}
    if any(len(of_level) > ANNOTATIONS for of_level in found.values()):
        # The notice that says so is one of the notices.
        shown[Level.INFO] = found[Level.INFO][: ANNOTATIONS - 1]
        shown[Level.INFO].append(_more({level: len(found[level]) - len(shown[level]) for level in LEVELS}))
    return "".join(f"{command}\n" for level in LEVELS for command in shown[level])


def step_summary(verdict: Verdict) -> str:
    """Return Markdown for the file that GITHUB_STEP_SUMMARY names, small enough to be taken."""
    return markdown.page(verdict, limit=SUMMARY_LIMIT, size=lambda part: len(part.encode()))


def _commands(verdict: Verdict, level: Level) -> Iterator[str]:
    for result in verdict.results:
        if result.level is level:
            yield _result(result)
    for unchecked in verdict.unchecked:
        if unchecked_level(unchecked) is level:
            yield _unchecked(unchecked, level)


def _result(result: Result) -> str:
    finding = result.finding
    where = extent(finding.place)
    # One line, for a pull request shows an annotation under its last line, and only where that is in the
    # diff.
    properties = {
        "file": finding.place.document.path,
        "line": str(where.line),
        "endLine": str(where.line),
        "col": str(where.column),
        "endColumn": str(where.column + where.first_end - where.start),
    }
    place = {} if finding.place.document.path == WHOLE else properties
    related = [
        f"{place_text(related.place.document.path, extent(related.place).line)}: {related.message}"
        for related in finding.related
    ]
    title = {"title": rule_title(result.rule)}
    return _command(result.level, place | title, [finding.message, finding.remedy, "\n".join(related)])


def _unchecked(unchecked: Unchecked, level: Level) -> str:
    line = {"line": str(unchecked.line)} if unchecked.line is not None else {}
    file = {"file": path} if (path := unchecked_path(unchecked)) else {}
    return _command(level, file | line | {"title": "Not checked"}, [unchecked.why, unchecked.mend])


def _more(left_out: Mapping[Level, int]) -> str:
    numbers = ", ".join(plural(left_out[level], f"more {level}") for level in LEVELS if left_out[level])
    message = f"{numbers}: GitHub shows {ANNOTATIONS} annotations of a kind. The log has all of them."
    return _command(Level.INFO, {"title": "avion-lint found more"}, [message])


def _command(level: Level, properties: Mapping[str, str], paragraphs: Sequence[str]) -> str:
    name = "notice" if level is Level.INFO else str(level)
    message = "\n\n".join(filter(None, ("\n".join(harmless_lines(paragraph)) for paragraph in paragraphs)))
    if len(message) > MESSAGE_LIMIT:
        message = message[: MESSAGE_LIMIT - 1] + "…"
    pairs = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {pairs}::{_data(message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    """Escape a property as the runner unescapes it; what a terminal would obey is replaced."""
    return _data(_UNFIT.sub("�", value)).replace(":", "%3A").replace(",", "%2C")
