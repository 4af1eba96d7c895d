"""Columns that are required from the moment they are added."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.compatibility._samples import sample


@rule("CO110", subject=Statement, on=(a.AddColumn,))
def required_column(statement: Statement) -> Iterator[Finding]:
    """Find a column that is added as NOT NULL without a default to a table in use."""
    for add in statement.of(a.AddColumn):
        if not _is_required(add.column) or statement.is_new(add.table, add) or _is_known(statement, add):
            continue
        name = f"{add.table}.{add.column.name}"
        if _takes_place(statement, add):
            yield statement.finding(add, _in_place(add), _remedy_in_place(add), object=name)
            continue
        yield statement.finding(
            add,
            f"Fails if {add.table} has a single row, and every insert of a running release, which does not know "
            f"{add.column.name}, fails from then on.",
            _remedy(statement, add),
            object=name,
        )


_SERIAL = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}


def _is_required(column: a.ColumnDefinition) -> bool:
    filled = column.default is not None or column.generated or column.identity or column.type.name in _SERIAL
    return column.not_null and not filled


def _is_known(statement: Statement, add: a.AddColumn) -> bool:
    """Whether IF NOT EXISTS finds the column there, or its type is a domain, which may bring a default."""
    schema = statement.schema_before(add)
    table = schema.table(add.table)
    schema_name, _, type_name = add.column.type.name.rpartition(".")
    is_domain = schema.thing(a.ObjectKind.DOMAIN, a.Name(schema_name or None, type_name)) is not None
    return is_domain or (add.if_not_exists and table is not None and add.column.name in table.columns)


def _takes_place(statement: Statement, add: a.AddColumn) -> bool:
    """Whether the same statement drops a column of that name, which releases know."""
    return any((each.table, each.column) == (add.table, add.column.name) for each in statement.of(a.DropColumn))


def _in_place(add: a.AddColumn) -> str:
    return f"Fails if {add.table} has a single row: nothing fills the {add.column.name} that takes the old one's place."


def _remedy_in_place(add: a.AddColumn) -> str:
    column = a.identifier(f"{add.column.name}_new")
    return (
        "Give the new column a name of its own, without NOT NULL; release code that fills it, fill the old rows in "
        "batches, require it, and drop the old one when no running release uses it:\n"
        f"ALTER TABLE {add.table.sql} ADD COLUMN {column} {add.column.type};"
    )


_KEYS = (a.ConstraintKind.PRIMARY_KEY, a.ConstraintKind.UNIQUE)


def _is_unique(statement: Statement, add: a.AddColumn) -> bool:
    """Whether the same statement makes the column a key by itself, so that one value does not do for all rows."""
    made = [*add.column.constraints, *(each.constraint for each in statement.of(a.AddConstraint))]
    return any(each.kind in _KEYS and each.columns in ((), (add.column.name,)) for each in made)


def _remedy(statement: Statement, add: a.AddColumn) -> str:
    table, column, kind = add.table.sql, a.identifier(add.column.name), add.column.type
    value = "" if _is_unique(statement, add) else sample(statement.schema_before(add), kind)
    apart = (
        "add it without NOT NULL, release code that fills it, fill the old rows in batches, and require it then:\n"
        f"ALTER TABLE {table} ADD COLUMN {column} {kind};"
    )
    if not value:
        return f"{apart[0].upper()}{apart[1:]}"
    return (
        "Give it a default, which fills existing rows without rewriting them if it is a constant (put in the one that "
        f"fits):\nALTER TABLE {table} ADD COLUMN {column} {kind} NOT NULL DEFAULT {value};\n-- Or {apart}"
    )
