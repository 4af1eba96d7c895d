"""Typed facts of a statement: what it does, to which object, in PostgreSQL's own words.

Every action carries `span`, the offsets of its clause in the text that was parsed. Names are as written:
`Name.schema` is None where the statement gives none; the schema model resolves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property

from avion_lint.record import field, record
from avion_lint.source import Span
from avion_lint.sql.identifiers import identifier as identifier  # noqa: PLC0414 - rules take it from here


@record(order=True)
class Name:
    """Name of an object, folded as PostgreSQL folds it, with its schema where one is known."""

    schema: str | None
    name: str

    def __str__(self) -> str:
        return self.name if self.schema in (None, "public") else f"{self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        """The name as SQL, quoted where it must be."""
        name = identifier(self.name)
        return name if self.schema is None else f"{identifier(self.schema)}.{name}"


class ObjectKind(StrEnum):
    """Kinds of objects, in the words of DROP, COMMENT ON and ALTER … RENAME."""

    TABLE = "table"
    FOREIGN_TABLE = "foreign table"
    COLUMN = "column"
    ATTRIBUTE = "attribute"
    CONSTRAINT = "constraint"
    INDEX = "index"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    SEQUENCE = "sequence"
    TYPE = "type"
    DOMAIN = "domain"
    ENUM_VALUE = "enum value"
    FUNCTION = "function"
    AGGREGATE = "aggregate"
    TRIGGER = "trigger"
    POLICY = "policy"
    RULE = "rule"
    SCHEMA = "schema"
    EXTENSION = "extension"
    PUBLICATION = "publication"
    STATISTICS = "statistics"
    OTHER = "object"


@record
class Type:
    """A type as written: canonical name (`integer`, `character varying`), modifiers, whether an array."""

    name: str
    modifiers: tuple[int, ...] = ()
    array: bool = False

    def __str__(self) -> str:
        modifiers = f"({','.join(map(str, self.modifiers))})" if self.modifiers else ""
        name, with_zone, zone = self.name.partition(" with")  # as in `timestamp(3) without time zone`
        return f"{name}{modifiers}{with_zone}{zone}{'[]' if self.array else ''}"


@record
class Expression:
    """What matters of an expression: the functions it calls and the columns it reads; constant when neither.

    `casts` is set where it is one column and nothing else: the types that it is cast to, one after the other.
    """

    functions: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    casts: tuple[Type, ...] | None = None

    @property
    def is_constant(self) -> bool:
        """Whether it calls nothing and reads nothing."""
        return not self.functions and not self.columns


@record
class Term:
    """A condition of which a CHECK is made with AND: `column operator value`; the value is a constant, unquoted.

    `operator` is one of `<`, `<=`, `=`, `>=`, `>`, or `is not null` (then the value is "").
    """

    column: str
    operator: str
    value: str


@record
class Bound:
    """FOR VALUES of a partition: `range`, `list` or `hash`, with constants unquoted.

    In `lower` and `upper` None stands for MINVALUE and MAXVALUE, in `values` for NULL, anywhere for what is no
    constant.
    """

    strategy: str
    lower: tuple[str | None, ...] = ()
    upper: tuple[str | None, ...] = ()
    values: tuple[str | None, ...] = ()


class ConstraintKind(StrEnum):
    """Kinds of table constraints."""

    PRIMARY_KEY = "primary key"
    UNIQUE = "unique"
    CHECK = "check"
    FOREIGN_KEY = "foreign key"
    EXCLUSION = "exclusion"
    NOT_NULL = "not null"


@record
class ConstraintDefinition:
    """A constraint as written. `not_null_column` is set for CHECK (column IS NOT NULL) and NOT NULL.

    `terms` are the conditions of a CHECK that can be told; `enforced` is False for NOT ENFORCED, `deferred` True for
    INITIALLY DEFERRED.
    """

    kind: ConstraintKind
    name: str | None
    columns: tuple[str, ...]
    valid: bool = True
    deferred: bool = False
    references: Name | None = None
    referenced_columns: tuple[str, ...] = ()
    using_index: str | None = None
    not_null_column: str | None = None
    enforced: bool = True
    terms: tuple[Term, ...] = ()


@record
class ColumnDefinition:
    """A column as written, its own constraints among `constraints`. `generated` is "", "stored" or "virtual".

    `reads` are the columns that a generated one is computed from.
    """

    name: str
    type: Type
    not_null: bool = False
    default: Expression | None = None
    generated: str = ""
    identity: bool = False
    constraints: tuple[ConstraintDefinition, ...] = ()
    reads: tuple[str, ...] = ()
    collation: str | None = None


# --- tables ------------------------------------------------------------------------------------------------


@record
class CreateTable:
    """CREATE TABLE in all forms.

    `query` tells CREATE TABLE AS and SELECT INTO; `reads` and `copies` are as for Insert. `partition_key` are the
    columns of PARTITION BY, an expression among them None; `default_partition` tells PARTITION OF … DEFAULT.
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


