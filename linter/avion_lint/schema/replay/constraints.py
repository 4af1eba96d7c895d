"""Constraints: added, validated, dropped."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from avion_lint.record import replace
from avion_lint.schema.model import Column, Constraint, Index, Origin, Table
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.indexes import drop_index
from avion_lint.schema.replay.naming import constraint_name, joined, relation_name, told_apart
from avion_lint.sql import actions as a

INDEXED = {a.ConstraintKind.PRIMARY_KEY, a.ConstraintKind.UNIQUE, a.ConstraintKind.EXCLUSION}


def add_to_table(draft: Draft, action: a.AddConstraint, origin: Origin) -> None:
    """Add a constraint by ALTER TABLE."""
    add_constraint(draft, draft.table(action.table), action.constraint, origin, only=action.only)


def add_constraint(
    draft: Draft, table: Table, definition: a.ConstraintDefinition, origin: Origin, *, only: bool = False
) -> None:
    """Give a table a constraint, with its index and what it says of NULL."""
    made = with_constraints(draft, table, (definition,), origin, only=only)
    if made is not table:
        draft.put(made)


def with_constraints(
    draft: Draft,
    table: Table,
    definitions: Iterable[a.ConstraintDefinition],
    origin: Origin,
    *,
    only: bool = False,
) -> Table:
    """Make the table with these constraints, which is yet to be put; their indexes are put."""
    columns, added = table.columns, dict[str, Constraint]()
    for definition in definitions:
        if definition.kind is a.ConstraintKind.NOT_NULL and definition.name is None and definition.valid:
            columns = not_null(columns, definition.columns)
            continue  # a property of the column; only PostgreSQL 18 lists it among the constraints
        name = definition.name or definition.using_index or _chosen(draft, table.name, definition, added)
        given = definition.columns
        if definition.using_index:
            index = draft.indexes.pop(a.Name(table.name.schema, definition.using_index), None)
            given = tuple(column for column in index.columns if column) if index else ()
        added[name] = _constraint(draft, name, given, definition, origin)
        if definition.valid and definition.kind in _NOT_NULL:
            columns = not_null(columns, given)
        if definition.kind in INDEXED:
            waits = only and table.partitioned and bool(draft.heirs(table.name))
            index = _index(a.Name(table.name.schema, name), table.name, given, definition, origin, valid=not waits)
            draft.indexes[index.name] = index
    if not added and columns is table.columns:
        return table
    return replace(table, columns=columns, constraints={**table.constraints, **added})


_NOT_NULL = {a.ConstraintKind.PRIMARY_KEY, a.ConstraintKind.NOT_NULL}


def _constraint(
    draft: Draft, name: str, columns: tuple[str, ...], definition: a.ConstraintDefinition, origin: Origin
) -> Constraint:
    references = draft.name(definition.references) if definition.references else None
    return Constraint(
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
        definition.check,
        definition.clauses,
        definition.elements,
        definition.include,
        definition.distinct,
    )


def _index(
    name: a.Name,
    table: a.Name,
    columns: tuple[str, ...],
    definition: a.ConstraintDefinition,
    origin: Origin,
    *,
    valid: bool,
) -> Index:
    """The index of a constraint."""
    exclusion = definition.kind is a.ConstraintKind.EXCLUSION
    plain = tuple(column for column in definition.keys if column) if exclusion else columns
    return Index(
        name,
        table,
        definition.keys if exclusion else columns,
        unique=not exclusion,
        partial=definition.partial,
        constraint=True,
        origin=origin,
        method=definition.method,
        uses=(*plain, *definition.include),
        plain=not exclusion,
        valid=valid,
        words=told_apart(definition.words or (*plain, *definition.include)),
    )


def not_null(columns: Mapping[str, Column], names: Iterable[str]) -> Mapping[str, Column]:
    """The columns of a table, of which those of these names hold no NULL any more."""
    known = [column for name in names if (column := columns.get(name)) and not column.not_null]
    return {**columns, **{column.name: replace(column, not_null=True) for column in known}} if known else columns


def _chosen(draft: Draft, table: a.Name, definition: a.ConstraintDefinition, added: Container[str]) -> str:
    """PostgreSQL's own choice of name; the columns of a CHECK are in it only where it is one.

    `added` are names of constraints that the table gets by the same statement.
    """
    words = (*definition.columns, *definition.include)
    match definition.kind:
        case a.ConstraintKind.PRIMARY_KEY:
            return relation_name(draft, table, "", "pkey", beside=added)
        case a.ConstraintKind.UNIQUE:
            return relation_name(draft, table, joined(told_apart(definition.words or words)), "key", beside=added)
        case a.ConstraintKind.EXCLUSION:
            return relation_name(draft, table, joined(told_apart(definition.words)), "excl", beside=added)
        case a.ConstraintKind.FOREIGN_KEY:
            return constraint_name(draft, table, joined(definition.columns), "fkey", added)
        case a.ConstraintKind.NOT_NULL:
            return constraint_name(draft, table, joined(definition.columns), "not_null", added)
    return constraint_name(draft, table, definition.columns[0] if len(definition.columns) == 1 else "", "check", added)


def drop_constraint(draft: Draft, action: a.DropConstraint, _origin: Origin) -> None:
    """Drop a constraint and its index; with CASCADE also the foreign keys that refer to the key."""
    table = draft.table(action.table)
    made = table.constraints.get(action.constraint)
    if made is None:
        _drop_not_null(draft, table, action.constraint)
        return
    kept = {name: other for name, other in table.constraints.items() if name != action.constraint}
    columns = table.columns
    if made.kind is a.ConstraintKind.NOT_NULL:
        columns = {
            name: replace(each, not_null=each.not_null and name not in made.columns) for name, each in columns.items()
        }
    draft.put(replace(table, constraints=kept, columns=columns))
    if made.kind in INDEXED:
        drop_index(draft, a.Name(table.name.schema, action.constraint))
    if action.cascade and made.kind in INDEXED:
        _drop_references(draft, table.name, made)


def _drop_not_null(draft: Draft, table: Table, constraint: str) -> None:
    """Since PostgreSQL 18 NOT NULL is a constraint with a name that the server chooses."""
    for column in table.columns.values():
        if column.not_null and constraint == f"{table.name.name}_{column.name}_not_null":
            draft.put(replace(table, columns={**table.columns, column.name: replace(column, not_null=False)}))
            return


def _drop_references(draft: Draft, table: a.Name, key: Constraint) -> None:
    """Drop the foreign keys that need a key; one that names no columns needs the primary key."""
    primary = key.kind is a.ConstraintKind.PRIMARY_KEY
    for other in draft.tables.about(table):
        kept = {
            name: made
            for name, made in other.constraints.items()
            if made.references != table
            or (sorted(made.referenced_columns) != sorted(key.columns) if made.referenced_columns else not primary)
        }
        if len(kept) < len(other.constraints):
            draft.put(replace(other, constraints=kept))


def validate_constraint(draft: Draft, action: a.ValidateConstraint, _origin: Origin) -> None:
    """Note that all rows have been found to keep a constraint."""
    table = draft.table(action.table)
    made = table.constraints.get(action.constraint)
    if made is not None:
        constraints = {**table.constraints, made.name: replace(made, valid=True)}
        columns = not_null(table.columns, made.columns) if made.kind is a.ConstraintKind.NOT_NULL else table.columns
        draft.put(replace(table, constraints=constraints, columns=columns))
