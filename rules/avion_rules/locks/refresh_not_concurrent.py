"""Materialized views that nobody can read while they are filled."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("LK124", subject=Statement, on=(a.RefreshView,))
def refresh_not_concurrent(statement: Statement) -> Iterator[Finding]:
    """Find a materialized view that is filled anew while every read of it waits."""
    for refresh in statement.of(a.RefreshView):
        if refresh.concurrently or not refresh.with_data or statement.is_new(refresh.view, refresh):
            continue
        view = statement.schema_before(refresh).thing(a.ObjectKind.MATERIALIZED_VIEW, refresh.view)
        if view is None or not view.empty:
            yield statement.finding(
                refresh,
                f"Blocks every read of {refresh.view} while its query runs and its rows are written.",
                _remedy(statement, refresh),
                object=refresh.view,
            )


def _remedy(statement: Statement, refresh: a.RefreshView) -> str:
    name = refresh.view.sql
    sql = f"REFRESH MATERIALIZED VIEW CONCURRENTLY {name};"
    if _has_unique_index(statement, refresh):
        return f"It has a unique index, so it can be refreshed while it is read:\n{sql}"
    return (
        "With a unique index on columns of it, for all rows, it can be refreshed while it is read. No migration makes "
        f"such an index; if there is none, make it in an earlier one{_index(statement, refresh)}\n{sql}"
    )


def _index(statement: Statement, refresh: a.RefreshView) -> str:
    """The SQL of such an index where the view has a column that tells rows apart by its name."""
    view = statement.schema_before(refresh).thing(a.ObjectKind.MATERIALIZED_VIEW, refresh.view)
    key = "id" if view and view.columns and "id" in view.columns else ""
    return f":\nCREATE UNIQUE INDEX ON {refresh.view.sql} ({key});\n-- then:" if key else ". Then:"


def _has_unique_index(statement: Statement, refresh: a.RefreshView) -> bool:
    indexes = statement.schema_before(refresh).indexes_of(refresh.view)
    return any(index.unique and not index.partial and None not in index.columns for index in indexes)
