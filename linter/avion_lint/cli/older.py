"""What production has of a service's migrations: those of the newest release or of the base branch, as git has them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from posixpath import basename

from avion_lint.cli.applied import newest_releases
from avion_lint.cli.files import relevant
from avion_lint.cli.inputs import gathered
from avion_lint.discovery.gather import Collected, Gathering
from avion_lint.discovery.tree import StoredTree
from avion_lint.executor.proving.verify import Older
from avion_lint.git import Entry, GitError, Repository, blobs, find_repository, resolve_base, tree
from avion_lint.record import record, replace
from avion_lint.runners.migration import Kind, MigrationFile, Runner
from avion_lint.settings.model import Settings
from avion_lint.source import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.discovery.tree import Tree


@record
class Production:
    """A service as production has it, or why that is not known.

    `here` is the service as it is here, with the migrations that the base branch got meanwhile; `ahead` counts those.
    """

    here: Collected
    older: Older | None = None
    why_not: str = ""
    ahead: int = 0


def production(
    root: Path, gathering: Gathering, chosen: list[Collected], settings: Settings, asked: str | None
) -> dict[str, Production]:
    """What production has, by the root of each service. Raises GitError for a base that was asked for."""
    try:
        return _Past(root, gathering, settings, asked).of(chosen)
    except GitError as error:
        if asked is not None:
            raise
        return {each.service.root: Production(each, why_not=error.text) for each in chosen}


class _Past:
    """Commits, and the services in them."""

    def __init__(self, root: Path, gathering: Gathering, settings: Settings, asked: str | None) -> None:
        self.settings = settings
        self.repository = find_repository(root)
        self.releases = newest_releases(self.repository, gathering, settings) if asked is None else {}
        self.base = resolve_base(self.repository, asked if asked is not None else settings.base, os.environ)
        self._trees: dict[str, tuple[Gathering, Tree]] = {}

    def of(self, chosen: list[Collected]) -> dict[str, Production]:
        """What production has of these services."""
        return {each.service.root: self._of(each) for each in chosen}

    def _of(self, here: Collected) -> Production:
        release = self.releases.get(here.service.root)
        name, commit = (release.tag.name, release.tag.commit) if release else (self.base.name, self.base.tip)
        there, read = self._in(commit, here)
        if there is None:
            return Production(here, why_not=f"{name} does not have this service")
        ahead = () if release else self._ahead(here, there)
        merged = replace(here, files=(*here.files, *ahead)) if ahead else here
        older = Older(name, there, scripts_of(there, read))
        if not _is_new(merged, there):
            return Production(here, why_not=f"nothing is new against {name}")
        return Production(merged, older, ahead=len(ahead))

    def _ahead(self, here: Collected, there: Collected) -> tuple[MigrationFile, ...]:
        """Migrations that came to the base branch after this branch left it."""
        left, _ = self._in(self.base.merge_base, here)
        known = {file.path for each in (here, left) if each is not None for file in each.files}
        return tuple(file for file in there.files if file.path not in known)

    def _in(self, commit: str, here: Collected) -> tuple[Collected | None, Tree]:
        """The service as a commit has it."""
        if commit not in self._trees:
            self._trees[commit] = _stored(self.repository, commit, self.settings)
        gathering, read = self._trees[commit]
        found = (each for each in gathering.services if each.service.root == here.service.root)
        return next((each for each in found if each.service.runner is here.service.runner), None), read


def _stored(repository: Repository, commit: str, settings: Settings) -> tuple[Gathering, Tree]:
    entries: Mapping[str, Entry] = tree(repository, commit)
    wanted = relevant(tuple(entries))
    data = blobs(repository, [entries[path].blob for path in wanted])
    links = frozenset(path for path in wanted if entries[path].is_link)
    stored = StoredTree({path: data[entries[path].blob] for path in wanted}, links)
    return gathered(stored, settings), stored


def _is_new(here: Collected, there: Collected) -> bool:
    return {_identity(file) for file in here.files} != {_identity(file) for file in there.files}


def _identity(file: MigrationFile) -> tuple[str, str]:
    document = file.document
    return basename(document.path), document.text


def scripts_of(collected: Collected, read: Tree) -> dict[str, str]:
    """Flyway's script configurations of a service's migrations, by path."""
    if collected.service.runner is not Runner.FLYWAY:
        return {}
    known = set(read.paths())
    wanted = (f"{file.path}.conf" for file in collected.files if file.kind is not Kind.CODE)
    found = {path: read.read(path) for path in wanted if path in known}
    return {path: content.text for path, content in found.items() if isinstance(content, Document)}
