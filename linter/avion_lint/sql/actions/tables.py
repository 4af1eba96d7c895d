"""CREATE TABLE, what is done to a whole table, and partitions."""

from __future__ import annotations

from avion_lint.record import field, record
from avion_lint.source import Span
from avion_lint.sql.actions.definitions import ColumnDefinition, ConstraintDefinition
from avion_lint.sql.actions.names import Name, ObjectKind
from avion_lint.sql.actions.values import Bound
from avion_lint.sql.actions.views import Output


@record
class CreateTable:
    """CREATE TABLE in all forms.

    `query` tells CREATE TABLE AS and SELECT INTO; `reads` and `copies` are as for Insert. `partition_key` are the
    columns of PARTITION BY, an expression among them None; `default_partition` tells PARTITION OF … DEFAULT.
    `partition_by` is what PARTITION BY says, `bound` what FOR VALUES says, as SQL. `like_options` are what INCLUDING
    names for each of `like` (`defaults`, `indexes` …), `outputs` the columns of a query as for CREATE VIEW.
    """

    span: Span
    table: Name
    columns: tuple[ColumnDefinition, ...] = ()
    constraints: tuple[ConstraintDefinition, ...] = ()
    if_not_exists: bool = False
    temporary: bool = False
    unlogged: bool = False
    partitioned: bool = False
    partition_of: Name | None = None
    inherits: tuple[Name, ...] = ()
    like: tuple[Name, ...] = ()
    query: bool = False
    reads: tuple[Name, ...] = ()
    copies: tuple[Name, ...] = ()
    partition_key: tuple[str | None, ...] = ()
    default_partition: bool = False
    partition_by: str = field(default="", compare=False)
    bound: str = field(default="", compare=False)
    like_options: tuple[tuple[str, ...], ...] = ()
    outputs: tuple[Output, ...] = ()


@record
class AttachPartition:
    """ALTER TABLE … ATTACH PARTITION; also ALTER INDEX … ATTACH PARTITION (`index` is True).

    `default_partition` tells that its bound is DEFAULT; `bound_sql` is the bound as SQL.
    """

    span: Span
    table: Name
    partition: Name
    index: bool = False
    default_partition: bool = False
    bound: Bound | None = None
    bound_sql: str = field(default="", compare=False)


@record
class DetachPartition:
    """ALTER TABLE … DETACH PARTITION."""

    span: Span
    table: Name
    partition: Name
    concurrently: bool = False


@record
class AlterTable:
    """Any other ALTER TABLE form; `form` is its name in the parser's list without `AT_`, e.g. `SetStatistics`.

    `detail` is the name that the form gives (a column, a trigger, an owner), or its storage parameters with commas;
    `other` is another relation that it names (INHERIT), `always` tells ADD GENERATED ALWAYS.
    """

    span: Span
    table: Name
    form: str
    kind: ObjectKind = ObjectKind.TABLE
    detail: str = ""
    other: Name | None = None
    only: bool = False
    always: bool = field(default=False, compare=False)


@record
class Truncate:
    """TRUNCATE; `only` tells that it leaves partitions and children of all its tables as they are."""

    span: Span
    tables: tuple[Name, ...]
    cascade: bool = False
    only: bool = False
    restart: bool = False


@record
class LockTable:
    """LOCK TABLE; `mode` in the manual's words, e.g. `ACCESS EXCLUSIVE`; `only` as for TRUNCATE."""

    span: Span
    tables: tuple[Name, ...]
    mode: str
    nowait: bool = False
    only: bool = False
