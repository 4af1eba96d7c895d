"""Constraints: added, validated, dropped; and the names that PostgreSQL chooses."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Column, Constraint, Index, Origin, Table, resolve
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.indexes import drop_index
from avion_lint.schema.replay.naming import free_name
from avion_lint.sql import actions as a

INDEXED = {a.ConstraintKind.PRIMARY_KEY, a.ConstraintKind.UNIQUE, a.ConstraintKind.EXCLUSION}


_SUFFIXES = {
    a.ConstraintKind.PRIMARY_KEY: "pkey",
    a.ConstraintKind.UNIQUE: "key",
    a.ConstraintKind.CHECK: "check",
    a.ConstraintKind.FOREIGN_KEY: "fkey",
    a.ConstraintKind.EXCLUSION: "excl",
    a.ConstraintKind.NOT_NULL: "not_null",
}


def add_to_table(draft: Draft, action: a.AddConstraint, origin: Origin) -> None:
    """Add a constraint by ALTER TABLE."""
    add_constraint(draft, draft.table(action.table), action.constraint, origin)


def add_constraint(draft: Draft, table: Table, definition: a.ConstraintDefinition, origin: Origin) -> None:
    """Give a table a constraint, with its index and what it says of NULL."""
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
        definition.check,
        definition.clauses,
        definition.elements,
        definition.include,
        definition.distinct,
    )
    table = replace(table, constraints={**table.constraints, name: made})
    if definition.kind in (a.ConstraintKind.PRIMARY_KEY, a.ConstraintKind.NOT_NULL) and definition.valid:
        table = replace(table, columns=_not_null(table, columns))
    draft.put(table)
    if definition.kind in INDEXED:
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
    return free_name(base, table.constraints.__contains__)


def drop_constraint(draft: Draft, action: a.DropConstraint, _origin: Origin) -> None:
    """Drop a constraint and its index."""
    table = draft.table(action.table)
    kept = {name: made for name, made in table.constraints.items() if name != action.constraint}
    draft.put(replace(table, constraints=kept))
    drop_index(draft, a.Name(table.name.schema, action.constraint))


def validate_constraint(draft: Draft, action: a.ValidateConstraint, _origin: Origin) -> None:
    """Note that all rows have been found to keep a constraint."""
    table = draft.table(action.table)
    made = table.constraints.get(action.constraint)
    if made is not None:
        constraints = {**table.constraints, made.name: replace(made, valid=True)}
        columns = _not_null(table, made.columns) if made.kind is a.ConstraintKind.NOT_NULL else table.columns
        draft.put(replace(table, constraints=constraints, columns=columns))
