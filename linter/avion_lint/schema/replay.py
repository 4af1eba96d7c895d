"""The fold: a schema and the actions of a statement give the next schema."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.record import record, replace
from avion_lint.schema.model import (
    PUBLIC,
    TEMPORARY,
    Column,
    Constraint,
    Domain,
    Index,
    Key,
    Origin,
    Schema,
    Table,
    Thing,
    candidates,
    resolve,
)
from avion_lint.sql import actions as a

_RELATIONS = {a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE}
_DEPRECATED_SUFFIX = "_deprecated"


def replay(schema: Schema, steps: Iterable[tuple[a.Action, Origin]]) -> Schema:
    """Schema after the actions; `schema` itself is left as it is. Never raises: what is unknown stays unknown."""
    changing = [(action, origin) for action, origin in steps if not isinstance(action, _IDLE)]
    if not changing:
        return schema
    draft = _Draft(dict(schema.tables), dict(schema.indexes), dict(schema.things), schema.search_path)
    for action, origin in changing:
        _apply(draft, action, origin)
    return Schema(draft.tables, draft.indexes, draft.things, draft.search_path)


# What never changes the schema; most statements of large files are of these.
_IDLE = (a.Insert, a.Update, a.Delete, a.Command, a.TransactionControl, a.Vacuum, a.LockTable, a.Truncate)


def with_search_path(schema: Schema, search_path: tuple[str, ...] = PUBLIC) -> Schema:
    """The same objects seen through another search path."""
    return schema if schema.search_path == search_path else replace(schema, search_path=search_path)


@record(frozen=False)
class _Draft:
    """A schema while it is being changed; never leaves this module."""

    tables: dict[a.Name, Table]
    indexes: dict[a.Name, Index]
    things: dict[Key, Thing]
    search_path: tuple[str, ...]

    def name(self, name: a.Name) -> a.Name:
        return resolve(name, self.tables, self.search_path)

    def new_name(self, name: a.Name, *, temporary: bool = False) -> a.Name:
        if temporary:
            return a.Name(TEMPORARY, name.name)
        return name if name.schema else a.Name(self.search_path[0] if self.search_path else "public", name.name)

    def table(self, name: a.Name) -> Table:
        """The table, or one that is older than the known migrations."""
        resolved = self.name(name)
        return self.tables.get(resolved) or Table(resolved)

    def heirs(self, name: a.Name) -> list[a.Name]:
        """Partitions of a table and the tables that inherit from it."""
        found = (table for table in self.tables.values() if table.partition_of == name or name in table.inherits)
        return [table.name for table in found]

    def put(self, table: Table) -> None:
        self.tables[table.name] = table

    def key(self, kind: a.ObjectKind, name: a.Name, table: a.Name | None = None) -> Key:
        owner = self.name(table) if table else None
        keys: list[Key] = [(kind, candidate, owner) for candidate in candidates(name, self.search_path)]
        return next((key for key in keys if key in self.things), (kind, self.new_name(name), owner))


def _apply(draft: _Draft, action: a.Action, origin: Origin) -> None:
    _apply_alone(draft, action, origin)
    if isinstance(action, a.Rename) and action.kind is a.ObjectKind.COLUMN and action.table:
        for child in draft.heirs(draft.name(action.table)):
            _apply(draft, replace(action, table=child), origin)
    if isinstance(action, a.CreateIndex) or (
        isinstance(action, a.AddConstraint) and action.constraint.kind in _INDEXED
    ):
        if not action.only:
            _to_partitions(draft, draft.name(action.table), origin)
    elif isinstance(action, _INHERITED) and not action.only:
        for child in draft.heirs(draft.name(action.table)):
            _apply(draft, _for_child(draft, action, child), origin)


# What a table hands on to its partitions and to the tables that inherit from it.
_INHERITED = (
    a.AddColumn,
    a.DropColumn,
    a.AlterColumnType,
    a.SetNotNull,
    a.DropNotNull,
    a.SetDefault,
    a.AddConstraint,
    a.DropConstraint,
    a.ValidateConstraint,
)
_Inherited = (
    a.AddColumn | a.DropColumn | a.AlterColumnType | a.SetNotNull | a.DropNotNull | a.SetDefault
    | a.AddConstraint | a.DropConstraint | a.ValidateConstraint
)  # fmt: skip


def _for_child(draft: _Draft, action: _Inherited, child: a.Name) -> a.Action:
    """The same for a child, where a constraint has the name that it has above."""
    if isinstance(action, a.AddConstraint):
        name = action.constraint.name or _latest_constraint(draft, action.table)
        return replace(action, table=child, constraint=replace(action.constraint, name=name))
    return replace(action, table=child)


def _to_partitions(draft: _Draft, table: a.Name, origin: Origin) -> None:
    """Give the newest index of a partitioned table to its partitions."""
    newest = next((index for index in reversed(draft.indexes.values()) if index.table == table), None)
    if newest is None or not draft.table(table).partitioned:
        return
    for child in draft.heirs(table):
        _part_index(draft, newest, child, origin)


def _latest_constraint(draft: _Draft, table: a.Name) -> str | None:
    return next(reversed(tuple(draft.table(table).constraints)), None)


def _apply_alone(draft: _Draft, action: a.Action, origin: Origin) -> None:
    match action:
        case a.CreateTable():
            _create_table(draft, action, origin)
        case a.CreateIndex():
            _create_index(draft, action, origin)
        case a.AddColumn():
            _add_column(draft, action, origin)
        case a.DropColumn():
            _drop_column(draft, action)
        case a.AlterColumnType() | a.SetNotNull() | a.DropNotNull() | a.SetDefault():
            _alter_column(draft, action)
        case a.AddConstraint():
            _add_constraint(draft, draft.table(action.table), action.constraint, origin)
        case a.DropConstraint():
            _drop_constraint(draft, action)
        case a.ValidateConstraint():
            _validate(draft, action)
        case a.AttachPartition(index=True):
            part = resolve(action.partition, draft.indexes, draft.search_path)
            if part in draft.indexes:
                whole = resolve(action.table, draft.indexes, draft.search_path)
                draft.indexes[part] = replace(draft.indexes[part], part_of=whole)
        case a.AttachPartition(index=False) | a.DetachPartition():
            _partition(draft, action, origin)
        case a.Drop():
            _drop(draft, action)
        case a.Rename():
            _rename(draft, action, origin)
        case a.SetSchema():
            _move(draft, action)
        case a.CommentOn():
            _comment(draft, action, origin)
        case a.CreateView() | a.CreateType() | a.CreateTrigger() | a.CreateObject():
            _create_thing(draft, action, origin)
        case a.AddEnumValue():
            _add_value(draft, action)
        case a.AlterDomain():
            _alter_domain(draft, action, origin)
        case a.AlterTable(form="AddIdentity" | "DropIdentity" | "DropExpression"):
            _alter_value(draft, action)
        case a.AlterTable(form="AddInherit" | "DropInherit", other=a.Name() as parent):
            _inherit(draft, action, draft.name(parent))
        case a.RefreshView():
            _refresh(draft, action)
        case a.AlterTable(form="SetLogged" | "SetUnLogged"):
            draft.put(replace(draft.table(action.table), unlogged=action.form == "SetUnLogged"))
        case a.SetVariable(name="search_path"):
            draft.search_path = _search_path(action.value)
        case a.DoBlock():
            for inner in action.inner:
                _apply(draft, inner.action, origin)


def _search_path(value: str | None) -> tuple[str, ...]:
    if value is None:
        return PUBLIC
    names = (part.strip().strip('"') for part in value.split(","))
    return tuple(name for name in names if name and name != "$user")


# --- tables ------------------------------------------------------------------------------------------------


def _create_table(draft: _Draft, action: a.CreateTable, origin: Origin) -> None:
    name = draft.new_name(action.table, temporary=action.temporary)
    if action.if_not_exists and name in draft.tables:
        return
    parents = (*action.inherits, *action.like, *((action.partition_of,) if action.partition_of else ()))
    inherited: dict[str, Column] = {}
    for parent in parents:
        inherited.update(draft.table(parent).columns)
    own = {column.name: _column(column, origin, name) for column in action.columns}
    table = Table(
        name,
        origin,
        columns={**inherited, **own},
        partitioned=action.partitioned,
        partition_of=draft.name(action.partition_of) if action.partition_of else None,
        temporary=action.temporary,
        partition_key=action.partition_key,
        default_partition=action.default_partition,
        unlogged=action.unlogged,
        inherits=tuple(draft.name(parent) for parent in action.inherits),
    )
    draft.put(table)
    in_columns = (made for column in action.columns for made in column.constraints)
    for constraint in (*in_columns, *action.constraints):
        _add_constraint(draft, draft.tables[name], constraint, origin)
    if table.partition_of:
        _join_partitions(draft, table.partition_of, name, origin)


def _join_partitions(draft: _Draft, parent: a.Name, child: a.Name, origin: Origin) -> None:
    """Give a partition what the partitioned table has: constraints, and an index for each of its indexes."""
    whole = draft.table(parent)
    part = draft.table(child)
    missing = {
        name: made
        for name, made in whole.constraints.items()
        if made.kind not in _INDEXED and name not in part.constraints
    }
    draft.put(replace(part, constraints={**part.constraints, **missing}))
    for index in [index for index in draft.indexes.values() if index.table == parent]:
        _part_index(draft, index, child, origin)


def _part_index(draft: _Draft, whole: Index, child: a.Name, origin: Origin) -> None:
    """Attach the partition's index that is like the whole one, or make it."""
    if any(index.table == child and index.part_of == whole.name for index in draft.indexes.values()):
        return
    alike = (
        index
        for index in draft.indexes.values()
        if index.table == child
        and index.part_of is None
        and None not in index.columns
        and (index.columns, index.unique, index.partial, index.method)
        == (whole.columns, whole.unique, whole.partial, whole.method)
        and (index.constraint or not whole.constraint)
    )
    found = next(alike, None)
    if found is not None:
        draft.indexes[found.name] = replace(found, part_of=whole.name)
        return
    constraint = draft.table(whole.table).constraints.get(whole.name.name) if whole.constraint else None
    if constraint is not None:
        definition = a.ConstraintDefinition(constraint.kind, None, constraint.columns)
        _add_constraint(draft, draft.table(child), definition, origin)
        made = next(reversed(draft.indexes.values()))
    else:
        made = _new_index(draft, child, whole, origin)
    draft.indexes[made.name] = replace(made, part_of=whole.name)
    for heir in draft.heirs(child):
        _part_index(draft, draft.indexes[made.name], heir, origin)


