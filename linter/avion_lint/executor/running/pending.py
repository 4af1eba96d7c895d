"""Which migrations a database has not run yet, and what speaks against running them; pure."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.discovery.gather import Collected
from avion_lint.executor.running.recorded import Recorded
from avion_lint.judgement.by_state import has
from avion_lint.judgement.projects import runner_order
from avion_lint.record import record
from avion_lint.runners.flyway_checksum import checksum
from avion_lint.runners.migration import Direction, FileName, Kind, MigrationFile

_RUN = (Kind.VERSIONED, Kind.CODE, Kind.REPEATABLE)


@record
class Pending:
    """What a runner would apply, in its order, and the callbacks that Flyway runs around it.

    `refusals` say why goose or Flyway could not or should not be let at it; `late` are those that sort before what is
    applied already.
    """

    files: tuple[MigrationFile, ...]
    callbacks: tuple[MigrationFile, ...]
    refusals: tuple[str, ...]
    late: tuple[MigrationFile, ...]


def pending(collected: Collected, recorded: Recorded) -> Pending:
    """Compare a service's files with what its database has run."""
    own = [file for file in sorted(collected.files, key=runner_order) if file.path not in collected.shared]
    files = tuple(file for file in own if file.kind in _RUN and not _is_applied(file, recorded))
    last = recorded.versions[-1] if recorded.versions else None
    late = tuple(file for file in files if file.version is not None and last is not None and file.version < last)
    callbacks = tuple(file for file in own if file.kind is Kind.CALLBACK)
    return Pending(files, callbacks, tuple(_refusals(collected, own, files, recorded)), late)


def _is_applied(file: MigrationFile, recorded: Recorded) -> bool:
    if file.kind is not Kind.REPEATABLE:
        return has(recorded.state, file)
    row = recorded.state.row(FileName(file.kind, None, file.description))
    return row is not None and not row.failed and str(row.checksum) in checksums(file)


def checksums(file: MigrationFile) -> tuple[str, ...]:
    """What Flyway may record of a repeatable migration: of its text with placeholders replaced, or as it stands."""
    found = (file.checksum, checksum(file.document.text))
    return tuple(dict.fromkeys(str(each) for each in found if each is not None))


def _refusals(
    collected: Collected, own: list[MigrationFile], files: tuple[MigrationFile, ...], recorded: Recorded
) -> Iterator[str]:
    for unreadable in collected.unreadable:
        yield f"{unreadable.path} {unreadable.why}"
    for document, problem in collected.problems:
        yield f"{document.path}: {problem.reason}"
    for file in files:
        section = file.section(Direction.UP)
        if file.kind is Kind.CODE:
            yield f"{file.path} is code, which the program {file.runner} cannot run"
        elif section is not None and section.error is not None:
            yield f"{file.path}: {file.runner} refuses it: {section.error.text}"
    if not recorded.versions and any(file.kind is Kind.BASELINE for file in own):
        yield "the database is empty and there are baseline migrations: run Flyway by hand for the first time"
