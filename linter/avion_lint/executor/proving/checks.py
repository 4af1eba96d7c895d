"""What must hold after each step of a verification, and in words what does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from avion_lint.executor.catalog import Facts
from avion_lint.executor.proving.expected import Sent
from avion_lint.executor.proving.outcome import Problem
from avion_lint.executor.proving.session import undoing
from avion_lint.executor.runner.history_table import Applied
from avion_lint.executor.runner.job import BEFORE_ALL, Stage, Tool
from avion_lint.executor.server.address import connect
from avion_lint.executor.server.throwaway import Database
from avion_lint.runners.migration import Direction, Kind, MigrationFile, Runner, Version

_MOST = 20  # lines of a difference


def lay_ground(database: Database, stage: Stage, sql: str) -> None:
    """Make what was there before the first migration, as the role that runs them; raises psycopg.Error.

    goose makes its table and not the schema of it, which Flyway does.
    """
    schema = stage.history[0] if stage.runner is Runner.GOOSE else None
    if not (sql or schema):
        return
    with connect(database.address, "verify") as connection:
        connection.execute(sql.encode())
        if schema:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}".encode())


def incomplete(applied: Applied, stage: Stage) -> Problem | None:
    """That the runner's table does not have all migrations that it should have run."""
    if applied.failed:
        return Problem(
            f"{applied.failed[0]} ended half-way", "what it did must be removed by hand before `flyway repair`"
        )
    baselines = [file.version for file in stage.files if file.kind is Kind.BASELINE and file.version]
    least = max(baselines, default=None)
    wanted = [file for file in stage.files if file.kind is Kind.VERSIONED and file.version]
    for file in wanted:
        version = file.version
        if version is not None and version not in applied.versions and (least is None or least < version):
            return Problem(
                f"version {version} does not count as applied",
                "the runner passed over it, or it undid its own entry",
                file.path,
                1,
            )
    return None


def code_before(stage: Stage, problem: Problem) -> str:
    """That code which cannot be run here comes before what failed, so that it may be why; "" where there is none."""
    paths = [file.path for file in stage.ordered]
    at = paths.index(problem.path) if problem.path in paths else len(paths)
    code = [file for file in stage.ordered[:at] if file.kind is Kind.CODE]
    return f"{code_words(code)}; that may be why a later one fails" if code else ""


def code_words(code: Sequence[MigrationFile]) -> str:
    """Which migrations in code are not run."""
    more = f" and {len(code) - 1} more" if len(code) > 1 else ""
    return f"what is code cannot be run here: {code[0].path}{more}"


def version_problem(applied: Applied, stage: Stage) -> Problem | None:
    """That the runner calls another version the current one than the last."""
    runnable = [file.version for file in stage.files if file.kind is Kind.VERSIONED and file.version]
    if not runnable or applied.current == runnable[-1]:
        return None
    return Problem(f"the current version is {applied.current or 'none'}, and the last migration is {runnable[-1]}")


def again_problem(before: Applied, after: Applied, sent: Sequence[Sent]) -> Problem | None:
    """That a second run did something."""
    if before.rows == after.rows and not sent:
        return None
    if not sent:
        return Problem("a second run changed the runner's own table", lines=_rows(before, after))
    first = sent[0]
    what = f"a second run did something: {first.file.path} ran again"
    mend = "a run must do nothing where nothing is pending"
    if first.file.kind is Kind.REPEATABLE:
        mend = (
            "a repeatable migration runs again when its checksum changes; a placeholder such as flyway:timestamp in it"
        )
        mend += " does that every time"
    return Problem(what, mend, first.file.path, 1)


def _rows(before: Applied, after: Applied) -> tuple[str, ...]:
    gone = [f"- {row}" for row in before.rows if row not in after.rows]
    new = [f"+ {row}" for row in after.rows if row not in before.rows]
    return tuple((*gone, *new)[:_MOST])


def changed(before: Facts, after: Facts, what: str, path: str = "") -> Problem | None:
    """That a schema is not what it should be; `before` is what it should be."""
    lines = [*differences(before, after)]
    if not lines:
        return None
    more = [f"… {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return Problem(what, path=path, line=1 if path else 0, lines=(*lines[:_MOST], *more))


def differences(before: Facts, after: Facts) -> list[str]:
    """What differs, a line each: what is missing (-), too much (+), or otherwise (~)."""
    keys = sorted(before.keys() | after.keys())
    return [line for key in keys if (line := _one(key, before.get(key), after.get(key)))]


def _one(key: str, old: str | None, new: str | None) -> str:
    if old == new:
        return ""
    if new is None:
        return f"- {key}"
    if old is None:
        return f"+ {key}"
    return f"~ {key}: {' '.join(old.split())} → {' '.join(new.split())}"


def no_down(stage: Stage, tool: Tool) -> str:
    """Why going down by one cannot be tried; "" where it can."""
    if not stage.versions:
        return "there is no migration with a version"
    return tool.no_down if tool.down is None else why_stays(stage, stage.versions[-1])


def why_stays(stage: Stage, version: Version) -> str:
    """Why a version cannot be undone; "" where it can."""
    file = undoing(stage).get(version)
    section = file.section(Direction.DOWN) if file else None
    if file is None:
        return f"version {version} has no undo script"
    if section is None or (not section.chunks and section.error is None):
        return f"{file.path} has no Down statements"
    return ""


def staying(stage: Stage) -> Version:
    """The newest version that cannot be undone, so that a way down ends there; BEFORE_ALL where all can."""
    return next((version for version in reversed(stage.versions) if why_stays(stage, version)), BEFORE_ALL)


def down_problem(before: Applied, after: Applied) -> Problem | None:
    """That the version is the same after going down."""
    if before.versions != after.versions and before.current != after.current:
        return None
    return Problem(f"the version is {after.current or 'none'} after going down, as it was before")


def left_problem(left: Sequence[Version]) -> Problem | None:
    """That versions still count as applied that were undone."""
    if not left:
        return None
    return Problem(f"version {left[-1]} still counts as applied after its Down")


def path_of(stage: Stage, version: Version | None) -> str:
    """The file that undoes a version."""
    file = undoing(stage).get(version) if version else None
    return file.path if file else ""


def way_down_problem(
    stage: Stage, up: Mapping[Version, Facts], down: Sequence[tuple[Version, Facts]], last: Facts
) -> Problem | None:
    """The first Down, from the newest, after which the schema is not what it was before that migration went up."""
    states = [facts for _, facts in down[1:]] + [last]
    for (version, _), after in zip(down, states, strict=True):
        before = up.get(version)
        words = f"the Down of version {version} does not bring back the schema that was before it"
        found = changed(before, after, words, path_of(stage, version)) if before is not None else None
        if found is not None:
            return found
    return None
