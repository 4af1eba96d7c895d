"""`avion-lint [PATH …]`: judge the migrations and report."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

from avion_lint.cli.case import case_of
from avion_lint.cli.exit_codes import NOT_CHECKED, Exit, UsageError
from avion_lint.cli.output import complain, say
from avion_lint.cli.progress import progress
from avion_lint.finding import Level
from avion_lint.git import GitError
from avion_lint.judgement.judge import Case, judge, unknown
from avion_lint.record import replace
from avion_lint.report.formats import Format, Options, render
from avion_lint.report.style import wants_colour
from avion_lint.verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from avion_lint.fixer import Fixers


def lint(given: Namespace) -> int:
    """Judge, write the reports, and tell by the exit code what came of it."""
    chosen = _format(given)
    if given.diff:
        given.fix = True
    if given.unsafe_fixes and not given.fix:
        raise UsageError("--unsafe-fixes goes with --fix or --diff")
    if given.fix:
        from avion_lint.cli.fix import fix_first  # noqa: PLC0415 - changes files, which few runs ask for

        code = fix_first(given)
        if code is not None:
            return code
    verdict, fail_on = _verdict(given, chosen)
    if given.sarif or given.output:
        from avion_lint.cli.writing import write_file, write_sarif  # noqa: PLC0415 - few runs write a file
    if given.sarif:
        write_sarif(given.sarif, render(Format.SARIF, verdict, _sarif_options(verdict)))
    report = render(chosen, verdict, _options(given, verdict, chosen))
    if given.output:
        write_file(given.output, report)
    else:
        say(report)
    _step_summary(chosen, verdict)
    return Exit.CLEAN if given.exit_zero else exit_code(verdict, fail_on)


def _verdict(given: Namespace, chosen: Format) -> tuple[Verdict, Level]:
    """The verdict and the fail level; where git cannot be asked what is new, that is the verdict."""
    asked = Level.parse(given.fail_on) if given.fail_on else None
    try:
        case = case_of(given, datetime.now(tz=UTC).date())
    except GitError as error:
        return unknown(error.text, error.mend), asked or Level.ERROR
    total = sum(len(collected.files) for collected in case.gathering.services)
    with progress(total) as tick:
        return judge(_with_fixers(case, given, chosen), tick), asked or case.settings.fail_on


def _with_fixers(case: Case, given: Namespace, chosen: Format) -> Case:
    """The case with fixers, where a report is written that carries fixes."""
    if chosen not in (Format.JSON, Format.SARIF) and not given.sarif:
        return case
    return replace(case, fixers=_all_fixers)


def _all_fixers() -> Fixers:
    from avion_rules.fixes import all_fixers  # noqa: PLC0415 - only where something is found that may be mended

    return all_fixers()


def _format(given: Namespace) -> Format:
    if given.sarif == "":
        if given.format not in (None, "sarif"):
            raise UsageError("--sarif without a file makes SARIF the report; take either it or --format")
        return Format.SARIF
    if given.format:
        return Format(given.format)
    return Format.GITHUB if os.environ.get("GITHUB_ACTIONS") == "true" and not given.output else Format.TEXT


def _options(given: Namespace, verdict: Verdict, chosen: Format) -> Options:
    if chosen is Format.SARIF:
        return _sarif_options(verdict)
    on_terminal = not given.output and sys.stdout.isatty()
    return Options(
        colour=_colour(given.color, terminal=on_terminal),
        quiet=given.quiet,
        verbose=given.verbose,
        columns=_columns() if on_terminal else 100,
    )


def _colour(word: str, *, terminal: bool) -> bool:
    return word == "always" if word != "auto" else wants_colour(os.environ, terminal=terminal)


def _columns() -> int:
    try:
        return max(os.get_terminal_size().columns, 40)
    except OSError:
        return 100


def _sarif_options(verdict: Verdict) -> Options:
    from avion_lint.pages import load  # noqa: PLC0415 - pages are read for SARIF only

    return Options(
        pages={enabled.rule.id: load(enabled.rule) for enabled in verdict.rules if enabled.rule.family != "AV"}
    )


def _step_summary(chosen: Format, verdict: Verdict) -> None:
    """Add the summary to the page of the GitHub Actions run, where there is one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if chosen is not Format.GITHUB or not path:
        return
    from avion_lint.report.github import step_summary  # noqa: PLC0415 - on GitHub only

    try:
        with open(path, "a", encoding="utf-8") as summary:  # noqa: PTH123 - appending has no Path method
            summary.write(step_summary(verdict))
    except OSError as error:
        complain(f"the step summary cannot be written: {error.strerror}")


def exit_code(verdict: Verdict, fail_on: Level) -> int:
    """0 clean, 1 findings at or above the level, 3 where the only thing wrong is that something was not checked."""
    failing = [result for result in verdict.results if result.level >= fail_on]
    if any(result.rule.id not in NOT_CHECKED for result in failing):
        return Exit.FINDINGS
    if failing or any(entry.blocks for entry in verdict.unchecked):
        return Exit.UNCHECKED
    return Exit.CLEAN
