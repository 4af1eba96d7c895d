"""Sequences that are set to a fixed value while they number the rows of a table in use."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement


@record
class _Numbered:
    """A column that a sequence numbers, and the sequence as SQL names it."""

    table: a.Name
    column: str
    sequence: str


@rule("DA118", subject=Migration, on=(a.SetSequence,))
def sequence_set_back(migration: Migration) -> Iterator[Finding]:
    """Find a sequence that is set to a fixed value although the table that it numbers is in use."""
    for at, statement in enumerate(migration.up):
        for action in statement.of(a.SetSequence):
            numbered = _numbered(action, statement.schema_before(action))
            if numbered is None or not statement.in_use(numbered.table, action):
                continue
            if not any(_empties(earlier, numbered.table) for earlier in migration.up[:at]):
                yield _finding(statement, action, numbered)


def _numbered(action: a.SetSequence, schema: Schema) -> _Numbered | None:
    """The column, None where no known one has its numbers from there."""
    if action.sequence is None:
        table = schema.table(action.table) if action.table else None
        if table is None:
            return None
        own = f"pg_get_serial_sequence('{table.name.sql}', '{action.column}')"
        return _Numbered(table.name, action.column, own)
    made = schema.thing(a.ObjectKind.SEQUENCE, action.sequence)
    owner = made.owner if made else None
    if owner is None or owner.relation is None or not owner.column:
        return None
    return _Numbered(owner.relation, owner.column, f"'{action.sequence.sql}'")


def _empties(statement: Statement, table: a.Name) -> bool:
    """Whether no row is left after it."""
    for action in statement.all_actions():
        names = action.tables if isinstance(action, a.Truncate) else ()
        if isinstance(action, a.Delete) and action.whole:
            names = (action.table,)
        known = (statement.table(name) for name in names)
        if any(each is not None and each.name == table for each in known):
            return True
    return False


def _finding(statement: Statement, action: a.SetSequence, numbered: _Numbered) -> Finding:
    table, column, sequence = numbered.table, a.identifier(numbered.column), numbered.sequence
    to = "the value it started with" if action.to is None else f"{action.to:,}"
    highest = f"(SELECT max({column}) FROM {table.sql})"  # noqa: S608 - for people to read, never run
    return statement.finding(
        action,
        f"Inserts into {table} get numbers again from {to} on: where a row has that {numbered.column} already, each "
        "fails as a duplicate, or, without a unique key, two rows are mixed up, until the sequence is past them all.",
        "Leave it out, or set it by the rows that are there, and never back:\n"
        f"SELECT setval({sequence}, greatest(nextval({sequence}), {highest}));",
        object=f"{table}.{numbered.column}",
    )
