"""Columns that make the server write the whole table anew when they are added."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._clauses import column_is_there, table_sql


@rule("LK116", subject=Statement, on=(a.AddColumn,), by_size=True)
def added_column_rewrites(statement: Statement) -> Iterator[Finding]:
    """Find a column that is added in a way that writes the whole table anew while every read and write of it waits."""
    for add in statement.of(a.AddColumn):
        rewrites_all = any(effect.rewrite for effect in statement.effects(add))
        if not rewrites_all or statement.is_new(add.table, add) or column_is_there(statement, add):
            continue
        yield statement.finding(
            add,
            f"Blocks every read and write of {add.table} while the table and its indexes are written anew: "
            f"{_because(add.column)}.",
            _remedy(statement, add),
            object=f"{add.table}.{add.column.name}",
        )


_SERIALS = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
_VIRTUAL_SINCE = 18


def _because(column: a.ColumnDefinition) -> str:
    if column.generated:
        return f"{column.name} is computed and stored for each row"
    if column.identity or column.type.name in _SERIALS:
        return f"each row gets a number of its own for {column.name}"
    if column.default:
        return f"each row gets a value of its own for {column.name}"
    return f"{column.type}, the type of {column.name}, is a domain that has each row checked or filled"


def _remedy(statement: Statement, add: a.AddColumn) -> str:
    table, name = table_sql(statement, add.table), a.identifier(add.column.name)
    kind = _SERIALS.get(add.column.type.name, str(add.column.type))
    if add.column.generated:
        value = add.column.expression.sql if add.column.expression else ""
        if statement.service.postgres >= _VIRTUAL_SINCE and value:
            return (
                "Leave it VIRTUAL, which stores nothing:\n"
                f"ALTER TABLE {table} ADD COLUMN {name} {kind} GENERATED ALWAYS AS ({value}) VIRTUAL;\n"
                "-- Or add a plain column, have a trigger fill it for new rows, and fill the others in batches."
            )
        return (
            "Add a plain column, have a trigger fill it for new rows, and fill the others in batches:\n"
            f"ALTER TABLE {table} ADD COLUMN {name} {kind};"
        )
    plain = f"ALTER TABLE {table} ADD COLUMN {name} {kind};\n"
    fill = "Add it empty, give it the default for new rows, and fill the others in batches, outside this migration:\n"
    if add.column.identity or add.column.type.name in _SERIALS:
        sequence = a.Name(add.table.schema, f"{add.table.name}_{add.column.name}_seq").sql
        return (
            f"{fill}{plain}CREATE SEQUENCE {sequence} OWNED BY {table}.{name};\n"
            f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT nextval('{sequence}');"
        )
    value = add.column.default.sql if add.column.default else ""
    default = f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {value};" if value else ""
    return (fill + plain + default).rstrip()
