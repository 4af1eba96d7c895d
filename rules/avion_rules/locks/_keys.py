"""UNIQUE and PRIMARY KEY: their parts as SQL, and how to make them of an index that was built concurrently."""

from __future__ import annotations

from avion_lint.pattern import IGNORECASE, pattern
from avion_lint.record import record
from avion_lint.runners.migration import Runner
from avion_lint.schema.model import Origin
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_lint.subjects import Statement
from avion_rules.locks._clauses import (
    added_constraint,
    column_is_there,
    constraint_name,
    inline,
    name_made,
    table_sql,
)
from avion_rules.locks._remedies import in_migrations, lock_off
from avion_rules.locks._two_steps import for_each_partition, partitions_of

_PARTS = pattern(
    r"\b(?:unique|primary\s+key)\s*(?P<nulls>nulls\s+(?:not\s+)?distinct)?\s*(?P<columns>\([^()]*\))\s*"
    r"(?P<include>include\s*\([^()]*\))?",
    IGNORECASE,
)
_DEFERRED = pattern(r"\b(?:(?:not\s+)?deferrable|initially\s+(?:deferred|immediate))\b", IGNORECASE)


@record
class Key:
    """A key as SQL: what is indexed, the constraint's words, and how it is deferred; and the columns that it is of."""

    table: a.Name
    name: str
    indexed: str
    words: str
    columns: tuple[str, ...]
    deferred: str = ""


def keys_built(statement: Statement, kind: ConstraintKind) -> list[tuple[a.AddConstraint | a.AddColumn, Key]]:
    """Keys of that kind whose index a statement builds on tables in use, with the actions that do."""
    added = [
        (add, _key(statement, add))
        for add in statement.of(a.AddConstraint)
        if add.constraint.kind is kind and _is_built(statement, add)
    ]
    inlined = [
        (add, _key_of_column(statement, add, kind))
        for add in statement.of(a.AddColumn)
        if kind is ConstraintKind.UNIQUE and _is_built_with(statement, add)
    ]
    return [*added, *inlined]


def _is_built(statement: Statement, add: a.AddConstraint) -> bool:
    """Whether rows are read: not for a partitioned table alone (ONLY), nor where an index is given."""
    alone = add.only and statement.is_partitioned(add.table)
    return not alone and not add.constraint.using_index and statement.in_use(add.table, add)


def _is_built_with(statement: Statement, add: a.AddColumn) -> bool:
    unique = inline(add, ConstraintKind.UNIQUE) is not None
    return unique and statement.in_use(add.table, add) and not column_is_there(statement, add)


def _key_of_column(statement: Statement, add: a.AddColumn, kind: ConstraintKind) -> Key:
    column = add.column.name
    return Key(add.table, name_made(statement, add, kind), f"({a.identifier(column)})", kind.upper(), (column,))


def _key(statement: Statement, add: a.AddConstraint) -> Key:
    text = added_constraint(statement, add)
    found = _PARTS.search(text)
    words, columns = add.constraint.kind.upper(), add.constraint.columns
    if found is None:
        indexed = f"({', '.join(map(a.identifier, columns))})"
        return Key(add.table, constraint_name(statement, add), indexed, words, columns)
    indexed = " ".join(part for part in (found["columns"], found["include"], found["nulls"]) if part)
    deferred = "".join(f" {word[0]}" for word in _DEFERRED.finditer(text, found.end()))
    return Key(add.table, constraint_name(statement, add), indexed, words, columns, deferred)


def columns_first(statement: Statement, key: Key) -> str:
    """Tell to add the columns before that are not there until this migration; "" where all are there."""
    table = statement.schema.table(key.table)
    known = table.columns if table else {}
    here = {name for name, column in known.items() if column.origin and _is_of_this_file(statement, column.origin)}
    here |= {add.column.name for add in statement.of(a.AddColumn) if add.column.name not in known}
    new = [name for name in key.columns if name in here]
    if not new:
        return ""
    names, verb, them = " and ".join(new), "is" if len(new) == 1 else "are", "it" if len(new) == 1 else "them"
    return f"{names} {verb} not there before this migration: add {them} in one before, without the constraint. "


def _is_of_this_file(statement: Statement, origin: Origin) -> bool:
    return origin.place.document is statement.file.document


def index_first(statement: Statement, key: Key) -> str:
    """Tell to build the index concurrently and to make the constraint of it, on partitioned tables as well."""
    if statement.is_partitioned(key.table):
        return _in_partitions(statement, key)
    table, name = table_sql(statement, key.table), a.identifier(key.name)
    index = f"{key.name}_new" if _replaces(statement, key) else key.name
    build = (
        f"DROP INDEX CONCURRENTLY IF EXISTS {a.Name(key.table.schema, index).sql};\n"
        f"CREATE UNIQUE INDEX CONCURRENTLY {a.identifier(index)} ON {table} {key.indexed};"
    )
    drop = f"DROP CONSTRAINT {name}, " if _drops(statement, key) else ""
    made = f"ADD CONSTRAINT {name} {key.words} USING INDEX {a.identifier(index)}{key.deferred};"
    constraint = f"ALTER TABLE {table} {drop}{made}"
    return (
        f"Build the index first, in a migration of its own{_outside(statement)}, and then make the constraint of it, "
        f"which takes a moment.{lock_off(statement.service)}\n"
        + in_migrations(statement.service, (build, True), (constraint, False))
    )


def _drops(statement: Statement, key: Key) -> bool:
    """Whether the same ALTER TABLE drops a constraint of that name."""
    return any(drop.constraint == key.name for drop in statement.of(a.DropConstraint))


def _replaces(statement: Statement, key: Key) -> bool:
    """Whether an index of the key's name may be there until the migration: a primary key seldom is a table's first."""
    table = a.Name(key.table.schema, key.name)
    return "PRIMARY" in key.words or statement.index(table) is not None or _drops(statement, key)


def _in_partitions(statement: Statement, key: Key) -> str:
    partitions, schema = partitions_of(statement, key.table), key.table.schema
    parent = (
        f"ALTER TABLE ONLY {table_sql(statement, key.table)} ADD CONSTRAINT {a.identifier(key.name)} "
        f"{key.words} {key.indexed}{key.deferred};"
    )

    def own(each: a.Name) -> a.Name:
        return a.Name(each.schema, f"{each.name}_{key.name}")

    def built(each: a.Name) -> str:
        name = a.identifier(own(each).name)
        return f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {each.sql} {key.indexed};"

    def attached(each: a.Name) -> str:
        name = a.identifier(own(each).name)
        return (
            f"ALTER TABLE {each.sql} ADD CONSTRAINT {name} {key.words} USING INDEX {name}{key.deferred};\n"
            f"ALTER INDEX {a.Name(schema, key.name).sql} ATTACH PARTITION {own(each).sql};"
        )

    steps = in_migrations(
        statement.service,
        (parent, False),
        (for_each_partition(partitions, built), True),
        (for_each_partition(partitions, attached), False),
    )
    return (
        "A partitioned table cannot take an index over. Make the constraint for the parent alone, then for every "
        f"partition build the index (in a migration of its own{_outside(statement)}), make the constraint of it, and "
        f"attach.{lock_off(statement.service)}\n{steps}"
    )


def _outside(statement: Statement) -> str:
    if statement.service.runner is Runner.GOOSE:
        return " that begins with `-- +goose NO TRANSACTION`"
    return ""
