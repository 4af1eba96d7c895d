"""A run as the audit trail tells of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from avion_lint.executor.running.plan import Plan, PlannedFile
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.executor.trail.audit import Entry


@record
class Told:
    """A run with all its entries, in order."""

    run: str
    entries: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        """The entry that it began with."""
        return self.entries[0]

    @property
    def end(self) -> Entry | None:
        """The entry that it ended with, None where it has none: it was killed, or is under way."""
        return next((each for each in self.entries if each["event"] in ("run-ended", "rollback-ended")), None)

    @property
    def began(self) -> tuple[Entry, ...]:
        """The entries about starts of the runner that applied something."""
        found: list[Entry] = []
        for each in self.entries:
            if each["event"] == "runner-begun" and "direction" not in each:
                found.append(each)
            elif each["event"] == "runner-not-begun":
                found = found[:-1]
        return tuple(found)

    @property
    def applied(self) -> tuple[PlannedFile, ...]:
        """The files that it applied, as far as it could tell."""
        found = (each for each in self.entries if each["event"] == "files-applied")
        return tuple(_file(each) for entry in found for each in entry["files"])

    @property
    def backup(self) -> Entry:
        """Its backup, by `file` and, where it is on a PersistentVolumeClaim, `claim`; empty for none."""
        for each in self.entries:
            if each["event"] == "step-ended" and each.get("step") == "backup":
                return each
            if each["event"] == "runner-ended" and each.get("backup"):
                found: Entry = each["backup"]
                return found
        return {}

    @property
    def jobs(self) -> tuple[Entry, ...]:
        """The Jobs that it has created, each with `job`, `uid` and `namespace`."""
        return tuple(each for each in self.entries if each["event"] == "job-created")

    def plan(self) -> Plan:
        """The plan that it ran."""
        first = self.first
        return Plan(
            str(first["service"]),
            str(first["environment"]),
            str(first["runner"]),
            str(first["database"]),
            str(first["server"]),
            str(first["before"]),
            "",
            tuple(_file(each) for each in first["files"]),
            tuple(first["known"]),
        )


def _file(given: Entry) -> PlannedFile:
    return PlannedFile(**{**given, "checksums": tuple(given["checksums"])})


def runs(entries: Iterable[Entry], service: str | None = None) -> tuple[Told, ...]:
    """Runs and rollbacks in the order in which they began, those of a service where one is named."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry["event"] in ("run-begun", "rollback-begun") or entry["run"] in found:
            found.setdefault(str(entry["run"]), []).append(entry)
    told = (Told(run, tuple(own)) for run, own in found.items())
    return tuple(each for each in told if service is None or each.first["service"] == service)


def half_done(found: Iterable[Told], plan: Plan) -> tuple[PlannedFile, ...]:
    """Planned files that an earlier run has begun with the very same text, outside of a transaction, and not ended."""
    begun: set[tuple[str, str]] = set()
    for told in found:
        for entry in told.entries:
            files = [(file["path"], file["sha256"]) for file in entry.get("files", ())]
            if entry["event"] == "runner-begun" and "direction" not in entry:
                begun |= set(files)
            elif entry["event"] in ("files-applied", "runner-not-begun"):
                begun -= set(files)
    return tuple(file for file in plan.files if not file.transactional and (file.path, file.sha256) in begun)


def named(found: Sequence[Told], run: str) -> Told | None:
    """The run of that name, or whose name alone begins so."""
    fitting = [each for each in found if each.run.startswith(run)]
    return fitting[0] if len(fitting) == 1 else None
