"""Applications that migrate the database each time one of them starts."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules.command._words import is_pasted, is_test


@rule("SH121", subject=Run)
def migration_at_start(run: Run) -> Iterator[Finding]:
    """Find a script that migrates the database and then becomes the application."""
    if run.workflow is not None or run.manifest is not None or is_pasted(run) or is_test(run):
        return
    start = next((act for act in reversed(run.acts) if _becomes(act)), None)
    for act in run.acts if start is not None else ():
        if act.does(Task.MIGRATE) and start is not None and act.place.span.start < start.place.span.start:
            yield run.finding(
                act.place,
                "Migrates each time the application starts: with several copies all of them at once, with a slow "
                "migration none of them comes up, and one that fails keeps them all from starting again.",
                "Run it by itself before the application is rolled out, in a Job or a step of the deploy, and let this "
                "script only start the application.",
                related=(Related(start.place, "the application starts here"),),
            )
            return


def _becomes(act: Act) -> bool:
    """Whether the script becomes another program (`exec server`), other than a runner or a shell."""
    wrapped = any(each.name == "exec" for each in act.call.wrappers)
    return wrapped and not act.deeds and act.call.name not in {"sh", "bash", "psql"} and act.call.outer is None
