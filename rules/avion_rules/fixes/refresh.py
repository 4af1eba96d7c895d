"""Materialized views that are filled while they are read."""

from __future__ import annotations

import re

from avion_lint.finding import Edit, Fix
from avion_lint.fixer import Scene
from avion_lint.source import Place, Span
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_VIEW = re.compile(r"refresh\s+materialized\s+view\b", re.IGNORECASE)


def refresh_concurrently(scene: Scene) -> Fix | None:
    """Say CONCURRENTLY, where the view has a unique index on columns for all its rows."""
    statement = scene.statement
    if statement is None or len(statement.actions) != 1:
        return None
    match statement.actions[0]:
        case a.RefreshView() as refresh if _has_unique_index(statement, refresh):
            place = statement.place
        case _:
            return None
    found = _VIEW.search(place.text)
    if found is None:
        return None
    at = place.span.start + found.end()
    return Fix("Refresh it while it is read", (Edit(Place(place.document, Span(at, at)), " CONCURRENTLY"),))


def _has_unique_index(statement: Statement, refresh: a.RefreshView) -> bool:
    indexes = statement.schema.indexes_of(refresh.view)
    return any(index.unique and not index.partial and None not in index.columns for index in indexes)
