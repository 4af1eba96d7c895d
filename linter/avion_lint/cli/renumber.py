"""`avion-lint renumber [PATH …]`: new migrations get versions behind those of the base branch."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from avion_lint import git
from avion_lint.authoring.files import AuthoringError
from avion_lint.authoring.renumber import Paths, renamings
from avion_lint.cli.case import case_of
from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import first_path, under
from avion_lint.cli.new import shown
from avion_lint.cli.output import complain, say
from avion_lint.cli.roots import root_of
from avion_lint.git.move import move
from avion_lint.judgement.judge import Case
from avion_lint.report.wording import plural


def renumber(given: Namespace) -> int:
    """Rename what has to be, or tell it with --dry-run. Raises UsageError, SettingsError, GitError."""
    moment = datetime.now(tz=UTC)
    case = case_of(given, moment.date(), with_baseline=False, with_sums=False)
    if case.ground.missing is not None or not (case.ground.base or case.unborn):
        raise UsageError(
            "which migrations are applied cannot be told without git and a base branch: nothing is renamed"
        )
    root = Path(root_of(first_path(given)))
    paths = _paths(case)
    _refuse_applied(given, root, case, paths)
    try:
        moves = tuple(move for each in case.gathering.services for move in renamings(each, paths, moment))
    except AuthoringError as error:
        complain(str(error))
        return Exit.UNCHECKED
    if not given.dry_run and moves:
        repository = git.find_repository(root)
        move(repository, moves, git.listing(repository).tracked.keys())
    for old, new in reversed(moves):
        say(f"{shown(root, old)} -> {shown(root, new)}\n")
    _tell(case, len(moves), dry_run=given.dry_run)
    return Exit.FINDINGS if given.dry_run and moves else Exit.CLEAN


def _paths(case: Case) -> Paths:
    """What may be renamed: what this change adds, and no deployment has brought yet."""
    ground = case.ground
    new = {change.path for change in ground.changes if change.is_new and not change.is_deleted}
    applied = {path for path in new if path in ground.deployments and ground.deployments[path].applied}
    return Paths(new - applied, ground.tip, case.gathering.paths)


def _refuse_applied(given: Namespace, root: Path, case: Case, paths: Paths) -> None:
    """Refuse files that are named one by one and are applied: their names must stay."""
    for path in given.paths:
        seen = under(root, Path(path))
        if seen in case.ground.deployments and seen not in paths.new:
            raise UsageError(f"{path} is on {case.ground.base}, so it counts as applied, and its version stays")


def _tell(case: Case, count: int, *, dry_run: bool) -> None:
    if count == 0:
        complain(
            f"nothing to renumber: every new migration comes after those on {case.ground.base or 'no base branch'}"
        )
    elif dry_run:
        complain(f"{plural(count, 'file')} would be renamed")
    else:
        complain(f"{plural(count, 'file')} renamed")
