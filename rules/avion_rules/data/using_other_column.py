"""ALTER COLUMN … TYPE … USING an expression without the column itself."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("DA116", subject=Statement, on=(a.AlterColumnType,))
def using_other_column(statement: Statement) -> Iterator[Finding]:
    """Find a change of a column's type that fills it from something else, so that what it held is lost."""
    for change in statement.of(a.AlterColumnType):
        if change.using is None or change.column in change.using.columns or statement.is_new(change.table, change):
            continue
        name, others = f"{change.table}.{change.column}", ", ".join(dict.fromkeys(change.using.columns))
        what = f"what {others} holds" if others else "one value for every row"
        yield statement.finding(
            change,
            f"Everything that {name} holds is lost: USING fills it with {what} and does not name {change.column}.",
            f"Name the column itself: USING {a.identifier(change.column)}::{change.type}",
            object=name,
        )
