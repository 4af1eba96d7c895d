"""Commands that write a whole table anew."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_FORMS = {
    "SetLogged": "SET LOGGED",
    "SetUnLogged": "SET UNLOGGED",
    "SetAccessMethod": "SET ACCESS METHOD",
    "SetTableSpace": "SET TABLESPACE",
}
_INDEX = "ALTER INDEX … SET TABLESPACE"
_RELATIONS = {a.ObjectKind.TABLE, a.ObjectKind.MATERIALIZED_VIEW}


@rule("LK123", subject=Statement, on=(a.Vacuum, a.Cluster, a.AlterTable, a.Command), by_size=True)
def table_rewrite(statement: Statement) -> Iterator[Finding]:
    """Find a command that writes a whole table anew while every read and write of it waits."""
    for action in statement.all_actions():
        words = _rewrites(statement, action)
        if not words:
            continue
        for table in _tables(statement, action):
            if table is None or statement.in_use(table, action):
                yield _finding(statement, action, words, table)


def _rewrites(statement: Statement, action: a.Action) -> str:
    """Name a command that rewrites; "" for every other."""
    match action:
        case a.Vacuum(full=True):
            return "VACUUM FULL"
        case a.Cluster():
            return "CLUSTER"
        case a.AlterTable(form=form) if action.kind in _RELATIONS and not _is_already(statement, action):
            return _FORMS.get(form, "")
        case a.AlterTable(form="SetTableSpace", kind=a.ObjectKind.INDEX):
            return _INDEX
        case a.Command(words="ALTER TABLE MOVE ALL"):
            return "SET TABLESPACE"
    return ""


def _is_already(statement: Statement, action: a.AlterTable) -> bool:
    """Whether the table is known to be logged, or unlogged, as it shall become: then nothing is written."""
    table = statement.schema_before(action).table(action.table)
    if table is None or action.form not in ("SetLogged", "SetUnLogged"):
        return False
    wanted = action.form == "SetUnLogged"
    return table.unlogged if wanted else table.origin is not None and not table.unlogged


def _tables(statement: Statement, action: a.Action) -> tuple[a.Name | None, ...]:
    """Tables that the command names or whose index it names, None for all that it finds."""
    match action:
        case a.AlterTable(kind=a.ObjectKind.INDEX, table=name):
            index = statement.schema_before(action).index(name)
            return (index.table if index else name,)
        case a.Vacuum(tables=tables):
            return tables or (None,)
        case a.Cluster(table=table) | a.AlterTable(table=table):
            return (table,)
        case a.Command():
            return (None,)
    return ()


def _finding(statement: Statement, action: a.Action, words: str, table: a.Name | None) -> Finding:
    if words == _INDEX:
        return _of_index(statement, action, table)
    every = {"CLUSTER": "every clustered table", "SET TABLESPACE": "everything in the tablespace"}.get(
        words, "every table of the database"
    )
    what = f"every read and write to {table}" if table else f"{every}, one after another, for reads and writes"
    return statement.finding(
        action,
        f"Blocks {what} while {words} writes all rows and indexes anew.",
        _remedy(words),
        object=table or words,
    )


def _of_index(statement: Statement, action: a.Action, table: a.Name | None) -> Finding:
    index = action.table if isinstance(action, a.AlterTable) else table
    space = action.detail if isinstance(action, a.AlterTable) else ""
    moved = f"REINDEX (TABLESPACE {a.identifier(space)}) INDEX CONCURRENTLY {index.sql};" if index else ""
    since = 14
    return statement.finding(
        action,
        f"Blocks every query on the table of {index}, which cannot even be planned, while the index is copied.",
        f"Build it anew there while the table is used, outside a transaction:\n{moved}"
        if statement.service.postgres >= since
        else "Build another index there with CREATE INDEX CONCURRENTLY … TABLESPACE …, then drop the old one.",
        object=table or "",
    )


def _remedy(words: str) -> str:
    window = "do it by hand in a maintenance window, with a lock_timeout, not in a migration"
    match words:
        case "VACUUM FULL":
            return (
                "Plain VACUUM makes the space free for new rows and blocks nobody. To give it back to the system, use "
                f"the extension pg_repack, which works while the table is in use, or {window}."
            )
        case "CLUSTER" | "SET TABLESPACE":
            return f"Use the extension pg_repack, which works while the table is in use, or {window}."
    return f"Make a new table that has it from the start and move the rows in batches, or {window}."
