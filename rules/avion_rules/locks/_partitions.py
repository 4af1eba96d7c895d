"""Bounds of partitions as SQL, and what keeps PostgreSQL from reading all rows to check them."""

from __future__ import annotations

import re

from avion_lint.pattern import pattern
from avion_lint.schema.model import Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_LIST = r"\((?:[^()]|\([^()]*\))*\)"
_BOUND = pattern(rf"\bfor\s+values\s+(?:in\s*{_LIST}|from\s*{_LIST}\s*to\s*{_LIST}|with\s*{_LIST})", re.IGNORECASE)
_SPLIT = pattern(rf"\bpartition\s+by\s+\w+\s*{_LIST}", re.IGNORECASE)
_RANGE = pattern(rf"\bfrom\s*({_LIST})\s*to\s*({_LIST})", re.IGNORECASE)
_IN = pattern(rf"\bin\s*({_LIST})", re.IGNORECASE)


def bound_of(text: str) -> str:
    """The bound that a clause gives a partition: `FOR VALUES …` or `DEFAULT`."""
    found = _BOUND.search(text)
    return " ".join(found[0].split()) if found else "DEFAULT"


def split_of(text: str) -> str:
    """How the clause splits the partition itself: `PARTITION BY …`, "" where it does not."""
    found = _SPLIT.search(text)
    return found[0] if found else ""


def bound_check(bound: str, key: tuple[str | None, ...]) -> str:
    """Say a bound as the condition of a CHECK, as far as one column's range or list goes; `…` for the others."""
    column = key[0] if len(key) == 1 else None
    if column is None:
        return "…"
    name = a.identifier(column)
    between, values = _RANGE.search(bound), _IN.search(bound)
    if between:
        low, high = between[1][1:-1].strip(), between[2][1:-1].strip()
        parts = [f"{name} IS NOT NULL"]
        parts += [f"{name} >= {low}"] if low.upper() != "MINVALUE" else []
        parts += [f"{name} < {high}"] if high.upper() != "MAXVALUE" else []
        return " AND ".join(parts)
    if values and not re.search(r"\bnull\b", values[1], re.IGNORECASE):
        return f"{name} IS NOT NULL AND {name} IN {values[1]}"
    return "…"


def default_of(statement: Statement, parent: a.Name) -> Table | None:
    """The default partition of a table, None where none is known."""
    table = statement.table(parent)
    tables = statement.schema.tables.values()
    return next((each for each in tables if table and each.default_partition and each.partition_of == table.name), None)


def has_bound_check(table: Table, key: tuple[str | None, ...]) -> bool:
    """Whether a validated CHECK speaks of the columns of the partition key: then no row need be read."""
    wanted = {column for column in key if column}
    checks = (made for made in table.constraints.values() if made.kind is a.ConstraintKind.CHECK and made.valid)
    return any(wanted <= set(made.columns) for made in checks)


def key_of(statement: Statement, parent: a.Name) -> tuple[str | None, ...]:
    """The partition key of a table, empty where it is not known."""
    table = statement.table(parent)
    return table.partition_key if table else ()
