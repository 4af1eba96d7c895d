"""`avion-lint fix [PATH …]`: do what findings say where that is a change of text, and write it or show it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from difflib import unified_diff

from avion_lint.cli.case import cases_of
from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import first_path, under
from avion_lint.cli.output import complain, say
from avion_lint.cli.rewrite import RewriteError, rewrite
from avion_lint.cli.roots import root_of
from avion_lint.finding import Level
from avion_lint.judgement.assess import migration_paths
from avion_lint.judgement.judge import Case, judge
from avion_lint.judgement.mend import Mended, Texts, mend
from avion_lint.record import replace
from avion_lint.report.wording import plural
from avion_lint.verdict import Result, Verdict


def fix(given: Namespace) -> int:
    """Mend what can be mended, and tell by the exit code what is left, or with --diff whether there is anything."""
    from avion_lint.cli.judging import exit_code  # noqa: PLC0415 - it asks for this module with --fix

    mended, case = mend_all(given)
    if given.diff:
        say("".join(diff(mended)))
        _tell(mended)
        return Exit.FINDINGS if mended.texts else blocked(mended.after)
    if not write(given, mended):
        return Exit.UNCHECKED
    _tell(mended)
    return exit_code(mended.after, Level.parse(given.fail_on) if given.fail_on else case.settings.fail_on)


def fix_first(given: Namespace) -> int | None:
    """What `--fix` does before the report: mend, write and tell; an exit code where that is all there is to do."""
    refuse(given)
    if given.diff:
        return fix(given)
    mended, _ = mend_all(given)
    if not write(given, mended):
        return Exit.UNCHECKED
    _tell(mended, report_follows=True)
    return None


def blocked(verdict: Verdict) -> Exit:
    """UNCHECKED where something could not be checked that makes the verdict worth nothing."""
    return Exit.UNCHECKED if any(entry.blocks for entry in verdict.unchecked) else Exit.CLEAN


def mend_all(given: Namespace) -> tuple[Mended, Case]:
    """Apply fixes in memory; also the case as it was before."""
    from pathlib import Path  # noqa: PLC0415 - with the rest of this function, only where something is mended

    from avion_rules.fixes import all_fixers  # noqa: PLC0415 - only where something is mended

    fixers = all_fixers()
    cases = cases_of(given, datetime.now(tz=UTC).date())
    first = cases({})
    root = Path(root_of(first_path(given)))
    named = {under(root, Path(path)) for path in given.paths if Path(path).is_file()}
    known = first.ground.missing is None and (bool(first.ground.base) or first.unborn)
    if not known:
        _say_what_is_known(first, named)

    def verdict(texts: Texts) -> Verdict:
        case = cases(texts) if texts else first
        closed = frozenset() if known else frozenset(migration_paths(case.gathering)) - named - texts.keys()
        return judge(replace(case, fixers=all_fixers, closed=closed))

    return mend(verdict, tuple(fixers), unsafe=given.unsafe_fixes), first


def _say_what_is_known(case: Case, named: Collection[str]) -> None:
    """Without a base branch nobody can tell what is applied: only what is named file by file may be changed."""
    if not case.gathering.services:
        return
    what = f"only {', '.join(sorted(named))} may be changed" if named else "so no file is changed"
    complain(
        f"which migrations are applied cannot be told without git and a base branch: {what}. "
        "Name the files that are not applied anywhere, one by one, to have them mended."
    )


def write(given: Namespace, mended: Mended) -> bool:
    """Write the new texts; False, and told, where that cannot be."""
    if not mended.texts:
        return True
    if blocked(mended.after) is Exit.UNCHECKED:
        complain("something could not be checked, so nothing is written: " + _why(mended.after))
        return False
    try:
        from pathlib import Path  # noqa: PLC0415 - as above

        rewrite(Path(root_of(first_path(given))), mended.texts, mended.originals)
    except RewriteError as error:
        complain(str(error))
        return False
    return True


def _why(verdict: Verdict) -> str:
    return "; ".join(f"{entry.path}: {entry.why}" for entry in verdict.unchecked if entry.blocks)


def _tell(mended: Mended, *, report_follows: bool = False) -> None:
    """What was done, what was not, and what is left, on standard error, so that a diff can be piped."""
    from avion_rules.fixes import all_fixers  # noqa: PLC0415 - only where something is mended

    for line in told(mended, all_fixers(), report_follows=report_follows):
        complain(line)


def told(mended: Mended, fixable: Collection[str], *, report_follows: bool = False) -> Iterator[str]:
    """A line for each fix, and one for each finding that is left, unless a report will show them anyway.

    `fixable` are the rules for which there are fixers.
    """
    for each in mended.applied:
        made = "".join(f", new: {document.path}" for document in each.fix.files)
        path = each.result.finding.place.document.path
        yield f"{path}: {each.result.rule.id} {each.result.rule.name}: {each.fix.title}{made}"
    refused = {_identity(each.result) for each in mended.refused}
    for result in () if report_follows else mended.after.results:
        place = result.finding.place
        where = f"{place.document.path}:{place.start.line}"
        yield f"{where}: {result.rule.id} {result.rule.name} is left: {_reason(result, fixable, refused)}"
    yield f"{plural(len(mended.applied), 'fix', 'fixes')}; {plural(len(mended.after.results), 'finding')} left"


def _identity(result: Result) -> tuple[str, str, str]:
    return result.rule.id, result.finding.place.document.path, result.finding.message


def _reason(result: Result, fixable: Collection[str], refused: Collection[tuple[str, str, str]]) -> str:
    """Why a finding is not mended."""
    if _identity(result) in refused:
        return "mending it would bring other findings"
    if result.finding.fix is not None and not result.finding.fix.safe:
        return "its fix has to be read by somebody, so it waits for --unsafe-fixes"
    if result.finding.fix is not None:
        return "its fix does not go with another one: run this again"
    if result.rule.id in fixable:
        return "no change of text alone mends it here, see what its remedy says"
    return "somebody has to decide, see what its remedy says"


def diff(mended: Mended) -> Iterator[str]:
    """The changes as a unified diff that git and patch take."""
    for path in sorted(mended.texts):
        before, after = mended.originals.get(path), mended.texts[path]
        old = f"a/{path}" if before is not None else "/dev/null"
        yield f"diff --git a/{path} b/{path}\n" + ("new file mode 100644\n" if before is None else "")
        lines = unified_diff(_lines(before or ""), _lines(after), old, f"b/{path}")
        for line in lines:
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True) if "\r" not in text.replace("\r\n", "") else text.split("\n")


def refuse(given: Namespace) -> None:
    """Refuse what does not go with changing files; raises UsageError."""
    if given.staged or given.all:
        raise UsageError("fixes are made to new migrations of the work tree; they go with neither --staged nor --all")
    if given.stdin_filename:
        raise UsageError("fixes are made to files, not to standard input")
