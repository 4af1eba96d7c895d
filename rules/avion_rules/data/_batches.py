"""How to change many rows in small transactions."""

from __future__ import annotations

from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Dialect, Statement


def in_batches(statement: Statement, table: a.Name, change: str, todo: str, alias: str = "") -> str:
    """Tell to make a change for some thousand rows at a time, each time in a transaction of its own.

    `change` is the change without its condition; `todo` the condition on rows that are still to be done, or "", and
    `alias` the name of the table in both.
    """
    where = f" WHERE {todo}" if todo else ""
    if statement.service.dialect is not Dialect.POSTGRESQL:
        return f"Do it for some thousand rows at a time, each time in a transaction of its own: {change}{where}."
    columns = _key(statement, table)
    listed = ", ".join(columns)
    key = listed if len(columns) == 1 else f"({listed})"
    source = f"{table.sql} AS {alias}" if alias else table.sql
    rows = f"SELECT {listed} FROM {source}{where} LIMIT 5000"  # noqa: S608 - for people to read, never run
    loop = f"DO $$\nBEGIN\n  LOOP\n    {change}\n    WHERE {key} IN ({rows});\n{_LOOP_END}"
    return f"Do it for some thousand rows at a time and commit each time. {_outside(statement)}\n{loop}"


def delete_in_batches(statement: Statement, table: a.Name) -> str:
    """Tell to delete every row of a table in small transactions."""
    return in_batches(statement, table, f"DELETE FROM {table.sql}", "")  # noqa: S608 - for people to read, never run


_LOOP_END = "    EXIT WHEN NOT FOUND;\n    COMMIT;\n  END LOOP;\nEND\n$$;"


def _outside(statement: Statement) -> str:
    if statement.service.runner is Runner.GOOSE:
        return (
            "In a migration of its own that begins with `-- +goose NO TRANSACTION`, between `-- +goose "
            "StatementBegin` and `-- +goose StatementEnd`:"
        )
    return (
        "In a migration of its own, with a script configuration `<its name>.sql.conf` that says "
        "`executeInTransaction=false`:"
    )


def _key(statement: Statement, table: a.Name) -> tuple[str, ...]:
    """Columns that tell rows apart: the primary key, or the row's own address where none is known."""
    known = statement.table(table)
    kept = known.constraints.values() if known else ()
    columns = next((made.columns for made in kept if made.kind is a.ConstraintKind.PRIMARY_KEY), ())
    return tuple(a.identifier(column) for column in columns) or ("tableoid", "ctid")
