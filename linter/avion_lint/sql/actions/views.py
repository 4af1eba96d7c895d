"""CREATE VIEW and REFRESH, with the columns that a query names."""

from __future__ import annotations

from avion_lint.record import field, record
from avion_lint.source import Span
from avion_lint.sql.actions.names import Name


@record
class ColumnUse:
    """A column that a query names: of the relation, of any one of its relations (None); `*` for all."""

    relation: Name | None
    column: str


@record
class CreateView:
    """CREATE [MATERIALIZED] VIEW; `reads` are the relations in its query, `uses` the columns that it names of them.

    `columns` are the names that the view gives, in order, None where the text does not tell them (`SELECT *`).
    `sql` is the statement.
    """

    span: Span
    view: Name
    materialized: bool = False
    replace: bool = False
    temporary: bool = False
    if_not_exists: bool = False
    with_data: bool = True
    reads: tuple[Name, ...] = ()
    columns: tuple[str, ...] | None = None
    uses: tuple[ColumnUse, ...] = ()
    sql: str = field(default="", compare=False)


@record
class RefreshView:
    """REFRESH MATERIALIZED VIEW."""

    span: Span
    view: Name
    concurrently: bool = False
    with_data: bool = True