def _new_index(draft: _Draft, child: a.Name, like: Index, origin: Origin) -> Index:
    base = "_".join((child.name, *(column or "expr" for column in like.columns), "idx"))
    name = a.Name(child.schema, _free(base, (known.name for known in draft.indexes)))
    return replace(like, name=name, table=child, origin=origin, constraint=False, part_of=None)


def _alter_value(draft: _Draft, action: a.AlterTable) -> None:
    """Make a column an identity column, or take away what gives it its value."""
    table = draft.table(action.table)
    column = table.columns.get(action.detail)
    if column is None:
        return
    if action.form == "DropExpression":
        column = replace(column, generated="", reads=())
    else:
        made = action.form == "AddIdentity"
        sequence = _sequence(table.name, column.name) if made else None
        column = replace(column, identity=made, sequence=sequence)
    draft.put(replace(table, columns={**table.columns, column.name: column}))


def _inherit(draft: _Draft, action: a.AlterTable, parent: a.Name) -> None:
    table = draft.table(action.table)
    others = tuple(name for name in table.inherits if name != parent)
    draft.put(replace(table, inherits=(*others, parent) if action.form == "AddInherit" else others))


def _column(definition: a.ColumnDefinition, origin: Origin, table: a.Name) -> Column:
    serial = definition.type.name in _SERIALS
    default = a.Expression(("nextval",)) if serial else definition.default
    return Column(
        definition.name,
        definition.type,
        definition.not_null or serial or definition.identity,
        default,
        definition.generated,
        definition.identity,
        origin,
        deprecated=origin if definition.name.endswith(_DEPRECATED_SUFFIX) else None,
        sequence=_sequence(table, definition.name) if serial or definition.identity else None,
        reads=definition.reads,
        collation=definition.collation,
    )


