"""Statements that change rows."""

from __future__ import annotations

from avion_lint.record import field, record
from avion_lint.source import Span
from avion_lint.sql.actions.names import Name
from avion_lint.sql.actions.values import Expression


@record
class Insert:
    """INSERT or COPY FROM; `reads` are the tables that its SELECT names, `rows` is the number of VALUES rows.

    `copies` are those of which it may copy many rows: not the ones in scalar sub-queries or behind a LIMIT,
    an aggregate without GROUP BY or a condition that picks rows by values.
    `limited` tells that the SELECT has a LIMIT, `filtered` that it has a WHERE, `on_conflict` that rows which exist
    already are no error.
    """

    span: Span
    table: Name
    reads: tuple[Name, ...] = ()
    rows: int = 0
    limited: bool = False
    filtered: bool = False
    copies: tuple[Name, ...] = ()
    on_conflict: bool = False


@record
class Update:
    """UPDATE; `whole` tells that no condition keeps rows out: no WHERE, or one that is always true.

    `null_column` is set where the whole condition is `column IS NULL`; `reads` are other tables that it names.
    `many` tells that it may change many rows: no condition, join or limit picks them by values. `values` are what the
    columns are set to, one each, where every row or every NULL is changed; else they are empty.
    """

    span: Span
    table: Name
    whole: bool
    columns: tuple[str, ...] = ()
    has_where: bool = False
    null_column: str | None = None
    reads: tuple[Name, ...] = ()
    many: bool = False
    values: tuple[Expression, ...] = field(default=(), compare=False)


@record
class Delete:
    """DELETE; `whole`, `reads` and `many` as for Update."""

    span: Span
    table: Name
    whole: bool
    has_where: bool = False
    reads: tuple[Name, ...] = ()
    many: bool = False
