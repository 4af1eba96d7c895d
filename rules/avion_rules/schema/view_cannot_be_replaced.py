"""Views that CREATE OR REPLACE cannot replace."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("SC112", subject=Statement, down=True, on=(a.CreateView,))
def view_cannot_be_replaced(statement: Statement) -> Iterator[Finding]:
    """Find a CREATE OR REPLACE VIEW that leaves out, renames or moves a column, which PostgreSQL refuses."""
    for view in statement.of(a.CreateView):
        known = statement.schema_before(view).thing(a.ObjectKind.VIEW, view.view) if view.replace else None
        if known is None or known.columns is None or view.columns is None:
            continue
        problem = _problem(known.columns, view.columns)
        if problem:
            yield statement.finding(
                view,
                f"Fails with SQLSTATE 42P16: {problem}, and CREATE OR REPLACE VIEW can only add columns at the end.",
                f"Keep the columns as they are ({', '.join(known.columns)}) and add new ones behind them. "
                f"If it must change, drop the view and make it again in one transaction:\nDROP VIEW {view.view.sql};\n"
                f"CREATE VIEW {view.view.sql} AS …;",
                related=(Related(known.origin.place, "the view was made here"),) if known.origin else (),
                object=view.view,
            )


def _problem(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    """What stands in the way, "" where the new columns begin with the old ones."""
    for at, column in enumerate(old):
        if at >= len(new):
            return f"the column {column} is left out"
        if new[at] != column:
            return f"column {at + 1} is {column} now and would be {new[at]}"
    return ""
