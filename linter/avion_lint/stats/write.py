"""A stats file as text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from avion_lint.sql.actions import identifier
from avion_lint.stats.model import TableStats

VERSION = 1


def render(measured: datetime, server: str, tables: Iterable[TableStats]) -> str:
    """Write a stats file: JSON in ASCII, one line a table, sorted by name; `measured` is in UTC."""
    head = {"version": VERSION, "measured": f"{measured:%Y-%m-%dT%H:%M:%SZ}", "server": server}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    named = sorted(((_sql(table), table) for table in tables), key=lambda each: each[0])
    rows = [f"    {json.dumps(name)}: {json.dumps(_table(table))}" for name, table in named]
    body = "\n" + ",\n".join(rows) + "\n  " if rows else ""
    return "\n".join(["{", *lines, f'  "tables": {{{body}}}', "}"]) + "\n"


def _table(table: TableStats) -> dict[str, object]:
    said = {
        "rows": table.rows,
        "bytes": table.bytes,
        "index-bytes": table.index_bytes,
        "toast-bytes": table.toast_bytes or None,
        "partitions": table.partitions or None,
        "partition-of": table.partition_of.sql if table.partition_of else None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _sql(table: TableStats) -> str:
    schema = f"{identifier(table.name.schema)}." if table.name.schema else ""
    return f"{schema}{identifier(table.name.name)}"
