"""What rows of running releases must meet from a migration on, and did not have to meet before."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.schema.model import Column, Constraint, Index, Schema, Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._conditions import Condition, bare, conditions, implied, longest, split

Demanding = a.AddConstraint | a.AddColumn | a.CreateIndex | a.SetNotNull
_DEMANDING = (a.AddConstraint, a.AddColumn, a.CreateIndex, a.SetNotNull)


@record
class Ground:
    """A statement's action on a table that released code writes, with the table before the migration and before it."""

    migration: Migration
    statement: Statement
    action: Demanding
    schema: Schema
    table: Table | None

    @property
    def earlier(self) -> Table | None:
        """The table as it was before the migration, None where it is not known under its name."""
        return self.migration.before.tables.get(self.table.name) if self.table else None

    def column(self, name: str) -> Column | None:
        """A column of the table, that which the action itself adds among them."""
        known = self.table.columns.get(name) if self.table else None
        after = self.migration.after.tables.get(self.table.name) if self.table else None
        return known or (after.columns.get(name) if after else None)

    def is_new(self, column: str) -> bool:
        """Whether running releases do not know the column."""
        known = self.column(column)
        return known is not None and known.origin is not None and self.statement.made_here(known.origin)

    def default(self, column: str) -> a.Expression | None:
        """What a row has that is written without the column, once the migration is through; None for NULL."""
        after = self.migration.after.tables.get(self.table.name) if self.table else None
        known = after.columns.get(column) if after else self.column(column)
        return known.default if known else None


def grounds(migration: Migration) -> tuple[Ground, ...]:
    """Every action of the Up section that may make a demand on a table in use which nothing has changed unseen."""
    return migration.once(_grounds)


def _grounds(migration: Migration) -> tuple[Ground, ...]:
    return tuple(ground for statement in migration.up for ground in _of_statement(migration, statement))


def _of_statement(migration: Migration, statement: Statement) -> Iterator[Ground]:
    for action in statement.all_actions():
        if isinstance(action, _DEMANDING) and statement.in_use(action.table, action) and statement.is_sure():
            schema = statement.schema_before(action)
            table = schema.table(action.table)
            if not _is_there(action, schema, table):
                yield Ground(migration, statement, action, schema, table)


def _is_there(action: Demanding, schema: Schema, table: Table | None) -> bool:
    """Whether IF NOT EXISTS makes it do nothing."""
    if isinstance(action, a.AddColumn):
        return action.if_not_exists and table is not None and action.column.name in table.columns
    if isinstance(action, a.CreateIndex) and action.if_not_exists and action.index:
        return schema.index(a.Name(action.table.schema, action.index)) is not None
    return False


def constraints(ground: Ground) -> Iterator[a.ConstraintDefinition]:
    """Constraints that the action adds and the server enforces."""
    match ground.action:
        case a.AddConstraint(constraint=made):
            found: tuple[a.ConstraintDefinition, ...] = (made,)
        case a.AddColumn(column=column):
            found = column.constraints
        case _:
            found = ()
    yield from (made for made in found if made.enforced)


# --- CHECK -------------------------------------------------------------------------------------------------------


def is_narrower(ground: Ground, check: a.ConstraintDefinition) -> bool:
    """Whether a CHECK refuses what the table took until now from releases that do not know its new columns."""
    sql = check.check.sql if check.check else ""
    columns = set(check.columns)
    if columns and all(ground.is_new(column) for column in columns):
        return False
    tables = [table for table in (ground.table, ground.earlier) if table]
    known = [made for table in tables for made in table.constraints.values() if _is_check(made)]
    if sql and any(made.check and made.check.sql == sql for made in known):
        return False
    told = conditions(sql)
    return told is None or not implied(told, _known_conditions(ground, known))


def _is_check(made: Constraint) -> bool:
    return made.kind is ConstraintKind.CHECK and made.enforced


def _known_conditions(ground: Ground, known: list[Constraint]) -> Iterator[Condition]:
    for made in known:
        yield from conditions(made.check.sql if made.check else "") or ()
    for column in ground.table.columns.values() if ground.table else ():
        name = a.identifier(column.name)
        if column.not_null:
            yield Condition(name, not_null=True)
        if column.type and column.type.name == "character varying" and column.type.modifiers:
            yield longest(name, column.type.modifiers[0])


# --- UNIQUE ------------------------------------------------------------------------------------------------------


@record
class Key:
    """What must not repeat: columns (None for an expression), each as SQL, and the condition of a partial index."""

    columns: tuple[str | None, ...]
    parts: tuple[str, ...]
    where: a.Expression | None = None
    partial: bool = False
    distinct: bool = True


