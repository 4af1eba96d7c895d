"""A default to show for a column of a type: one that runs as it is, for people to put their own in its place."""

from __future__ import annotations

from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a

_BY_TYPE = {
    "bigint": "0",
    "boolean": "false",
    "bytea": "''",
    "character": "''",
    "character varying": "''",
    "citext": "''",
    "date": "CURRENT_DATE",
    "double precision": "0",
    "integer": "0",
    "interval": "'0'",
    "json": "'{}'",
    "jsonb": "'{}'",
    "numeric": "0",
    "real": "0",
    "smallint": "0",
    "text": "''",
    "timestamp with time zone": "now()",
    "timestamp without time zone": "now()",
    "uuid": "'00000000-0000-0000-0000-000000000000'",
}


def sample(schema: Schema, kind: a.Type | None) -> str:
    """A constant of the type as SQL, an enum's first value among them; "" where none is known."""
    if kind is None:
        return ""
    if kind.array:
        return "'{}'"
    if kind.name in _BY_TYPE:
        return _BY_TYPE[kind.name]
    schema_name, _, name = kind.name.rpartition(".")
    made = schema.thing(a.ObjectKind.TYPE, a.Name(schema_name or None, name))
    if made is None or not made.values:
        return ""
    first = made.values[0].replace("'", "''")
    return f"'{first}'"
