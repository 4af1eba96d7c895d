"""Columns that an UPDATE gives two values."""

from __future__ import annotations

from avion_lint.sql import actions as a


def assigned_twice(update: a.Update, text: str) -> str | None:
    """The column that SET names twice; None where there is none, or where parts of it are set (`a[1]`, `a.b`)."""
    twice = [column for column in dict.fromkeys(update.columns) if update.columns.count(column) > 1]
    if not twice:
        return None
    import re  # noqa: PLC0415 - hardly ever

    for column in twice:
        parts = re.search(rf'\b{re.escape(column)}"?\s*[\[.]', text, re.IGNORECASE)
        if parts is None:
            return column
    return None