_SERIALS = ("serial", "bigserial", "smallserial", "serial4", "serial8", "serial2")


def _sequence(table: a.Name, column: str) -> a.Name:
    """Name that PostgreSQL chooses for the sequence of a serial or identity column, where it is free."""
    return a.Name(table.schema, f"{table.name}_{column}_seq")


def _add_column(draft: _Draft, action: a.AddColumn, origin: Origin) -> None:
    table = draft.table(action.table)
    if action.if_not_exists and action.column.name in table.columns:
        return
    added = _column(action.column, origin, table.name)
    table = replace(table, columns={**table.columns, added.name: added})
    draft.put(table)
    for constraint in action.column.constraints:
        _add_constraint(draft, draft.tables[table.name], constraint, origin)


def _drop_column(draft: _Draft, action: a.DropColumn) -> None:
    table = draft.table(action.table)
    if action.cascade:
        _drop_views(draft, table.name, action.column)
    kept = {name: column for name, column in table.columns.items() if name != action.column}
    constraints = {name: made for name, made in table.constraints.items() if action.column not in made.columns}
    draft.put(replace(table, columns=kept, constraints=constraints))
    for name, index in list(draft.indexes.items()):
        if index.table == table.name and action.column in index.columns:
            del draft.indexes[name]


def _alter_column(draft: _Draft, action: a.AlterColumnType | a.SetNotNull | a.DropNotNull | a.SetDefault) -> None:
    table = draft.table(action.table)
    column = table.columns.get(action.column) or Column(action.column, None)
    match action:
        case a.AlterColumnType():
            column = replace(column, type=action.type, collation=action.collation)
        case a.SetNotNull():
            column = replace(column, not_null=True)
        case a.DropNotNull():
            column = replace(column, not_null=False)
        case a.SetDefault():
            column = replace(column, default=action.default)
    draft.put(replace(table, columns={**table.columns, column.name: column}))


