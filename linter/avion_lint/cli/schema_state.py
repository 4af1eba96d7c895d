"""Which schema is meant: of a service at a version, in the work tree or in a commit, or that of a dump."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.inputs import gathered, load_settings
from avion_lint.discovery.gather import Collected
from avion_lint.discovery.tree import StoredTree
from avion_lint.history.deployments import Deployment
from avion_lint.judgement.projects import Gathered, Standing, project
from avion_lint.record import record, replace
from avion_lint.runners.flyway_name_grammar import parse_version
from avion_lint.runners.migration import Kind, Runner, Version
from avion_lint.schema.model import Schema
from avion_lint.schema.replay import with_search_path
from avion_lint.subjects import Migration


@record
class State:
    """The schema of a service after the migration of a version ("" before all of them).

    `unread` says which of the migrations until then could not be read.
    """

    service: str
    version: str
    schema: Schema
    unread: tuple[str, ...] = ()

    def facts(self) -> dict[str, str | None]:
        """What the JSON forms say of it."""
        return {"service": self.service, "version": self.version or None}


def state_of(collected: Collected, version: str | None) -> State:
    """The state after all migrations, or after those up to a version; raises UsageError for one that is not there."""
    applied = Deployment(0, "", applied=True)
    standing = {file.path: Standing(applied, judged=False) for file in collected.files}
    made = project(Gathered(collected.service, collected.files, standing), lambda: None)
    migrations = [each for each in made.migrations if each.kind in _COUNTING]
    if version is not None:
        migrations = list(_until(migrations, version, collected))
    numbered = [str(each.version) for each in migrations if each.version]
    schema = migrations[-1].after if migrations else collected.service.start.schema
    unread = (*_unreadable(collected, migrations), *_problems(migrations))
    return State(collected.service.name, numbered[-1] if numbered else "", schema, unread)


_COUNTING = (Kind.VERSIONED, Kind.CODE, Kind.REPEATABLE)
_BEFORE_ALL = "0"


def _until(migrations: list[Migration], text: str, collected: Collected) -> Iterator[Migration]:
    wanted = _version(text, collected)
    versions = [each.version for each in migrations if each.version]
    if text != _BEFORE_ALL and wanted not in versions:
        ends = f"; its versions go from {versions[0]} to {versions[-1]}" if versions else "; it has none"
        raise UsageError(f"{collected.service.name} has no migration of version {text}{ends}")
    yield from (each for each in migrations if each.version and wanted and each.version <= wanted)


def _version(text: str, collected: Collected) -> Version | None:
    if collected.service.runner is Runner.FLYWAY:
        return parse_version(text)
    return Version((int(text),), text) if text.isascii() and text.isdecimal() else None


def _unreadable(collected: Collected, migrations: list[Migration]) -> Iterator[str]:
    paths = {each.path for each in migrations}
    for content in collected.unreadable:
        if content.path in paths:
            yield f"{content.path} {content.why}: what it makes is missing"


def _problems(migrations: list[Migration]) -> Iterator[str]:
    for migration in migrations:
        for problem in migration.problems[:1]:
            where = f"{migration.path}:{problem.place.start.line}"
            yield f"{where}: {problem.message}: what this statement makes is missing"


def state_at(collected: Collected, side: str, root: Path, settings_file: str | None) -> State:
    """The state that a side of `schema diff` names: a version, `REF:VERSION`, `REF:`, or a file with a dump."""
    if side.endswith(".sql") or (Path(side).is_file() and not side.isdecimal()):
        return _of_dump(collected, side)
    ref, colon, version = side.rpartition(":")
    if not colon:
        return state_of(collected, version)
    return state_of(_in_commit(collected, ref, root, settings_file), version or None)


def _of_dump(collected: Collected, path: str) -> State:
    from avion_lint.discovery.tree import Unreadable, WorkTree  # noqa: PLC0415 - only for dumps
    from avion_lint.problems import SettingsError  # noqa: PLC0415 - as above
    from avion_lint.schema.dump import read_dump  # noqa: PLC0415 - as above

    if not Path(path).is_file():
        raise UsageError(f"{path}: no such file")
    content = WorkTree(str(Path(path).parent)).read(Path(path).name)
    if isinstance(content, Unreadable):
        raise UsageError(f"the file {path} {content.why}")
    found = read_dump(replace(content, path=path))
    if found.problems:
        raise SettingsError(found.problems)
    return State(collected.service.name, path, with_search_path(found.schema, collected.service.search_path))


def _in_commit(collected: Collected, ref: str, root: Path, settings_file: str | None) -> Collected:
    """The same service as a commit has it; raises UsageError, GitError."""
    from avion_lint.cli.files import relevant  # noqa: PLC0415 - only for commits
    from avion_lint.git import blobs, find_repository, resolve_base, tree  # noqa: PLC0415 - as above

    repository = find_repository(root)
    entries = tree(repository, resolve_base(repository, ref, os.environ).tip)
    wanted = relevant(tuple(entries))
    data = blobs(repository, [entries[path].blob for path in wanted])
    links = frozenset(path for path in wanted if entries[path].is_link)
    stored = StoredTree({path: data[entries[path].blob] for path in wanted}, links)
    for each in gathered(stored, load_settings(root, settings_file)).services:
        if each.service.root == collected.service.root:
            return each
    raise UsageError(f"{ref} has no migrations in {collected.service.root or '.'}")
