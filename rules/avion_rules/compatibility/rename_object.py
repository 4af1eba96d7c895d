"""Views, functions, types and other objects that are renamed or moved under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._names import full_name, has_table, has_thing, kind_of, settled
from avion_rules.compatibility._renames import OBJECTS, PARTS, TABLES, is_deprecation, noticed, renamed
from avion_rules.compatibility._standing import is_free
from avion_rules.compatibility._steps import stand_in


@rule("CO106", subject=Migration, on=(a.Rename, a.SetSchema))
def rename_object(migration: Migration) -> Iterator[Finding]:
    """Find a view, function, type, enum value, schema … that gets another name or another schema."""
    for statement, rename in noticed(migration, (*OBJECTS, *PARTS)):
        if not is_deprecation(rename):
            yield statement.finding(
                rename,
                f"Every running release that still uses the {_called(rename)} by its old name fails from here on.",
                _remedy(statement, rename),
                object=renamed(rename),
            )
    for statement, move in _moves(migration):
        yield statement.finding(
            move,
            f"Every running release that looks for {move.name} where it was fails from here on: it is in the schema "
            f"{move.schema} now.",
            _remedy_of_move(statement, move),
            object=move.name,
        )


def _called(rename: a.Rename) -> str:
    if rename.kind is a.ObjectKind.ENUM_VALUE:
        return f"enum value '{rename.name}' of {rename.table}"
    return f"{rename.kind} {renamed(rename)}"


_NO_SECOND_SEQUENCE = (
    "Leave the sequence as it is: nothing can stand in for it, and a second one beside it hands out the same numbers. "
    "Where it must be, make the new one, let it start far ahead of the old one, release code that uses the new one, "
    "and then deprecate the old one and drop it later."
)


def _remedy(statement: Statement, rename: a.Rename) -> str:
    if kind_of(statement.schema_before(rename), rename.kind, rename.name) is a.ObjectKind.SEQUENCE:
        return _NO_SECOND_SEQUENCE
    if rename.kind is a.ObjectKind.ENUM_VALUE and rename.table:
        value = rename.new_name.replace("'", "''")
        return (
            "Add the new value beside the old one, release code that reads both, then code that writes the new one, "
            "then change the rows in batches. PostgreSQL cannot drop an enum value; the old one stays unused:\n"
            f"ALTER TYPE {rename.table.sql} ADD VALUE '{value}';"
        )
    return (
        f"Of the ways to rename, the deprecation step fits here. Make the {rename.kind} under its new name beside the "
        "old one, release code that uses the new name, and then deprecate the old one and drop it later."
    )


def _moves(migration: Migration) -> Iterator[tuple[Statement, a.SetSchema]]:
    """SET SCHEMA of what released code may be using, without anything left in its place."""
    for statement in migration.up:
        for move in statement.of(a.SetSchema):
            schema = statement.schema_before(move)
            kind = kind_of(schema, move.kind, move.name)
            if kind not in (*OBJECTS, *TABLES, a.ObjectKind.EXTENSION):
                continue
            table = schema.table(move.name)
            made = table or schema.thing(kind, move.name)
            if not is_free(statement, made, str(move.name)) and not _leaves_something(migration, statement, move):
                yield statement, move


def _leaves_something(migration: Migration, statement: Statement, move: a.SetSchema) -> bool:
    old, outcome = full_name(statement.schema_before(move), move.name), settled(migration, statement)
    return has_table(outcome, old) if move.kind in TABLES else has_thing(outcome, move.kind, old)


def _remedy_of_move(statement: Statement, move: a.SetSchema) -> str:
    kind = kind_of(statement.schema_before(move), move.kind, move.name)
    if kind is a.ObjectKind.SEQUENCE:
        return _NO_SECOND_SEQUENCE
    if kind not in TABLES:
        return f"Make the {move.kind} in the new schema and leave the old one until no release uses it."
    old = full_name(statement.schema_before(move), move.name)
    new = a.Name(move.schema, move.name.name)
    return (
        "Leave a view in the old place until no release uses it, in the same transaction and with the same grants:\n"
        f"{stand_in(old, new)}"
    )
