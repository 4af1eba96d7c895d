"""Tables with their columns, keys and foreign keys as a Mermaid entity relationship diagram."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.schema.model import Column, Constraint, Schema, Table
from avion_lint.schema.printing.definitions import stored_type
from avion_lint.sql.actions import ConstraintKind, Name

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


def as_mermaid(schema: Schema) -> str:
    """An `erDiagram`; partitions are left out, since they have what the whole table has."""
    lines = ["erDiagram"]
    shown = [schema.tables[name] for name in sorted(schema.tables, key=str)]
    shown = [table for table in shown if table.partition_of is None]
    for table in shown:
        lines += [f"    {_entity(table.name)} {{", *_columns(table), "    }"]
    for table in shown:
        lines += _relations(table)
    return "\n".join(lines) + "\n"


def _entity(name: Name) -> str:
    text = str(name)
    return text if _PLAIN.match(text) else '"' + text.replace('"', "'").replace("\\", "/") + '"'


def _columns(table: Table) -> Iterator[str]:
    for column in table.columns.values():
        keys = ", ".join(dict.fromkeys(_keys(table, column)))
        yield f"        {_word(stored_type(column))} {_word(column.name)}{f' {keys}' if keys else ''}{_comment(column)}"


_KEYS = {ConstraintKind.PRIMARY_KEY: "PK", ConstraintKind.FOREIGN_KEY: "FK", ConstraintKind.UNIQUE: "UK"}


def _keys(table: Table, column: Column) -> Iterator[str]:
    for kind, word in _KEYS.items():
        if any(made.kind is kind and column.name in made.columns for made in table.constraints.values()):
            yield word


def _comment(column: Column) -> str:
    return ' "not null"' if column.not_null else ""


def _word(text: str) -> str:
    """A type or a name as one word of Mermaid's: what it does not take becomes `_`."""
    word = re.sub(r"[^\w()\[\]-]+", "_", text.replace(", ", "-").replace(",", "-")).strip("_")
    return word if word[:1].isalpha() else f"c_{word}"


def _relations(table: Table) -> Iterator[str]:
    for name in sorted(table.constraints):
        made = table.constraints[name]
        if made.references is not None:
            yield f'    {_entity(made.references)} {_cardinality(table, made)} {_entity(table.name)} : "{_label(made)}"'


def _cardinality(table: Table, key: Constraint) -> str:
    columns = [table.columns.get(column) for column in key.columns]
    required = all(column is not None and column.not_null for column in columns)
    unique = any(
        made.kind in (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE) and set(made.columns) <= set(key.columns)
        for made in table.constraints.values()
    )
    return f"{'||' if required else '|o'}--{'o|' if unique else 'o{'}"


def _label(key: Constraint) -> str:
    return ", ".join(key.columns).replace('"', "'")
