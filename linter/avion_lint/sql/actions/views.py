"""CREATE VIEW and REFRESH, with the columns that a query names."""

from __future__ import annotations

from avion_lint.record import field, record
from avion_lint.source import Span
from avion_lint.sql.actions.names import Name
from avion_lint.sql.actions.values import Type


@record
class ColumnUse:
    """A column that a query names: of the relation, of any one of its relations (None); `*` for all."""

    relation: Name | None
    column: str


@record
class Output:
    """A column that a query gives: its name, the column that it is taken from as it is, and the type of a cast.

    `name` is None for `*`, which stands for all columns of `relation`.
    """

    name: str | None
    relation: Name | None = None
    column: str = ""
    type: Type | None = None


@record
class CreateView:
    """CREATE [MATERIALIZED] VIEW; `reads` are the relations in its query, `uses` the columns that it names of them.

    `columns` are the names that the view gives, in order, None where the text does not tell them (`SELECT *`).
    `outputs` are its columns with where they come from, `*` among them; empty where that cannot be told. `sql` is the
    statement.
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
    outputs: tuple[Output, ...] = ()
    sql: str = field(default="", compare=False)


@record
class RefreshView:
    """REFRESH MATERIALIZED VIEW."""

    span: Span
    view: Name
    concurrently: bool = False
    with_data: bool = True
