"""The linter's verdict on exactly what would be run, by what the database itself says is applied."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.cli.arguments.common import UNASKED
from avion_lint.cli.case import case_of
from avion_lint.cli.exit_codes import Exit
from avion_lint.cli.files import files_of
from avion_lint.cli.judging import exit_code
from avion_lint.discovery.gather import Collected, Gathering
from avion_lint.executor.running.pending import Pending
from avion_lint.executor.running.plan import digest
from avion_lint.executor.running.recorded import Recorded
from avion_lint.history.ground import Ground
from avion_lint.judgement.by_state import contradictions, with_states
from avion_lint.judgement.judge import Case, judge
from avion_lint.record import record, replace
from avion_lint.runners.migration import MigrationFile
from avion_lint.verdict import Verdict


@record
class Merged:
    """What git says: paths that are not on the base branch as they are here (None: it cannot tell), and the commit."""

    unmerged: tuple[str, ...] | None
    base: str = ""
    commit: str = ""


@record
class Gate:
    """The verdict and what it comes to; `why` is "" where everything may be run, `hash` is that of the verdict."""

    verdict: Verdict
    why: str
    hash: str


def case_for(given: Namespace, collected: Collected) -> Case:
    """The case that a lint of the service would be about; raises UsageError, SettingsError, GitError."""
    asked = {**UNASKED, "settings": given.settings, "base": given.base, "no_git": given.no_git}
    return replace(case_of(Namespace(**asked, color="never"), datetime.now(tz=UTC).date()), gathering=_only(collected))


def _only(collected: Collected) -> Gathering:
    paths = frozenset(file.path for file in collected.files)
    return Gathering((collected,), (), paths=paths)


def pass_gate(case: Case, collected: Collected, recorded: Recorded, pending: Pending) -> Gate:
    """Judge what is pending, and Flyway's callbacks with it."""
    wanted = {file.path: file for file in (*pending.files, *pending.callbacks)}
    ground = _ground(case.ground, collected, recorded, wanted)
    judged = replace(case, ground=ground, found=(), whole=False)
    verdict = judge(judged)
    told = {
        "judged": dict(sorted(verdict.judged.items())),
        "results": sorted(f"{result.rule.id} {result.fingerprint}" for result in verdict.results),
        "rules": sorted(f"{enabled.rule.id} {enabled.level}" for enabled in verdict.rules),
    }
    return Gate(verdict, _against(verdict, case, wanted), digest(told))


def _ground(ground: Ground, collected: Collected, recorded: Recorded, wanted: dict[str, MigrationFile]) -> Ground:
    states = {collected.service.root: recorded.state} if recorded.table else {}
    own = _only(collected)
    settled = with_states(ground, own, states)
    known = {file.path for file in collected.files}
    return replace(
        settled,
        deployments={path: each for path, each in settled.deployments.items() if path in known},
        judged=frozenset(wanted),
        edited=frozenset(),
        changes=tuple(change for change in settled.changes if change.path in known),
        missing=None,
    )


def _against(verdict: Verdict, case: Case, wanted: dict[str, MigrationFile]) -> str:
    unjudged = [path for path, file in wanted.items() if verdict.judged.get(path) != file.document.sha256]
    if unjudged:
        return f"the verdict does not cover {', '.join(sorted(unjudged))}"
    code = exit_code(verdict, case.settings.fail_on)
    if code == Exit.FINDINGS:
        failing = [result for result in verdict.results if result.level >= case.settings.fail_on]
        told = sorted({f"{result.rule.id} {result.rule.name}" for result in failing})
        return f"{len(failing)} {'finding' if len(failing) == 1 else 'findings'} ({', '.join(told)})"
    return "" if code == Exit.CLEAN else "not everything could be checked"


def contradicting(case: Case, collected: Collected, recorded: Recorded) -> tuple[str, ...]:
    """What the history says otherwise than the files, in words."""
    own = replace(case.ground, tip=frozenset())
    found = contradictions(recorded.state, collected, own, replace(own, changes=()))
    return tuple(finding.message for finding in found)


def merged(given: Namespace, root: Path, base: str | None, pending: Pending) -> Merged:
    """Ask git whether what is pending is on the base branch as it is here; raises UsageError, GitError."""
    if given.no_git:
        return Merged(None)
    asked = Namespace(**{**UNASKED, "base": given.base, "no_git": False})
    files = files_of(asked, root, base)
    surveyed = files.surveyed
    if surveyed is None or surveyed.repository is None or surveyed.base is None:
        head = surveyed.repository.head if surveyed is not None and surveyed.repository is not None else ""
        return Merged(None, commit=head or "")
    contents, tip = files.contents, surveyed.tip
    unmerged = [
        file.path
        for file in (*pending.files, *pending.callbacks)
        if file.path not in tip or file.path not in contents or tip[file.path].blob != contents[file.path].entry.blob
    ]
    return Merged(tuple(unmerged), surveyed.base.name, surveyed.repository.head or "")
