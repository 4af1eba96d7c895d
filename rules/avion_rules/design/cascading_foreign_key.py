"""Foreign keys that delete or change rows of their own accord."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.design._constraints import given

_ACTION = pattern(r"\bon\s+(delete|update)\s+cascade\b(?:\s+on\s+(?:delete|update)\s+cascade\b)?", re.IGNORECASE)


@rule("DE116", subject=Statement)
def cascading_foreign_key(statement: Statement) -> Iterator[Finding]:
    """Point out ON DELETE CASCADE and ON UPDATE CASCADE, which change rows that no statement names."""
    actions = {id(action): action for action, made in given(statement) if made.kind is ConstraintKind.FOREIGN_KEY}
    for action in actions.values():
        text = statement.chunk.text[action.span.start : action.span.end]
        for found in _ACTION.finditer(text):
            place = statement.place_at(Span(action.span.start + found.start(), action.span.start + found.end()))
            done = "deletes" if found[1].lower() == "delete" else "changes"
            yield Finding(place, _message(action.table, done), _REMEDY, (), str(action.table))


def _message(table: a.Name, done: str) -> str:
    return f"A single DELETE or UPDATE elsewhere {done} any number of rows of {table} in its transaction, unasked."


_REMEDY = "Leave it out, and delete or change these rows by statements of their own, in batches where they are many."
