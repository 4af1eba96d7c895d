"""Enum values whose place in the order is not said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_PLACED = pattern(r"'\s*(before|after)\s*e?'", re.IGNORECASE)


@rule("DE118", subject=Statement, on=(a.AddEnumValue,))
def enum_value_at_end(statement: Statement) -> Iterator[Finding]:
    """Point out a new enum value whose place in the order is not said."""
    for added in statement.of(a.AddEnumValue):
        if not _PLACED.search(statement.chunk.text[added.span.start : added.span.end]):
            yield statement.finding(
                added,
                f"'{added.value}' becomes the greatest value of {added.type}: ORDER BY, < and > put it behind all "
                "others, and that cannot be changed.",
                "Say where it belongs: ADD VALUE … AFTER '…'.",
                object=f"{added.type}.{added.value}",
            )
