"""Indexes of which another one of the same table does the work."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.schema.model import Index, Schema
from avion_lint.sql import actions as a
from avion_lint.subjects import Project, Statement


@rule("DA110", subject=Project)
def redundant_index(project: Project) -> Iterator[Finding]:
    """Find an index that begins another index of its table, or that another one begins with."""
    schema = project.migrations[-1].after if project.migrations else Schema()
    for migration in project.migrations:
        if migration.judged:
            for statement in migration.up:
                for action in statement.of(a.CreateIndex):
                    yield from _judge(statement, action, schema)


def _judge(statement: Statement, action: a.CreateIndex, schema: Schema) -> Iterator[Finding]:
    """Compare an index with the others that are there in the end."""
    made = _made(statement, schema, action)
    if made is None:
        return
    others = [each for each in schema.indexes_of(made.table) if each.name != made.name]
    wider = next((each for each in others if _replaces(each, made)), None)
    older = (each for each in others if _replaces(made, each) and not _is_of_file(statement, each))
    narrower = next(older, None)
    if wider:
        yield _finding(statement, action, made, wider)
    elif narrower:
        yield _finding(statement, action, narrower, made)


def _made(statement: Statement, after: Schema, action: a.CreateIndex) -> Index | None:
    """The index that a statement makes, as it is in the end; None where it is gone by then."""
    table = after.table(action.table)
    if table is None or action.index is None:
        return None
    index = after.index(a.Name(table.name.schema, action.index))
    return index if index is not None and _is_of_file(statement, index) else None


def _is_of_file(statement: Statement, index: Index) -> bool:
    return index.origin is not None and index.origin.place.document is statement.file.document


def _replaces(wide: Index, narrow: Index) -> bool:
    """Whether every query that uses one index can use the other as well, and nothing else hangs on it."""
    if narrow.unique or narrow.constraint or narrow.partial or not narrow.plain or wide.partial or not wide.plain:
        return False
    same = wide.method == narrow.method == "btree" and None not in narrow.columns
    return same and wide.columns[: len(narrow.columns)] == narrow.columns


def _finding(statement: Statement, action: a.CreateIndex, narrow: Index, wide: Index) -> Finding:
    equal = narrow.columns == wide.columns
    columns = ", ".join(column or "" for column in narrow.columns)
    why = "has the same columns" if equal else f"begins with its columns ({columns})"
    other = wide if action.index == narrow.name.name else narrow
    return statement.finding(
        action,
        f"{narrow.name} is not needed: {wide.name} {why} and serves the same queries, while every write keeps both "
        "up to date.",
        f"Leave {narrow.name} out."
        if narrow.name.name == action.index
        else f"When the new index is there, drop the old one:\nDROP INDEX CONCURRENTLY IF EXISTS {narrow.name.sql};",
        related=(Related(other.origin.place, f"{other.name} is made here"),) if other.origin else (),
        object=narrow.name,
    )
