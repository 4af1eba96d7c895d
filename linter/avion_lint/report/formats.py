"""The report formats by name, each loaded only when it is asked for."""

# ruff: noqa: PLC0415 - a run needs one of these modules, and each would cost every run its import

from __future__ import annotations

from collections.abc import Iterable, Mapping

from avion_lint.enumeration import StrEnum
from avion_lint.record import field, record
from avion_lint.verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:  # a page needs what only a few runs load
    from avion_lint.pages.model import Page


class Format(StrEnum):
    """The formats that `--format` takes."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    MARKDOWN = "markdown"


@record
class Options:
    """What shapes a report; each format takes what concerns it.

    `colour`, `quiet`, `verbose` and `columns` (of the terminal) are for people. `pages` (by rule id)
    and `include_suppressed` are for SARIF.
    """

    colour: bool = False
    quiet: bool = False
    verbose: bool = False
    columns: int = 100
    pages: Mapping[str, Page] = field(default_factory=dict)
    include_suppressed: bool = False


def render(format: str, verdict: Verdict, options: Options) -> str:  # noqa: A002 - the word of the option
    """Return the report in a format: text that ends its last line, or is empty.

    Raises ValueError for a word that is no Format.
    """
    return "".join(_parts(Format(format), verdict, options))


def report(format: str, verdict: Verdict, options: Options) -> bytes:  # noqa: A002 - as above
    """Return the same in UTF-8, put together of parts, since it may be large."""
    from avion_lint.report.assembled import encoded

    return encoded(_parts(Format(format), verdict, options))


def _parts(format: Format, verdict: Verdict, options: Options) -> Iterable[str]:  # noqa: A002 - as above
    parts: Iterable[str]
    match format:
        case Format.TEXT:
            parts = _text(verdict, options)
        case Format.JSON:
            from avion_lint.report import json_report

            parts = json_report.parts(verdict)
        case Format.SARIF:
            from avion_lint.report import sarif

            parts = sarif.parts(verdict, options.pages, include_suppressed=options.include_suppressed)
        case Format.GITHUB:
            parts = (_github(verdict, options),)
        case Format.GITLAB:
            from avion_lint.report import gitlab

            parts = (gitlab.render(verdict),)
        case Format.JUNIT:
            from avion_lint.report import junit

            parts = (junit.render(verdict),)
        case Format.MARKDOWN:
            from avion_lint.report import markdown

            parts = (markdown.render(verdict),)
    return parts


def _text(verdict: Verdict, options: Options) -> Iterable[str]:
    from avion_lint.report import text

    return text.parts(
        verdict,
        colour=options.colour,
        quiet=options.quiet,
        verbose=options.verbose,
        columns=options.columns,
    )


def _github(verdict: Verdict, options: Options) -> str:
    from avion_lint.report import github

    return github.render(verdict, colour=options.colour, verbose=options.verbose, columns=options.columns)