def _partition(draft: _Draft, action: a.AttachPartition | a.DetachPartition, origin: Origin) -> None:
    child = draft.table(action.partition)
    parent = draft.name(action.table) if isinstance(action, a.AttachPartition) else None
    default = isinstance(action, a.AttachPartition) and action.default_partition
    draft.put(replace(child, partition_of=parent, default_partition=default))
    if parent is not None:
        draft.put(replace(draft.table(action.table), partitioned=True))
        _join_partitions(draft, parent, child.name, origin)
        return
    for index in [index for index in draft.indexes.values() if index.table == child.name]:
        draft.indexes[index.name] = replace(index, part_of=None)


# --- constraints and indexes -----------------------------------------------------------------------------------

_INDEXED = {a.ConstraintKind.PRIMARY_KEY, a.ConstraintKind.UNIQUE, a.ConstraintKind.EXCLUSION}
_SUFFIXES = {
    a.ConstraintKind.PRIMARY_KEY: "pkey",
    a.ConstraintKind.UNIQUE: "key",
    a.ConstraintKind.CHECK: "check",
    a.ConstraintKind.FOREIGN_KEY: "fkey",
    a.ConstraintKind.EXCLUSION: "excl",
    a.ConstraintKind.NOT_NULL: "not_null",
}


def _add_constraint(draft: _Draft, table: Table, definition: a.ConstraintDefinition, origin: Origin) -> None:
    if definition.kind is a.ConstraintKind.NOT_NULL and definition.name is None and definition.valid:
        draft.put(replace(table, columns=_not_null(table, definition.columns)))
        return  # a property of the column; only PostgreSQL 18 lists it among the constraints
    name = definition.name or definition.using_index or _default_name(table, definition)
    columns = definition.columns
    if definition.using_index:
        index = draft.indexes.pop(resolve(a.Name(table.name.schema, definition.using_index), draft.indexes, ()), None)
        columns = tuple(column for column in index.columns if column) if index else ()
    references = draft.name(definition.references) if definition.references else None
    made = Constraint(
        name,
        definition.kind,
        columns,
        definition.valid,
        references,
        definition.not_null_column,
        origin,
        definition.deferred,
        definition.enforced,
        definition.terms,
        definition.referenced_columns,
    )
    table = replace(table, constraints={**table.constraints, name: made})
    if definition.kind in (a.ConstraintKind.PRIMARY_KEY, a.ConstraintKind.NOT_NULL) and definition.valid:
        table = replace(table, columns=_not_null(table, columns))
    draft.put(table)
    if definition.kind in _INDEXED:
        index_name = a.Name(table.name.schema, name)
        made_index = Index(
            index_name,
            table.name,
            columns,
            unique=True,
            constraint=True,
            origin=origin,
            uses=columns,
            plain=definition.kind is not a.ConstraintKind.EXCLUSION,
        )
        draft.indexes[index_name] = made_index


def _not_null(table: Table, columns: tuple[str, ...]) -> dict[str, Column]:
    return {
        name: replace(column, not_null=True) if name in columns else column for name, column in table.columns.items()
    }


