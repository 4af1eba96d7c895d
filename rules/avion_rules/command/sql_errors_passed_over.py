"""psql that goes on after an error and says that all went well."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.shell.sql import Client, client
from avion_rules.command._sql import reads_dump
from avion_rules.command._words import is_pasted, is_test, short


@rule("SH107", subject=Run)
def sql_errors_passed_over(run: Run) -> Iterator[Finding]:
    """Find psql that goes on after an error and returns success."""
    if is_test(run):
        return
    for act in run.acts:
        used = client(act.call)
        if used is None or used.stops is not False or reads_dump(act):
            continue
        what = _several(used, act, run)
        if what and not (is_pasted(run) and not used.files):
            yield run.finding(
                act.place,
                f"psql goes on after an error in {what} and returns success: what comes next believes that all of it "
                "was done.",
                "Add `-v ON_ERROR_STOP=1`, and `-1` (`--single-transaction`) where all or nothing shall be done.",
            )


def _several(used: Client, act: Act, run: Run) -> str:
    """What psql is given, where that is more than one statement, or a file."""
    if used.files:
        return f"`{short(used.files[0].where.place)}`"
    statements = [each for each in run.by_hand if each.act is act]
    by_option = all(text.how.startswith("-") for text in used.texts)
    return f"the {len(statements)} statements" if len(statements) > 1 and not by_option else ""
