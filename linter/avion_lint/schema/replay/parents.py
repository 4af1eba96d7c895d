"""What a new table takes from others: by INHERITS, PARTITION OF and LIKE."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Column, Constraint, Origin, Table
from avion_lint.schema.replay.constraints import add_constraint
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.naming import joined, relation_name
from avion_lint.schema.replay.sequences import own_sequence
from avion_lint.sql import actions as a


def columns_of_parents(draft: Draft, action: a.CreateTable, name: a.Name, origin: Origin) -> dict[str, Column]:
    """Columns that a table has before its own."""
    found: dict[str, Column] = {}
    for parent in action.inherits:
        for column in draft.table(parent).columns.values():
            found[column.name] = replace(column, identity=False, sequence=None)
    if action.partition_of:
        for column in draft.table(action.partition_of).columns.values():
            found[column.name] = replace(column, sequence=None)
    for parent, options in zip(action.like, action.like_options or ((),) * len(action.like), strict=False):
        for column in draft.table(parent).columns.values():
            found[column.name] = _alike(draft, column, options, name, origin)
    return found


def _alike(draft: Draft, column: Column, options: tuple[str, ...], table: a.Name, origin: Origin) -> Column:
    """A column taken by LIKE; the default, the expression and the numbers come only where INCLUDING says so."""
    identity = column.identity and "identity" in options
    generated = "generated" in options
    return replace(
        column,
        origin=origin,
        default=column.default if "defaults" in options else None,
        identity=identity,
        sequence=own_sequence(draft, table, column.name, origin) if identity else None,
        generated=column.generated if generated else "",
        reads=column.reads if generated else (),
        expression=column.expression if generated else None,
        deprecated=None,
    )


def copy_like(draft: Draft, action: a.CreateTable, name: a.Name, origin: Origin) -> None:
    """Give a table the constraints and indexes of those that it is made like."""
    for parent, options in zip(action.like, action.like_options, strict=False):
        source = draft.table(parent)
        if "constraints" in options:
            _copy_checks(draft, source, name, origin)
        if "indexes" in options:
            _copy_indexes(draft, source, name, origin)


def _copy_checks(draft: Draft, source: Table, name: a.Name, origin: Origin) -> None:
    checks = {key: replace(made, origin=origin) for key, made in source.constraints.items() if _is_check(made)}
    table = draft.tables[name]
    draft.put(replace(table, constraints={**checks, **table.constraints}))


def _copy_indexes(draft: Draft, source: Table, name: a.Name, origin: Origin) -> None:
    for index in draft.indexes_of(source.name):
        made = source.constraints.get(index.name.name) if index.constraint else None
        if made is not None:
            definition = a.ConstraintDefinition(
                made.kind, None, made.columns, deferred=made.deferred, include=made.include, words=index.words
            )
            if made.kind is a.ConstraintKind.EXCLUSION:
                definition = replace(
                    definition, keys=index.columns, method=index.method, partial=index.partial,
                    elements=made.elements,
                )  # fmt: skip
            add_constraint(draft, draft.tables[name], definition, origin)
            continue
        own = a.Name(name.schema, relation_name(draft, name, joined(index.words), "idx"))
        draft.indexes[own] = replace(index, name=own, table=name, origin=origin, part_of=None, valid=True)


def copy_parents(draft: Draft, table: Table) -> None:
    """Give a table the checks of those that it inherits from."""
    for parent in table.inherits:
        inherited = {key: made for key, made in draft.table(parent).constraints.items() if _is_check(made)}
        current = draft.tables[table.name]
        draft.put(replace(current, constraints={**inherited, **current.constraints}))


def _is_check(made: Constraint) -> bool:
    return made.kind is a.ConstraintKind.CHECK