@record
class AddColumn:
    """ALTER TABLE … ADD COLUMN."""

    span: Span
    table: Name
    column: ColumnDefinition
    if_not_exists: bool = False
    only: bool = False


@record
class DropColumn:
    """ALTER TABLE … DROP COLUMN."""

    span: Span
    table: Name
    column: str
    if_exists: bool = False
    cascade: bool = False
    only: bool = False


@record
class AlterColumnType:
    """ALTER TABLE … ALTER COLUMN … TYPE; `using` is the expression after USING."""

    span: Span
    table: Name
    column: str
    type: Type
    using: Expression | None = None
    collation: str | None = None
    only: bool = False


@record
class SetNotNull:
    """ALTER TABLE … ALTER COLUMN … SET NOT NULL."""

    span: Span
    table: Name
    column: str
    only: bool = False


@record
class DropNotNull:
    """ALTER TABLE … ALTER COLUMN … DROP NOT NULL."""

    span: Span
    table: Name
    column: str
    only: bool = False


@record
class SetDefault:
    """ALTER TABLE … ALTER COLUMN … SET or DROP DEFAULT; None drops it."""

    span: Span
    table: Name
    column: str
    default: Expression | None
    only: bool = False


@record
class AddConstraint:
    """ALTER TABLE … ADD CONSTRAINT."""

    span: Span
    table: Name
    constraint: ConstraintDefinition
    only: bool = False


@record
class DropConstraint:
    """ALTER TABLE … DROP CONSTRAINT."""

    span: Span
    table: Name
    constraint: str
    if_exists: bool = False
    cascade: bool = False
    only: bool = False


@record
class ValidateConstraint:
    """ALTER TABLE … VALIDATE CONSTRAINT."""

    span: Span
    table: Name
    constraint: str
    only: bool = False


@record
class AttachPartition:
    """ALTER TABLE … ATTACH PARTITION; also ALTER INDEX … ATTACH PARTITION (`index` is True).

    `default_partition` tells that its bound is DEFAULT.
    """

    span: Span
    table: Name
    partition: Name
    index: bool = False
    default_partition: bool = False
    bound: Bound | None = None


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
    `other` is another relation that it names (INHERIT).
    """

    span: Span
    table: Name
    form: str
    kind: ObjectKind = ObjectKind.TABLE
    detail: str = ""
    other: Name | None = None
    only: bool = False


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


# --- indexes -----------------------------------------------------------------------------------------------


@record
class CreateIndex:
    """CREATE INDEX; an expression among `columns` is None, `partial` tells a WHERE.

    `uses` are all columns that it needs: its own, those in expressions, in INCLUDE and in WHERE. `plain` tells that
    nothing but columns is said: no order, collation, operator class or INCLUDE.
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


@record
class Reindex:
    """REINDEX; `kind` is index, table, schema, database or system."""

    span: Span
    kind: str
    name: Name | None
    concurrently: bool = False