def _default_name(table: Table, definition: a.ConstraintDefinition) -> str:
    """PostgreSQL's own choice of name: table, columns (a check: only if one), suffix; numbered when taken."""
    suffix = _SUFFIXES[definition.kind]
    columns = definition.columns
    several = definition.kind is a.ConstraintKind.CHECK and len(columns) != 1
    unnamed = several or definition.kind is a.ConstraintKind.PRIMARY_KEY
    base = "_".join((table.name.name, *(() if unnamed else columns), suffix))
    return _free(base, table.constraints)


def _free(base: str, taken: Iterable[str]) -> str:
    names = set(taken)
    number = 0
    while (candidate := base + (str(number) if number else "")) in names:
        number += 1
    return candidate


def _drop_constraint(draft: _Draft, action: a.DropConstraint) -> None:
    table = draft.table(action.table)
    kept = {name: made for name, made in table.constraints.items() if name != action.constraint}
    draft.put(replace(table, constraints=kept))
    _drop_index(draft, a.Name(table.name.schema, action.constraint))


def _drop_index(draft: _Draft, name: a.Name) -> None:
    """Drop an index, with those of the partitions that belong to it and their constraints."""
    dropped = draft.indexes.pop(name, None)
    if dropped is None:
        return
    for part in [index for index in draft.indexes.values() if index.part_of == name]:
        _drop_index(draft, part.name)
        table = draft.table(part.table)
        kept = {key: made for key, made in table.constraints.items() if key != part.name.name or not part.constraint}
        draft.put(replace(table, constraints=kept))


def _validate(draft: _Draft, action: a.ValidateConstraint) -> None:
    table = draft.table(action.table)
    made = table.constraints.get(action.constraint)
    if made is not None:
        constraints = {**table.constraints, made.name: replace(made, valid=True)}
        columns = _not_null(table, made.columns) if made.kind is a.ConstraintKind.NOT_NULL else table.columns
        draft.put(replace(table, constraints=constraints, columns=columns))


def _create_index(draft: _Draft, action: a.CreateIndex, origin: Origin) -> None:
    table = draft.name(action.table)
    base = "_".join((table.name, *(column or "expr" for column in action.columns), "idx"))
    name = a.Name(table.schema, action.index or _free(base, (known.name for known in draft.indexes)))
    if action.if_not_exists and name in draft.indexes:
        return
    draft.indexes[name] = Index(
        name,
        table,
        action.columns,
        action.unique,
        action.partial,
        origin=origin,
        method=action.method,
        plain=action.plain,
        uses=action.uses,
    )


# --- drop, rename, move, comment ---------------------------------------------------------------------------------


def _drop(draft: _Draft, action: a.Drop) -> None:
    match action.kind:
        case kind if kind in _RELATIONS:
            if action.cascade:
                _drop_views(draft, draft.name(action.name))
            _drop_table(draft, draft.name(action.name))
        case kind if kind in _VIEWS:
            key = draft.key(kind, action.name)
            draft.things.pop(key, None)
            if action.cascade:
                _drop_views(draft, key[1])
        case a.ObjectKind.INDEX:
            _drop_index(draft, resolve(action.name, draft.indexes, draft.search_path))
        case a.ObjectKind.SCHEMA:
            draft.things.pop(draft.key(action.kind, action.name), None)
            for table in [name for name in draft.tables if name.schema == action.name.name]:
                _drop_table(draft, table)
            for key in [key for key in draft.things if key[1].schema == action.name.name]:
                del draft.things[key]
        case _:
            draft.things.pop(draft.key(action.kind, action.name, action.table), None)


def _drop_views(draft: _Draft, relation: a.Name, column: str | None = None) -> None:
    """Drop the views that use a relation, or a column of it, and those over them."""
    use = a.ColumnUse(relation, column or "")
    for key, thing in list(draft.things.items()):
        if thing.kind in _VIEWS and (use in thing.uses if column else relation in thing.reads):
            draft.things.pop(key, None)
            _drop_views(draft, thing.name)


def _drop_table(draft: _Draft, name: a.Name) -> None:
    draft.tables.pop(name, None)
    for table in list(draft.tables.values()):
        kept = {key: made for key, made in table.constraints.items() if made.references != name}
        if len(kept) < len(table.constraints):
            draft.put(replace(table, constraints=kept))
    for index in [index.name for index in draft.indexes.values() if index.table == name]:
        del draft.indexes[index]
    for key in [key for key in draft.things if key[2] == name]:
        del draft.things[key]
    for child in [table.name for table in draft.tables.values() if table.partition_of == name]:
        _drop_table(draft, child)


