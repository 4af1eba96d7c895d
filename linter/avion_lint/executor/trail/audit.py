"""The audit trail: a file of JSON lines that is only ever appended to, each line with the hash of the one before."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.plan import digest
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from avion_lint.executor.trail.table import Copy

    Entry = dict[str, Any]

_FIRST = "0" * 64


@record
class Line:
    """A line of the file, from 1; `entry` is None where it is no whole entry."""

    number: int
    entry: Entry | None


@record
class Flaw:
    """What is wrong with a line: `torn` where writing it was cut off, which a killed process or a full disk does."""

    line: int
    text: str
    torn: bool = False


def sealed(entry: Mapping[str, object], previous: str) -> Entry:
    """The entry with the hash of the one before and its own."""
    made = {**entry, "previous": previous}
    return {**made, "hash": digest(made)}


def lines(text: str) -> tuple[Line, ...]:
    """The lines of a trail."""
    return tuple(Line(number, _entry(line)) for number, line in enumerate(text.split("\n"), 1) if line)


def _entry(line: str) -> Entry | None:
    try:
        found = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("hash"), str) else None


def entries(text: str) -> tuple[Entry, ...]:
    """The whole entries of a trail, in order."""
    return tuple(line.entry for line in lines(text) if line.entry is not None)


def flaws(text: str) -> Iterator[Flaw]:
    """What is wrong with a trail: lines that were changed, taken out, put in or torn, and runs without an end."""
    previous = _FIRST
    known = lines(text)
    for line in known:
        if line.entry is None:
            yield Flaw(line.number, "this line is no whole entry: writing it was cut off, or it was changed", torn=True)
            continue
        own = {key: value for key, value in line.entry.items() if key != "hash"}
        if digest(own) != line.entry["hash"]:
            yield Flaw(line.number, "this line was changed after it was written")
        elif line.entry.get("previous") != previous:
            yield Flaw(line.number, "the line before this one is not the one that was there when it was written")
        previous = line.entry["hash"]


def unfinished(found: Iterable[Entry]) -> tuple[str, ...]:
    """Runs that have begun and have no end, in order."""
    begun: dict[str, None] = {}
    for entry in found:
        if entry.get("event") == "run-begun":
            begun[str(entry["run"])] = None
        elif entry.get("event") == "run-ended":
            begun.pop(str(entry["run"]), None)
    return tuple(begun)


class Trail:
    """Appends to a trail; several processes may. `copy` gets each entry that was written."""

    def __init__(self, path: Path, copy: Copy | None = None) -> None:
        self.path = path
        self.copy = copy

    def append(self, event: str, run: str, **told: object) -> Entry:
        """Write an entry and have it on the disk; raises CannotRunError where that cannot be."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                made = self._write(handle, {"at": now(), "event": event, "run": run, **told})
            finally:
                os.close(handle)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CannotRunError(f"the audit trail {self.path} cannot be written: {reason}") from None
        if self.copy is not None:
            self.copy.take(made)
        return made

    def text(self) -> str:
        """What is in it, "" where it is not there; raises CannotRunError where it cannot be read."""
        try:
            return self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""
        except OSError as error:
            raise CannotRunError(f"the audit trail {self.path} cannot be read: {error.strerror}") from None

    def _write(self, handle: int, entry: Mapping[str, object]) -> Entry:
        known = self.text()
        made = sealed(entry, _last_hash(known))
        line = json.dumps(made, ensure_ascii=True, sort_keys=False, default=str) + "\n"
        if known and not known.endswith("\n"):
            line = "\n" + line  # what was torn stays a line of its own
        data = line.encode("ascii")
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
        return made


def _last_hash(text: str) -> str:
    """The hash of the last whole entry."""
    found = (_entry(line) for line in reversed(text.split("\n")) if line)
    return next((str(entry["hash"]) for entry in found if entry is not None), _FIRST)


def now() -> str:
    """The moment by this machine's clock, in UTC."""
    return f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def hashes_of(found: Iterable[Entry], service: str) -> dict[str, str]:
    """Hashes of the files of a service by version, as they were when a run of ours applied them."""
    known: dict[str, str] = {}
    for entry in found:
        if entry.get("event") == "files-applied" and entry.get("service") == service:
            known |= {str(file["version"]): str(file["text_sha256"]) for file in entry["files"] if file["version"]}
    return known


def dry_run_of(found: Iterable[Entry], plan: str) -> bool:
    """Whether a dry run of that plan came to its end and found nothing against it."""
    return any(
        entry.get("event") == "run-ended" and entry.get("outcome") == "dry-run" and entry.get("plan") == plan
        for entry in found
    )