# --- dropping, renaming, moving ------------------------------------------------------------------------------


@record
class Drop:
    """DROP of one object; `table` is the table of a trigger, policy or rule."""

    span: Span
    kind: ObjectKind
    name: Name
    if_exists: bool = False
    cascade: bool = False
    concurrently: bool = False
    table: Name | None = None


@record
class Rename:
    """ALTER … RENAME; `name` is the object's old name, `table` the table of a column, constraint, trigger."""

    span: Span
    kind: ObjectKind
    name: Name
    new_name: str
    table: Name | None = None


@record
class SetSchema:
    """ALTER … SET SCHEMA."""

    span: Span
    kind: ObjectKind
    name: Name
    schema: str


@record
class CommentOn:
    """COMMENT ON; `text` is None where the comment is taken away. `column` is set for columns."""

    span: Span
    kind: ObjectKind
    name: Name
    text: str | None
    column: str | None = None


# --- other objects -------------------------------------------------------------------------------------------


@record
class ColumnUse:
    """A column that a query names: of the relation, of any one of its relations (None); `*` for all."""

    relation: Name | None
    column: str


@record
class CreateView:
    """CREATE [MATERIALIZED] VIEW; `reads` are the relations in its query, `uses` the columns that it names of them.

    `columns` are the names that the view gives, in order, None where the text does not tell them (`SELECT *`).
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


@record
class RefreshView:
    """REFRESH MATERIALIZED VIEW."""

    span: Span
    view: Name
    concurrently: bool = False
    with_data: bool = True


@record
class CreateType:
    """CREATE TYPE; `values` are an enum's labels, None for every other sort."""

    span: Span
    type: Name
    values: tuple[str, ...] | None = None


@record
class AddEnumValue:
    """ALTER TYPE … ADD VALUE."""

    span: Span
    type: Name
    value: str
    if_not_exists: bool = False


@record
class CreateTrigger:
    """CREATE TRIGGER; `deferred` tells a constraint trigger that is INITIALLY DEFERRED.

    `row` tells FOR EACH ROW, `other` is the table of FROM, `columns` are those that its definition names.
    """

    span: Span
    trigger: str
    table: Name
    replace: bool = False
    deferred: bool = False
    row: bool = False
    other: Name | None = None
    columns: tuple[str, ...] = ()


@record
class CreateObject:
    """CREATE of an object of which only the name matters: sequence, domain, function, schema, policy.

    `trigger` tells a function that only triggers can call, `definer` one that runs with its owner's rights,
    `search_path` one that sets its own; `volatility` is a function's, "" where it cannot be relied on.
    `type`, `not_null`, `default` and `constraints` are a domain's. `owned_by` is the table of a sequence, `tables` are
    those of a publication or of extended statistics, `columns` those that a policy names.
    """

    span: Span
    kind: ObjectKind
    name: Name
    if_not_exists: bool = False
    replace: bool = False
    table: Name | None = None
    trigger: bool = False
    definer: bool = False
    search_path: bool = False
    volatility: str = ""
    type: Type | None = None
    not_null: bool = False
    default: Expression | None = None
    constraints: tuple[ConstraintDefinition, ...] = ()
    owned_by: Name | None = None
    tables: tuple[Name, ...] = ()
    columns: tuple[str, ...] = ()


@record
class AlterDomain:
    """ALTER DOMAIN; `form` is `add`, `drop`, `validate`, `set not null`, `drop not null` or `default`.

    `constraint` is the one that is added, `name` that of the one that is dropped or validated.
    """

    span: Span
    domain: Name
    form: str
    constraint: ConstraintDefinition | None = None
    name: str = ""
    default: Expression | None = None


@record
class AlterSequence:
    """ALTER SEQUENCE; `owned_by` is the table of OWNED BY."""

    span: Span
    sequence: Name
    if_exists: bool = False
    owned_by: Name | None = None


