"""CREATE INDEX and REINDEX."""

from __future__ import annotations

from avion_lint.record import field, record
from avion_lint.source import Span
from avion_lint.sql.actions.names import Name
from avion_lint.sql.actions.values import Expression


@record
class CreateIndex:
    """CREATE INDEX; an expression among `columns` is None, `partial` tells a WHERE.

    `uses` are all columns that it needs: its own, those in expressions, in INCLUDE and in WHERE. `plain` tells that
    nothing but columns is said: no order, collation, operator class or INCLUDE. `words` are those of which PostgreSQL
    makes the name of an index that is given none. `keys` are its parts as SQL,
    `include` the columns that it only carries, `where` is its condition, `distinct` is False for NULLS NOT DISTINCT.
    """

    span: Span
    index: str | None
    table: Name
    columns: tuple[str | None, ...] = ()
    unique: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    only: bool = False
    method: str = "btree"
    partial: bool = False
    uses: tuple[str, ...] = ()
    plain: bool = False
    words: tuple[str, ...] = ()
    keys: tuple[str, ...] = field(default=(), compare=False)
    include: tuple[str, ...] = field(default=(), compare=False)
    where: Expression | None = field(default=None, compare=False)
    distinct: bool = field(default=True, compare=False)


@record
class Reindex:
    """REINDEX; `kind` is index, table, schema, database or system."""

    span: Span
    kind: str
    name: Name | None
    concurrently: bool = False
