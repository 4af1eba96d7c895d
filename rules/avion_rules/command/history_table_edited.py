"""The runner's own record of what is applied, changed by hand."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.by_hand import HandStatement
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_rules.command._sql import keeper
from avion_rules.command._words import is_test


@rule("SH106", subject=Run)
def history_table_edited(run: Run) -> Iterator[Finding]:
    """Find SQL that changes the runner's own record of what is applied."""
    if is_test(run):
        return
    for statement in run.by_hand:
        kept = keeper(statement)
        if kept is not None:
            table, owner = kept
            yield run.finding(
                statement.place,
                f"Changes by hand what {owner} believes to be applied: {_effect(statement, table)}, whatever the "
                "tables really look like.",
                _remedy(owner),
                object=table,
            )


def _effect(statement: HandStatement, table: str) -> str:
    match statement.actions[0]:
        case a.Delete() | a.Truncate():
            return "a migration that is gone from there is run once more"
        case a.Drop():
            return f"without {table} every migration is run once more"
    return "what is written there decides what is run next, or refused"


def _remedy(owner: str) -> str:
    match owner:
        case "Flyway":
            return (
                "Undo what the failed migration left half done, correct its file, and let `flyway repair` take the "
                "failed entry out; then `flyway migrate`."
            )
        case "goose":
            return (
                "Mend forward with a new migration; `goose down-to VERSION` takes migrations back together with "
                "their entries."
            )
    return "Mend forward with a new migration, or use the runner's own command for it."
