"""The table in the README, made of what was measured."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.cases import GCC, OURS, PASS, TTY, Case
from benchmarks.measure import Measured
from benchmarks.report import Judged

Results = Mapping[str, tuple[Case, Mapping[str, Measured], list[Judged]]]

ROWS = {
    "version": "`--version`",
    "one": "one new file, 30 applied",
    "hook": "one new file, 10,000 applied, from the cache",
    "again": "the same again, nothing changed",
    "peers-100": "100 files",
    "cold-1000": "1,000 files, first run",
    "warm-1000": "1,000 files, again",
    "cold-10000": "10,000 files, first run",
    "warm-10000": "10,000 files, again",
}
"""The cases that stand in the README, in its words."""

_COLUMNS = {OURS: OURS, PASS: f"`{PASS}`", GCC: GCC, TTY: TTY, "pgrubic": "pgrubic", "sqlfluff": "sqlfluff"}
_PLACE = re.compile(r"(<!-- speed -->\n).*?(<!-- /speed -->)", re.DOTALL)
_SECOND = 1000.0


def written(readme: Path, machine: Mapping[str, str | int], results: Results) -> bool:
    """Put the table into the README; False where it has no place for it."""
    text = readme.read_text(encoding="utf-8")
    table = "\n".join(lines(machine, results))
    new = _PLACE.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text)
    readme.write_text(new, encoding="utf-8")
    return _PLACE.search(text) is not None


def lines(machine: Mapping[str, str | int], results: Results) -> Iterator[str]:
    """The table, a row for each case that was measured, and the machine below it."""
    yield f"| | {' | '.join(_COLUMNS.values())} |"
    yield f"|---|{'---:|' * len(_COLUMNS)}"
    for name, words in ROWS.items():
        if name in results:
            _, measured, _ = results[name]
            yield f"| {words} | {' | '.join(_cell(measured.get(label)) for label in _COLUMNS)} |"
    versions = ", ".join(f"{name} {version}" for name, version in machine.items() if name in _TOLD)
    yield f"\n{machine.get('cpu')}, {machine.get('usable cores')} cores, {machine.get('system')}; {versions}."


_TOLD = ("python", "avion-lint", "pglast", "squawk-cli", "pgrubic", "sqlfluff")


def _cell(measured: Measured | None) -> str:
    if measured is None or not measured.samples:
        return "–"
    milliseconds = _SECOND * measured.wall()
    return f"{milliseconds:,.0f} ms" if milliseconds < _SECOND else f"{milliseconds / _SECOND:,.1f} s"
