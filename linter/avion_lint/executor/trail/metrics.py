"""Metrics of runs for Prometheus, in its text format, all of them worked out from the audit trail."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.steps import Ended
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.executor.trail.audit import Entry

_BUCKETS = (1, 5, 15, 60, 300, 600, 1800, 3600)
_BAD = (Ended.FAILED, Ended.ROLLED_BACK, Ended.INTERRUPTED)
_TIMED = (Ended.DONE, *_BAD)  # runs that were refused or had nothing to do took no time worth telling
_HELP = {
    "avion_lint_runs_total": ("counter", "Runs of migrations by how they ended."),
    "avion_lint_run_seconds": ("histogram", "How long runs took that began to change something."),
    "avion_lint_run_under_way_since_seconds": ("gauge", "When the last run was begun that has no end, 0 for none."),
    "avion_lint_run_last_failed": ("gauge", "1 where the last run that came to an end failed."),
    "avion_lint_run_last_success_timestamp_seconds": ("gauge", "When the last run ended well, 0 for never."),
}


@record
class _Run:
    """A run: when it was begun and when and how it ended, None where it has no end."""

    labels: str
    begun: float
    ended: float | None = None
    outcome: str = ""


def render(entries: Iterable[Entry]) -> str:
    """The metrics of all runs in a trail."""
    by_labels: dict[str, list[_Run]] = {}
    for run in _runs(entries):
        by_labels.setdefault(run.labels, []).append(run)
    lines = {name: [f"# HELP {name} {text}", f"# TYPE {name} {kind}"] for name, (kind, text) in _HELP.items()}
    for labels in sorted(by_labels):
        for name, line in _of(labels, by_labels[labels]):
            lines[name].append(line)
    return "".join(f"{line}\n" for each in lines.values() for line in each)


def _runs(entries: Iterable[Entry]) -> tuple[_Run, ...]:
    found: dict[str, _Run] = {}
    for entry in entries:
        name = str(entry["run"])
        if entry["event"] == "run-begun":
            labels = f'service="{_escaped(entry["service"])}",environment="{_escaped(entry["environment"])}"'
            found[name] = _Run(labels, _seconds(entry))
        elif entry["event"] == "run-ended" and name in found:
            begun = found[name]
            found[name] = _Run(begun.labels, begun.begun, _seconds(entry), str(entry["outcome"]))
    return tuple(found.values())


def _of(labels: str, runs: list[_Run]) -> Iterator[tuple[str, str]]:
    """Lines by the name of their metric."""
    ended = [run for run in runs if run.ended is not None]
    for outcome in Ended:  # also those that never came, so that the first one is an increase
        count = sum(run.outcome == outcome for run in ended)
        yield "avion_lint_runs_total", f'avion_lint_runs_total{{{labels},outcome="{outcome}"}} {count}'
    taken = [run.ended - run.begun for run in ended if run.ended is not None and run.outcome in _TIMED]
    name = "avion_lint_run_seconds"
    for bound in _BUCKETS:
        yield name, f'{name}_bucket{{{labels},le="{bound}"}} {sum(each <= bound for each in taken)}'
    yield name, f'{name}_bucket{{{labels},le="+Inf"}} {len(taken)}'
    yield name, f"{name}_sum{{{labels}}} {sum(taken):.3f}"
    yield name, f"{name}_count{{{labels}}} {len(taken)}"
    last = runs[-1]
    since = last.begun if last.ended is None else 0
    yield "avion_lint_run_under_way_since_seconds", f"avion_lint_run_under_way_since_seconds{{{labels}}} {since:.3f}"
    failed = int(bool(ended) and ended[-1].outcome in _BAD)
    yield "avion_lint_run_last_failed", f"avion_lint_run_last_failed{{{labels}}} {failed}"
    well = max((run.ended for run in ended if run.ended and run.outcome == Ended.DONE), default=0)
    name = "avion_lint_run_last_success_timestamp_seconds"
    yield name, f"{name}{{{labels}}} {well:.3f}"


def _seconds(entry: Entry) -> float:
    return datetime.fromisoformat(str(entry["at"])).timestamp()


def _escaped(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write the file whole or not at all, as node_exporter's textfile collector wants it; raises CannotRunError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(render(entries))
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise CannotRunError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None