# --- data ----------------------------------------------------------------------------------------------------


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
    `many` tells that it may change many rows: no condition, join or limit picks them by values.
    """

    span: Span
    table: Name
    whole: bool
    columns: tuple[str, ...] = ()
    has_where: bool = False
    null_column: str | None = None
    reads: tuple[Name, ...] = ()
    many: bool = False


@record
class Delete:
    """DELETE; `whole`, `reads` and `many` as for Update."""

    span: Span
    table: Name
    whole: bool
    has_where: bool = False
    reads: tuple[Name, ...] = ()
    many: bool = False


# --- session, transaction, maintenance -----------------------------------------------------------------------


class TransactionWord(StrEnum):
    """Transaction commands that matter to a runner."""

    BEGIN = "BEGIN"
    COMMIT = "COMMIT"
    ROLLBACK = "ROLLBACK"
    SAVEPOINT = "SAVEPOINT"
    RELEASE = "RELEASE"
    ROLLBACK_TO = "ROLLBACK TO"
    PREPARE = "PREPARE TRANSACTION"
    OTHER = "SET TRANSACTION"


@record
class TransactionControl:
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their like."""

    span: Span
    word: TransactionWord


@record
class SetVariable:
    """SET or RESET of a configuration parameter; `value` is None for RESET and SET … TO DEFAULT.

    RESET ALL has the name "". `set_config('name', 'value', local)` counts where its arguments are literals.
    """

    span: Span
    name: str
    value: str | None
    local: bool = False


@record
class Vacuum:
    """VACUUM or ANALYZE."""

    span: Span
    tables: tuple[Name, ...]
    full: bool = False
    analyze_only: bool = False


@record
class Cluster:
    """CLUSTER; without a table all clustered tables."""

    span: Span
    table: Name | None


@record
class Command:
    """A command told by its words alone, e.g. `CREATE DATABASE`, `ALTER SYSTEM`, `DISCARD ALL`, `GRANT`.

    `relations` are those that it locks, `locked` those of a query that FOR UPDATE or FOR SHARE locks.
    """

    span: Span
    words: str
    relations: tuple[Name, ...] = field(default=(), compare=False)
    locked: tuple[Name, ...] = field(default=(), compare=False)


@record
class Inner:
    """An action inside a DO block. `loop`: repeated; `conditional`: under IF, CASE or an EXCEPTION handler."""

    action: Action
    loop: bool = False
    conditional: bool = False


@record(caches=True)
class DoBlock:
    """DO: the actions that its body can be seen to run, whether it commits, and whether SQL is made at run time."""

    span: Span
    language: str
    inner: tuple[Inner, ...] = ()
    commits: bool = False
    dynamic: bool = False
    unreadable: str = field(default="", compare=False)

    @cached_property
    def changes(self) -> tuple[Action, ...]:
        """Those of its actions that may change the schema, in the order of the text."""
        quiet = (Insert, Update, Delete, Command, LockTable, Vacuum)
        found = (inner.action for inner in self.inner if not isinstance(inner.action, quiet))
        return tuple(sorted(found, key=lambda action: action.span.start))


Action = (
    CreateTable | AddColumn | DropColumn | AlterColumnType | SetNotNull | DropNotNull | SetDefault
    | AddConstraint | DropConstraint | ValidateConstraint | AttachPartition | DetachPartition | AlterTable
    | Truncate | LockTable | CreateIndex | Reindex | Drop | Rename | SetSchema | CommentOn
    | CreateView | RefreshView | CreateType | AddEnumValue | CreateTrigger | CreateObject | AlterDomain | AlterSequence
    | Insert | Update | Delete | TransactionControl | SetVariable | Vacuum | Cluster | Command | DoBlock
)  # fmt: skip


def flattened(actions: Iterable[Action]) -> Iterator[Action]:
    """The actions, with what a DO block can be seen to run in the block's place."""
    for action in actions:
        if isinstance(action, DoBlock):
            yield from (inner.action for inner in action.inner)
        else:
            yield action
