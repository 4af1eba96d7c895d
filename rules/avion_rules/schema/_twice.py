"""Columns that an UPDATE gives two values."""

from __future__ import annotations

import re

from avion_lint.sql import actions as a


def assigned_twice(update: a.Update, text: str) -> str | None:
    """The column that SET names twice; None where there is none, or where parts of it are set (`a[1]`, `a.b`)."""
    for column in dict.fromkeys(update.columns):
        if update.columns.count(column) < 2:  # noqa: PLR2004 - twice
            continue
        parts = re.search(rf'\b{re.escape(column)}"?\s*[\[.]', text, re.IGNORECASE)
        if parts is None:
            return column
    return None