def _rename(draft: _Draft, action: a.Rename, origin: Origin) -> None:
    marks = origin if action.new_name.endswith(_DEPRECATED_SUFFIX) else None
    match _kind(draft, action):
        case kind if kind in _RELATIONS:
            _rename_table(draft, draft.table(action.name), action.new_name, marks)
        case a.ObjectKind.COLUMN if action.table and _is_view(draft, action.table):
            _rename_view_column(draft, action.table, action)
        case a.ObjectKind.COLUMN if action.table:
            _rename_column(draft, draft.table(action.table), action, marks)
        case a.ObjectKind.CONSTRAINT if action.table:
            _rename_constraint(draft, draft.table(action.table), action)
        case a.ObjectKind.INDEX:
            index = draft.indexes.pop(resolve(action.name, draft.indexes, draft.search_path), None)
            if index:
                name = a.Name(index.name.schema, action.new_name)
                draft.indexes[name] = replace(index, name=name, deprecated=marks or index.deprecated)
        case a.ObjectKind.ENUM_VALUE if action.table:
            _rename_value(draft, action)
        case kind:
            key = draft.key(kind, action.name, action.table)
            thing = draft.things.pop(key, None) or Thing(kind, key[1], key[2])
            name = a.Name(thing.name.schema, action.new_name)
            draft.things[(thing.kind, name, thing.table)] = replace(
                thing, name=name, deprecated=marks or thing.deprecated
            )


def _kind(draft: _Draft, action: a.Rename | a.SetSchema) -> a.ObjectKind:
    """What is renamed or moved: ALTER TABLE takes indexes, views and sequences as well."""
    if action.kind is not a.ObjectKind.TABLE or draft.name(action.name) in draft.tables:
        return action.kind
    if resolve(action.name, draft.indexes, draft.search_path) in draft.indexes:
        return a.ObjectKind.INDEX
    views = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW, a.ObjectKind.SEQUENCE)
    return next((kind for kind in views if draft.key(kind, action.name) in draft.things), action.kind)


def _rename_table(draft: _Draft, table: Table, new_name: str, marks: Origin | None) -> None:
    name = a.Name(table.name.schema, new_name)
    _rekey_table(draft, table, replace(table, name=name, deprecated=marks or table.deprecated))


def _rekey_table(draft: _Draft, old: Table, new: Table) -> None:
    draft.tables.pop(old.name, None)
    draft.put(new)
    for table in list(draft.tables.values()):
        draft.put(_pointing(table, old.name, new.name))
    for key, thing in list(draft.things.items()):
        if old.name in thing.reads:
            reads = tuple(new.name if name == old.name else name for name in thing.reads)
            uses = tuple(replace(use, relation=new.name) if use.relation == old.name else use for use in thing.uses)
            draft.things[key] = replace(thing, reads=reads, uses=uses)
    for index in [index for index in draft.indexes.values() if index.table == old.name]:
        draft.indexes[index.name] = replace(index, table=new.name)
    for key, thing in [(key, thing) for key, thing in draft.things.items() if key[2] == old.name]:
        del draft.things[key]
        draft.things[(thing.kind, thing.name, new.name)] = replace(thing, table=new.name)


def _pointing(table: Table, old: a.Name, new: a.Name) -> Table:
    """The table, pointing to another one by its new name."""
    if old not in (table.partition_of, *table.inherits, *(made.references for made in table.constraints.values())):
        return table
    constraints = {
        name: replace(made, references=new) if made.references == old else made
        for name, made in table.constraints.items()
    }
    return replace(
        table,
        constraints=constraints,
        partition_of=new if table.partition_of == old else table.partition_of,
        inherits=tuple(new if name == old else name for name in table.inherits),
    )


def _rename_column(draft: _Draft, table: Table, action: a.Rename, marks: Origin | None) -> None:
    old = action.name.name
    column = table.columns.get(old) or Column(old, None)
    renamed = replace(column, name=action.new_name, deprecated=marks or column.deprecated)
    columns = {name: made for name, made in table.columns.items() if name != old} | {renamed.name: renamed}
    constraints = {
        name: replace(made, columns=tuple(renamed.name if part == old else part for part in made.columns))
        for name, made in table.constraints.items()
    }
    draft.put(replace(table, columns=columns, constraints=constraints))
    for index in [index for index in draft.indexes.values() if index.table == table.name and old in index.uses]:
        parts = tuple(renamed.name if part == old else part for part in index.columns)
        uses = tuple(renamed.name if part == old else part for part in index.uses)
        draft.indexes[index.name] = replace(index, columns=parts, uses=uses)
    was, now = a.ColumnUse(table.name, old), a.ColumnUse(table.name, renamed.name)
    for key, thing in list(draft.things.items()):
        if was in thing.uses:
            draft.things[key] = replace(thing, uses=tuple(now if use == was else use for use in thing.uses))


