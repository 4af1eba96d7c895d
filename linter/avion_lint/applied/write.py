"""An applied state as text: the rows of the runner's own table, one in a line, with the hashes of goose's files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

FORMAT = 1


def render(head: Mapping[str, str], exported: datetime, rows: Iterable[Mapping[str, object]]) -> str:
    """Write the file: JSON, one row in a line, in the order given; `exported` is in UTC."""
    said = {"format": FORMAT, **head, "exported": f"{exported:%Y-%m-%dT%H:%M:%SZ}"}
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}," for key, value in said.items()]
    body = ",\n".join(f"    {json.dumps(dict(row), ensure_ascii=False)}" for row in rows)
    return "\n".join(["{", *lines, f'  "migrations": [\n{body}\n  ]' if body else '  "migrations": []', "}"]) + "\n"
