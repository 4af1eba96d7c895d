"""Files that a verification leaves for others: schema, tables, indexes, times, what the runner said."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.output import reason
from avion_lint.cli.writing import write_file
from avion_lint.executor.proving.outcome import Verified


def write_artifacts(folder: str, found: Iterable[Verified]) -> None:
    """Write a folder for each service; raises UsageError where that cannot be."""
    for each in found:
        name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in each.service).lstrip(".")
        own = Path(folder) / (name or "service")
        try:
            own.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{own} cannot be made: {reason(error)}") from None
        for file, text in _files(each).items():
            write_file(str(own / file), text)


def _files(verified: Verified) -> dict[str, str]:
    schema = verified.schema
    times = [
        {
            "path": each.path,
            "version": each.version,
            "direction": str(each.direction),
            "seconds": round(each.seconds, 6),
            "statements": [{"line": one.line, "seconds": round(one.seconds, 6)} for one in each.statements],
        }
        for each in verified.times
    ]
    return {
        "schema.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n",
        "schema.txt": "".join(f"{key}: {text}\n" for key, text in schema.items()),
        "tables.txt": _named(schema, "table "),
        "indexes.txt": _named(schema, "index "),
        "timings.json": json.dumps(times, indent=1, ensure_ascii=False) + "\n",
        "runner.log": verified.said + "\n",
    }


def _named(schema: Iterable[str], kind: str) -> str:
    return "".join(f"{key.removeprefix(kind)}\n" for key in schema if key.startswith(kind))
