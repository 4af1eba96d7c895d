"""Indexes of which another one of the same table does the work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.finding import Finding, Related
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.schema.model import Index, Schema
from avion_lint.source import Place
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Project


@record
class _Built:
    """Where an index is built, on which table and under which name."""

    place: Place
    table: a.Name
    index: str


def _notes(migration: Migration) -> Iterator[_Built]:
    for statement in migration.up:
        for action in statement.of(a.CreateIndex):
            if action.index is not None:
                yield _Built(statement.place_of(action), action.table, action.index)


@rule("DA110", subject=Project, on=(a.CreateIndex,), notes=_notes)
def redundant_index(project: Project, noted: Iterable[_Built]) -> Iterator[Finding]:
    """Find an index that begins another index of its table, or that another one begins with."""
    others = _Others(project.after)
    for built in noted:
        made = _made(built, project.after)
        if made is not None:
            yield from _judge(built, made, others)


class _Others:
    """The indexes of tables in the end, found by the columns that they begin with; expressions are never the same."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known: dict[a.Name, dict[tuple[str | None, ...], list[tuple[int, Index]]]] = {}

    def beginning(self, made: Index) -> Iterator[Index]:
        """The others that begin with all the columns of an index, in order of creation."""
        known = self._of(made.table) if None not in made.columns else {}
        return (each for _, each in known.get(made.columns, ()) if each.name != made.name)

    def begun(self, made: Index) -> Iterator[Index]:
        """The others all of whose columns an index begins with, in order of creation."""
        known = self._of(made.table)
        plain = made.columns.index(None) if None in made.columns else len(made.columns)
        starts = (made.columns[:length] for length in range(1, plain + 1))
        found = (entry for start in starts for entry in known.get(start, ()) if entry[1].columns == start)
        return (each for _, each in sorted(found, key=lambda entry: entry[0]) if each.name != made.name)

    def _of(self, table: a.Name) -> dict[tuple[str | None, ...], list[tuple[int, Index]]]:
        if table not in self._known:
            known = self._known[table] = {}
            for number, index in enumerate(self._schema.indexes_of(table)):
                for length in range(1, len(index.columns) + 1):
                    known.setdefault(index.columns[:length], []).append((number, index))
        return self._known[table]


def _judge(built: _Built, made: Index, others: _Others) -> Iterator[Finding]:
    """Compare an index with the others that are there in the end."""
    wider = next((each for each in others.beginning(made) if _replaces(each, made)), None)
    older = (each for each in others.begun(made) if _replaces(made, each) and not _is_of_file(built, each))
    narrower = None if wider else next(older, None)
    if wider:
        yield _finding(built, made, wider)
    elif narrower:
        yield _finding(built, narrower, made)


def _made(built: _Built, after: Schema) -> Index | None:
    """The index that is built, as it is in the end; None where it is gone by then."""
    table = after.table(built.table)
    index = after.index(a.Name(table.name.schema, built.index)) if table else None
    return index if index is not None and _is_of_file(built, index) else None


def _is_of_file(built: _Built, index: Index) -> bool:
    return index.origin is not None and index.origin.place.document is built.place.document


def _replaces(wide: Index, narrow: Index) -> bool:
    """Whether every query that uses one index can use the other as well, and nothing else hangs on it."""
    if narrow.unique or narrow.constraint or narrow.partial or not narrow.plain or wide.partial or not wide.plain:
        return False
    same = wide.method == narrow.method == "btree" and None not in narrow.columns
    return same and wide.columns[: len(narrow.columns)] == narrow.columns


def _finding(built: _Built, narrow: Index, wide: Index) -> Finding:
    equal = narrow.columns == wide.columns
    columns = ", ".join(column or "" for column in narrow.columns)
    why = "has the same columns" if equal else f"begins with its columns ({columns})"
    other = wide if built.index == narrow.name.name else narrow
    return Finding(
        built.place,
        f"{narrow.name} is not needed: {wide.name} {why} and serves the same queries, while every write keeps both "
        "up to date.",
        f"Leave {narrow.name} out."
        if narrow.name.name == built.index
        else f"When the new index is there, drop the old one:\nDROP INDEX CONCURRENTLY IF EXISTS {narrow.name.sql};",
        related=(Related(other.origin.place, f"{other.name} is made here"),) if other.origin else (),
        object=str(narrow.name),
    )
