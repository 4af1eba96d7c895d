"""Queries that count the rows which a requirement would refuse: what running releases write is among them."""

from __future__ import annotations

from avion_lint.sql import actions as a
from avion_rules.compatibility._demands import Ground, Key


def probe(table: a.Name, condition: str) -> str:
    """The query that counts the rows of a table which meet a condition (SQL)."""
    return f"SELECT count(*) FROM {table.sql} WHERE {condition};"  # noqa: S608 - it is shown to people, and not run


def refused(ground: Ground, condition: str) -> str:
    """Rows that break a CHECK; "" where its condition is not known, or about a column that is not there yet."""
    absent = any(map(ground.is_new, _columns(ground)))
    return probe(ground.action.table, f"NOT ({condition})") if condition and not absent else ""


def _columns(ground: Ground) -> tuple[str, ...]:
    return ground.action.constraint.columns if isinstance(ground.action, a.AddConstraint) else ()


def missing(ground: Ground, column: str) -> str:
    """Rows that have no value in a column."""
    return probe(ground.action.table, f"{a.identifier(column)} IS NULL")


def repeated(ground: Ground, key: Key) -> str:
    """Values of a key that several rows have; "" where its parts are not known, or not there yet."""
    if not key.parts or any(ground.is_new(column) for column in key.columns if column):
        return ""
    if key.partial and not (key.where and key.where.sql):
        return ""
    listed = ", ".join(map(_value, key.parts))
    conditions = [f"({key.where.sql})"] if key.where else []
    if key.distinct:
        conditions += [f"{part} IS NOT NULL" for part in map(_value, key.parts)]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return (
        f"SELECT {listed}, count(*) FROM {ground.action.table.sql}{where} "  # noqa: S608 - it is shown, and not run
        f"GROUP BY {', '.join(str(at) for at in range(1, len(key.parts) + 1))} HAVING count(*) > 1;"
    )


def _value(part: str) -> str:
    """The part of a key without its order and operator class."""
    return part if "(" in part else part.partition(" ")[0]