_VIEWS = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW)


def _is_view(draft: _Draft, name: a.Name) -> bool:
    return draft.name(name) not in draft.tables and any(draft.key(kind, name) in draft.things for kind in _VIEWS)


def _rename_view_column(draft: _Draft, view: a.Name, action: a.Rename) -> None:
    for key in [draft.key(kind, view) for kind in _VIEWS]:
        thing = draft.things.get(key)
        if thing and thing.columns is not None:
            columns = tuple(action.new_name if name == action.name.name else name for name in thing.columns)
            draft.things[key] = replace(thing, columns=columns)


def _rename_constraint(draft: _Draft, table: Table, action: a.Rename) -> None:
    made = table.constraints.get(action.name.name)
    if made is None:
        return
    kept = {name: other for name, other in table.constraints.items() if name != made.name}
    draft.put(replace(table, constraints={**kept, action.new_name: replace(made, name=action.new_name)}))
    index = draft.indexes.pop(a.Name(table.name.schema, made.name), None)
    if index:
        name = a.Name(index.name.schema, action.new_name)
        draft.indexes[name] = replace(index, name=name)


def _rename_value(draft: _Draft, action: a.Rename) -> None:
    if action.table is None:
        return
    key = draft.key(a.ObjectKind.TYPE, action.table)
    thing = draft.things.get(key)
    if thing and thing.values:
        values = tuple(action.new_name if value == action.name.name else value for value in thing.values)
        draft.things[key] = replace(thing, values=values)


def _move(draft: _Draft, action: a.SetSchema) -> None:
    kind = _kind(draft, action)
    if kind in _RELATIONS:
        table = draft.table(action.name)
        _rekey_table(draft, table, replace(table, name=a.Name(action.schema, table.name.name)))
        return
    key = draft.key(kind, action.name)
    thing = draft.things.pop(key, None)
    if thing:
        name = a.Name(action.schema, thing.name.name)
        draft.things[(thing.kind, name, thing.table)] = replace(thing, name=name)


def _comment(draft: _Draft, action: a.CommentOn, origin: Origin) -> None:
    marks = origin if action.text and "deprecated" in action.text.lower() else None
    match action.kind:
        case a.ObjectKind.TABLE:
            draft.put(replace(draft.table(action.name), deprecated=marks))
        case a.ObjectKind.COLUMN if action.column:
            table = draft.table(action.name)
            column = table.columns.get(action.column) or Column(action.column, None)
            draft.put(replace(table, columns={**table.columns, action.column: replace(column, deprecated=marks)}))
        case a.ObjectKind.INDEX:
            name = resolve(action.name, draft.indexes, draft.search_path)
            if name in draft.indexes:
                draft.indexes[name] = replace(draft.indexes[name], deprecated=marks)
        case _:
            key = draft.key(action.kind, action.name)
            thing = draft.things.get(key) or Thing(action.kind, key[1])
            draft.things[key] = replace(thing, deprecated=marks)


# --- other objects -----------------------------------------------------------------------------------------------


def _create_thing(
    draft: _Draft, action: a.CreateView | a.CreateType | a.CreateTrigger | a.CreateObject, origin: Origin
) -> None:
    made = _thing(draft, action, origin)
    key = (made.kind, made.name, made.table)
    kept = not isinstance(action, a.CreateType) and (
        getattr(action, "replace", False) or getattr(action, "if_not_exists", False)
    )
    if kept and key in draft.things:
        made = replace(made, origin=draft.things[key].origin)
    draft.things[key] = made