def keys(ground: Ground) -> Iterator[Key]:
    """What the action makes unique; an index that a constraint takes over was unique before."""
    if isinstance(ground.action, a.CreateIndex):
        index = ground.action
        if index.unique and not (index.only and ground.table and ground.table.partitioned):
            yield Key(index.columns, index.keys, index.where, index.partial, index.distinct)
        return
    for made in constraints(ground):
        if made.kind in (ConstraintKind.UNIQUE, ConstraintKind.PRIMARY_KEY) and not made.using_index:
            columns = made.columns or ((ground.action.column.name,) if isinstance(ground.action, a.AddColumn) else ())
            yield Key(columns, tuple(map(a.identifier, columns)), distinct=made.distinct)


_NEVER_REPEATED = {"nextval", "gen_random_uuid", "uuid_generate_v4", "uuid_generate_v1", "uuidv4", "uuidv7"}


def may_repeat(ground: Ground, key: Key) -> bool:
    """Whether rows of running releases may repeat a key that nothing has kept them from repeating until now."""
    for name in (column for column in key.columns if column):
        column = ground.column(name)
        if column is not None and _differs_by_itself(ground, column, key):
            return False
    return not any(_covers(index, key) for index in _indexes(ground))


def _differs_by_itself(ground: Ground, column: Column, key: Key) -> bool:
    """Whether each row has a value of its own there, or NULL, which repeats nothing."""
    default = ground.default(column.name)
    if column.identity or (default is not None and _NEVER_REPEATED & {*default.functions}):
        return True
    return ground.is_new(column.name) and default is None and key.distinct


def _indexes(ground: Ground) -> Iterator[Index]:
    """Indexes of the table, those that this migration has dropped among them."""
    if ground.table is not None:
        yield from ground.schema.indexes_of(ground.table.name)
        yield from ground.migration.before.indexes_of(ground.table.name)


def _covers(index: Index, key: Key) -> bool:
    """Whether rows that repeat the key would repeat that of a unique index."""
    if not index.unique or (index.distinct and not key.distinct):
        return False
    if index.partial and not (key.partial and _parts(index.where) and _parts(index.where) <= _parts(key.where)):
        return False
    alike = bool(index.keys) and all(_is_the_same(part, key) for part in index.keys)
    return alike or (None not in index.columns and {*index.columns} <= {*key.columns})


_NULL_ONLY_OF_NULL = ("lower", "upper", "btrim", "ltrim", "rtrim", "md5")
"""Functions that give one value for one value, and NULL for nothing but NULL."""


def _is_the_same(part: str, key: Key) -> bool:
    """Whether rows with the same key have the same, and no NULL of its own making, in this part of an index."""
    if part in key.parts:
        return True
    bare_part = part[1:-1] if part.startswith("(") and part.endswith(")") else part
    name, _, argument = bare_part.removesuffix("::text").partition("(")
    inner = argument[:-1] if name in _NULL_ONLY_OF_NULL and argument.endswith(")") else bare_part.removesuffix("::text")
    return inner != part and _is_the_same(inner, key)


def _parts(where: a.Expression | None) -> set[str]:
    """The conditions that AND joins in the WHERE of a partial index; none where they cannot be told."""
    return {bare(part) for part in split(where.sql, " AND ")} if where and where.sql else set()


# --- NOT NULL ----------------------------------------------------------------------------------------------------


def required(ground: Ground) -> Iterator[str]:
    """Columns that running releases know, could leave NULL and may not leave NULL any more.

    A column that has a default, or that an earlier deployment has filled, is on the way to it: nothing is said.
    """
    for name in _not_null(ground):
        column = ground.table.columns.get(name) if ground.table else None
        if column is None:
            if ground.table is None or ground.table.origin is None:
                yield name
        elif not (ground.is_new(name) or _never_null(ground, column) or ground.statement.made_before(column.filled)):
            yield name


def _not_null(ground: Ground) -> Iterator[str]:
    match ground.action:
        case a.SetNotNull(column=column):
            yield column
        case a.AddConstraint(constraint=made) if made.not_null_column and made.enforced:
            yield made.not_null_column


def _never_null(ground: Ground, column: Column) -> bool:
    """Whether it holds no NULL already, or something fills it where it is left out."""
    filled = ground.default(column.name) is not None or column.generated or column.identity
    tables = [table for table in (ground.table, ground.earlier) if table]
    shown = any(made.not_null_column == column.name for table in tables for made in table.constraints.values())
    before = ground.earlier.columns.get(column.name) if ground.earlier else None
    return bool(column.not_null or filled or shown or (before and before.not_null) or _has_trigger(ground))


def _has_trigger(ground: Ground) -> bool:
    name = ground.table.name if ground.table else None
    return any(kind is a.ObjectKind.TRIGGER and owner == name for kind, _, owner in ground.migration.after.things)
