"""From the command line to a verdict and its reports, and to what is kept of them."""

from __future__ import annotations

import os

from avion_lint.cache.said import Said
from avion_lint.cli.case import case_of
from avion_lint.cli.exit_codes import NOT_CHECKED, Exit
from avion_lint.cli.look import Look
from avion_lint.cli.progress import progress
from avion_lint.clock import UTC, datetime
from avion_lint.finding import Level
from avion_lint.git import GitError
from avion_lint.judgement.judge import Case, judge, unknown
from avion_lint.record import replace
from avion_lint.report.formats import Format, Options, report
from avion_lint.verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from avion_lint.cli.again import Remembered
    from avion_lint.fixer import Fixers


def judged(given: Namespace, chosen: str, look: Look, earlier: Remembered | None) -> Said:
    """Judge and report; what is said is kept where `earlier` tells a place for it, and all it follows from is known.

    Raises UsageError, SettingsError, GitError.
    """
    form = Format(chosen)
    asked = Level.parse(given.fail_on) if given.fail_on else None
    try:
        case = case_of(given, datetime.now(tz=UTC).date(), repository=earlier.repository if earlier else None)
    except GitError as error:
        return _said(given, form, look, unknown(error.text, error.mend), asked or Level.ERROR)
    total = sum(len(collected.files) for collected in case.gathering.services)
    with progress(total) as tick:
        verdict = judge(_with_fixers(case, given, form), tick)
    said = _said(given, form, look, verdict, asked or case.settings.fail_on)
    if earlier is not None and case.basis is not None and not any(entry.blocks for entry in verdict.unchecked):
        from avion_lint.cli.again import keep  # noqa: PLC0415 - not without a cache

        keep(earlier, case.basis, said)
    return said


def _said(given: Namespace, form: Format, look: Look, verdict: Verdict, fail_on: Level) -> Said:
    return Said(
        Exit.CLEAN if given.exit_zero else exit_code(verdict, fail_on),
        report(form, verdict, _options(given, verdict, form, look)),
        report(Format.SARIF, verdict, _sarif_options(verdict)) if given.sarif else None,
        _step_summary(form, verdict),
    )


def _with_fixers(case: Case, given: Namespace, form: Format) -> Case:
    """The case with fixers, where a report is written that carries fixes."""
    if form not in (Format.JSON, Format.SARIF) and not given.sarif:
        return case
    return replace(case, fixers=_all_fixers)


def _all_fixers() -> Fixers:
    from avion_rules.fixes import all_fixers  # noqa: PLC0415 - only where something is found that may be mended

    return all_fixers()


def _options(given: Namespace, verdict: Verdict, form: Format, look: Look) -> Options:
    if form is Format.SARIF:
        return _sarif_options(verdict)
    return Options(colour=look.colour, quiet=given.quiet, verbose=given.verbose, columns=look.columns)


def _sarif_options(verdict: Verdict) -> Options:
    from avion_lint.pages import load  # noqa: PLC0415 - pages are read for SARIF only

    return Options(
        pages={enabled.rule.id: load(enabled.rule) for enabled in verdict.rules if enabled.rule.family != "AV"}
    )


def _step_summary(form: Format, verdict: Verdict) -> str | None:
    """What goes onto the page of the GitHub Actions run, where there is one."""
    if form is not Format.GITHUB or not os.environ.get("GITHUB_STEP_SUMMARY"):
        return None
    from avion_lint.report.github import step_summary  # noqa: PLC0415 - on GitHub only

    return step_summary(verdict)


def exit_code(verdict: Verdict, fail_on: Level) -> int:
    """0 clean, 1 findings at or above the level, 3 where the only thing wrong is that something was not checked."""
    failing = [result for result in verdict.results if result.level >= fail_on]
    if any(result.rule.id not in NOT_CHECKED for result in failing):
        return Exit.FINDINGS
    if failing or any(entry.blocks for entry in verdict.unchecked):
        return Exit.UNCHECKED
    return Exit.CLEAN