def _thing(
    draft: _Draft, action: a.CreateView | a.CreateType | a.CreateTrigger | a.CreateObject, origin: Origin
) -> Thing:
    match action:
        case a.CreateView():
            kind = a.ObjectKind.MATERIALIZED_VIEW if action.materialized else a.ObjectKind.VIEW
            name = draft.new_name(action.view, temporary=action.temporary)
            reads = tuple(draft.name(read) for read in action.reads)
            made = Thing(kind, name, reads=reads, origin=origin, columns=action.columns, empty=not action.with_data)
            return replace(made, uses=_resolved_uses(draft, action.uses, reads))
        case a.CreateType():
            return Thing(a.ObjectKind.TYPE, draft.new_name(action.type), values=action.values, origin=origin)
        case a.CreateTrigger():
            owner = draft.name(action.table)
            name = draft.new_name(a.Name(None, action.trigger))
            uses = tuple(a.ColumnUse(owner, column) for column in action.columns)
            return Thing(a.ObjectKind.TRIGGER, name, owner, origin=origin, deferred=action.deferred, uses=uses)
        case a.CreateObject():
            table = draft.name(action.table) if action.table else None
            name = draft.new_name(action.name)
            made = Thing(action.kind, name, table, origin=origin, trigger=action.trigger, volatility=action.volatility)
            uses = tuple(a.ColumnUse(table, column) for column in action.columns)
            tables = tuple(draft.name(each) for each in action.tables)
            return replace(made, uses=uses, tables=tables, domain=_domain(action, origin))


def _domain(action: a.CreateObject, origin: Origin) -> Domain | None:
    if action.kind is not a.ObjectKind.DOMAIN:
        return None
    made = Domain(action.type, action.not_null, action.default)
    for definition in action.constraints:
        made = _constrained(made, action.name.name, definition, origin)
    return made


def _constrained(domain: Domain, name: str, definition: a.ConstraintDefinition, origin: Origin) -> Domain:
    own = definition.name or _free(f"{name}_check", domain.constraints)
    made = Constraint(own, definition.kind, (), definition.valid, origin=origin)
    return replace(domain, constraints={**domain.constraints, own: made})


def _alter_domain(draft: _Draft, action: a.AlterDomain, origin: Origin) -> None:
    key = draft.key(a.ObjectKind.DOMAIN, action.domain)
    thing = draft.things.get(key)
    if thing is None or thing.domain is None:
        return
    domain = thing.domain
    match action.form:
        case "add" if action.constraint:
            domain = _constrained(domain, thing.name.name, action.constraint, origin)
        case "drop":
            kept = {name: made for name, made in domain.constraints.items() if name != action.name}
            domain = replace(domain, constraints=kept)
        case "validate" if action.name in domain.constraints:
            valid = replace(domain.constraints[action.name], valid=True)
            domain = replace(domain, constraints={**domain.constraints, action.name: valid})
        case "set not null" | "drop not null":
            domain = replace(domain, not_null=action.form == "set not null")
        case "default":
            domain = replace(domain, default=action.default)
    draft.things[key] = replace(thing, domain=domain)


def _resolved_uses(draft: _Draft, uses: tuple[a.ColumnUse, ...], reads: tuple[a.Name, ...]) -> tuple[a.ColumnUse, ...]:
    """Columns that a view names, each with its relation; a name that two of its relations have is left out."""
    found: dict[a.ColumnUse, None] = {}
    for use in uses:
        owners = (
            [draft.name(use.relation)] if use.relation else [name for name in reads if _has(draft, name, use.column)]
        )
        if len(owners) != 1:
            continue
        columns = _columns_of(draft, owners[0]) if use.column == "*" else (use.column,)
        found.update(dict.fromkeys(a.ColumnUse(owners[0], column) for column in columns))
    return tuple(found)


def _has(draft: _Draft, relation: a.Name, column: str) -> bool:
    return column in _columns_of(draft, relation)


def _columns_of(draft: _Draft, relation: a.Name) -> tuple[str, ...]:
    if relation in draft.tables:
        return tuple(draft.tables[relation].columns)
    views = (draft.things.get((kind, relation, None)) for kind in _VIEWS)
    return next((view.columns for view in views if view and view.columns), ())


def _refresh(draft: _Draft, action: a.RefreshView) -> None:
    key = draft.key(a.ObjectKind.MATERIALIZED_VIEW, action.view)
    thing = draft.things.get(key)
    if thing:
        draft.things[key] = replace(thing, empty=not action.with_data)


def _add_value(draft: _Draft, action: a.AddEnumValue) -> None:
    key = draft.key(a.ObjectKind.TYPE, action.type)
    thing = draft.things.get(key)
    if thing and thing.values is not None and action.value not in thing.values:
        draft.things[key] = replace(thing, values=(*thing.values, action.value))
