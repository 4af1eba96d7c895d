"""Rollbacks that nothing was saved before."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import acts
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules.command._words import backup_of, is_local, is_pasted, is_test


@rule("SH112", subject=Run)
def rollback_without_backup(run: Run) -> Iterator[Finding]:
    """Find a rollback that no backup was made before."""
    if is_test(run) or is_pasted(run) or run.workflow is not None:
        return
    for number, act in enumerate(run.acts):
        if not act.does(Task.ROLL_BACK) or is_local(act):
            continue
        if any(backup_of(each) for each in run.acts[:number]) or _is_saved_before(run):
            return
        yield run.finding(
            act.place,
            f"`{act.deed(Task.ROLL_BACK)}` drops columns and tables with their rows, and nothing was saved before.",
            "Make a backup first and stop where it fails: `pg_dump -Fc -f before-rollback.dump … || exit 1`.",
        )
        return


def _is_saved_before(run: Run) -> bool:
    """Whether another container of the same pod makes a backup first."""
    containers = run.manifest.containers if run.manifest else ()
    return any(
        backup_of(act) for each in containers if each.script is not None and each.is_init for act in acts(each.script)
    )
