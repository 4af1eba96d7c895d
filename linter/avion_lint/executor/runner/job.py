"""What a runner is given to do, and how it ended: the words that goose, Flyway and our own reader share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from posixpath import basename

from avion_lint.discovery.gather import Collected
from avion_lint.executor.children.processes import Custody
from avion_lint.executor.problem import EndedError
from avion_lint.executor.server.address import Address
from avion_lint.judgement.projects import runner_order
from avion_lint.record import field, record
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.migration import GOOSE_TABLE, Kind, MigrationFile, Runner, Version

BEFORE_ALL = Version((0,), "0")
"""The version of a database that no migration has reached."""


@record
class Stage:
    """The migrations of a service at some state, copied from `root` into a folder of ours.

    `files` are in the runner's order. `refused` says why the runner takes none of them: a name that it does not accept,
    or a version that two have. `history` is the runner's own table: its schema (None: nobody says it) and its name.
    """

    folder: str
    root: str
    runner: Runner
    files: tuple[MigrationFile, ...]
    configuration: FlywayConfiguration
    refused: str = ""
    history: tuple[str | None, str] = (None, GOOSE_TABLE)

    @property
    def ordered(self) -> tuple[MigrationFile, ...]:
        """Migrations that are run in order: versioned ones, code among them, then repeatable ones."""
        kinds = (Kind.VERSIONED, Kind.CODE, Kind.REPEATABLE)
        return tuple(file for file in self.files if file.kind in kinds)

    @property
    def versions(self) -> tuple[Version, ...]:
        """Versions of the versioned migrations, in order."""
        kinds = (Kind.VERSIONED, Kind.CODE)
        return tuple(file.version for file in self.files if file.kind in kinds and file.version)


def staged(collected: Collected, folder: Path, scripts: Mapping[str, str]) -> Stage:
    """Copy a service's migrations below a folder that is not there yet.

    `scripts` are texts of Flyway's script configurations by their path. What is code is not copied: no runner here
    could run it.
    """
    service = collected.service
    named = [document for document, _ in collected.problems]  # the runner sees them too, and may stop at them
    for document in (*(file.document for file in collected.files if file.kind is not Kind.CODE), *named):
        target = folder / inside(document.path, service.root, service.runner)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(document.text.encode())
        conf = f"{document.path}.conf"
        if conf in scripts:
            target.with_name(f"{target.name}.conf").write_text(scripts[conf], encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    return Stage(
        str(folder),
        service.root,
        service.runner,
        tuple(sorted(collected.files, key=runner_order)),
        collected.configuration,
        _refused(collected),
        collected.history,
    )


def _refused(collected: Collected) -> str:
    for document, problem in collected.problems:
        if problem.refused:
            return f"{document.path}: {problem.reason}"
    known: dict[object, str] = {}
    for file in collected.files:
        kind = Kind.VERSIONED if file.kind is Kind.CODE else file.kind
        if file.version and kind in (Kind.VERSIONED, Kind.UNDO):
            other = known.setdefault((kind, file.version), file.path)
            if other != file.path:
                return f"{other} and {file.path} have the same version {file.version}"
    return ""


def inside(path: str, root: str, runner: Runner) -> str:
    """Where a file stands in the folder: goose knows no folders below it, for Flyway they are part of its name."""
    if runner is Runner.GOOSE:
        return basename(path)
    return path[len(root) + 1 :] if root and path.startswith(f"{root}/") else path


@record
class Job:
    """Migrations, a database, and what a run may use.

    `private` is a folder for the runner to live in, `output` the file for what it says, `seconds` its time, and
    `environment` what it gets beside what it needs.
    """

    stage: Stage
    address: Address
    custody: Custody
    private: str
    output: Path
    seconds: float | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@record
class Ran:
    """How a run ended: whether the runner was content, what it said (without secrets), whether its time was over.

    `begun` is False where the runner was surely never started. `why` says why it is not content, "" where `said` does.
    `told` is what the audit trail is told beside it.
    """

    content: bool
    said: str
    late: bool = False
    begun: bool = True
    why: str = ""
    told: Mapping[str, object] = field(default_factory=dict)


class NotBegunError(EndedError):
    """The work was ended from outside before the runner was started."""


@record
class Tool:
    """What runs migrations. `up` takes the last version to be run, None for all.

    `down` undoes what is newer than a version (BEFORE_ALL: everything), or the newest migration where None is given.

    `name` is what people call it, with its version. `no_down` says why there is no `down`, "" where there is one.
    `network` tells that it reaches databases by a port only. `built_in` tells that it is our own reader.
    """

    name: str
    up: Callable[[Job, Version | None], Ran]
    down: Callable[[Job, Version | None], Ran] | None
    no_down: str = ""
    network: bool = False
    built_in: bool = False
