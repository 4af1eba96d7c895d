"""What the settings call applied: the newest release, or what a database itself says; read from git and from files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.applied.model import AppliedState
from avion_lint.cli.exit_codes import UsageError
from avion_lint.discovery.gather import Collected, Gathering
from avion_lint.discovery.tree import Unreadable, WorkTree
from avion_lint.git import UNSHALLOW, Base, Entry, GitError, Repository, Trouble, tree
from avion_lint.git.values import Tag
from avion_lint.history.lives import Life
from avion_lint.problems import SettingsError
from avion_lint.record import record
from avion_lint.runners.migration import FileName
from avion_lint.settings.model import Applied, Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.judgement.annals import Witness


@record
class Release:
    """The newest release of a pattern, with its files."""

    tag: Tag
    files: Mapping[str, Entry]


def load_states(root: Path, gathering: Gathering, settings: Settings) -> dict[str, AppliedState]:
    """Applied states by the root of their service; raises SettingsError, UsageError."""
    read: dict[Applied, AppliedState] = {}
    found: dict[str, AppliedState] = {}
    for each in gathering.services:
        wanted = settings.service_at(each.service.root).applied
        if wanted.file:
            state = read.get(wanted) or _load(root, wanted)
            read[wanted] = state
            if state.runner is not each.service.runner:
                place = wanted.place
                words = f"{wanted.file} is an export of {state.table}, and {each.service.name} is run by"
                message = f"{words} {each.service.runner}: name the file for the service that it is about"
                raise SettingsError(((place, message),)) if place else UsageError(message)
            found[each.service.root] = state
    return found


def _load(root: Path, wanted: Applied) -> AppliedState:
    if not (root / wanted.file).exists():
        raise UsageError(
            f"there is no {wanted.file}, which the settings name as `applied`: write it with `avion-lint applied pull`"
        )
    content = WorkTree(str(root)).read(wanted.file)
    if isinstance(content, Unreadable):
        raise UsageError(f"the applied state {wanted.file} {content.why}")
    from avion_lint.applied.read import load  # noqa: PLC0415 - only where there is such a file

    return load(content, wanted.name, wanted.exported)


def newest_releases(repository: Repository, gathering: Gathering, settings: Settings) -> dict[str, Release]:
    """The newest release by the root of each service that goes by releases; raises GitError where there is none."""
    wanted = {each.service.root: settings.service_at(each.service.root).applied.tags for each in gathering.services}
    wanted = {root: pattern for root, pattern in wanted.items() if pattern}
    if not wanted:
        return {}
    from avion_lint.git.tags import tags  # noqa: PLC0415 - only where releases count
    from avion_lint.history.releases import matching  # noqa: PLC0415 - as above

    known = tags(repository)
    newest = {pattern: _newest(repository, matching(known, pattern), pattern) for pattern in set(wanted.values())}
    files = {tag.commit: tree(repository, tag.commit) for tag in newest.values()}
    return {root: Release(newest[pattern], files[newest[pattern].commit]) for root, pattern in wanted.items()}


def _newest(repository: Repository, fitting: tuple[Tag, ...], pattern: str) -> Tag:
    if fitting:
        return fitting[-1]
    text = f"the settings take what the newest release has as applied, and no tag fits `{pattern}`"
    if repository.shallow:
        raise GitError(Trouble.UNKNOWN_REVISION, f"{text}: this clone is shallow", f"{UNSHALLOW}, with the tags")
    mend = "fetch the tags with `git fetch --tags`; before the first release, take `applied` out of avion-lint.yaml"
    raise GitError(Trouble.UNKNOWN_REVISION, text, mend)


def witnesses(repository: Repository, root: Path, base: Base, gathering: Gathering, settings: Settings) -> Witness:
    """How the settings know that a migration with a known life is applied."""
    states = load_states(root, gathering, settings)
    releases = newest_releases(repository, gathering, settings)

    def witness(collected: Collected, name: FileName, life: Life | None) -> str:
        state, release = states.get(collected.service.root), releases.get(collected.service.root)
        if state is not None:
            return state.witness if state.has(name) else ""
        if release is not None:
            here = life is not None and not release.files.keys().isdisjoint(life.paths)
            return f"is in release {release.tag.name}" if here else ""
        if life is None or life.is_gone:
            return ""
        return landed_words(base.name, life.landed.when, life.landed.commit, known=life.landed.known)

    return witness


def landed_words(base: str, when: int, commit: str, *, known: bool = True) -> str:
    """How the base branch is a witness: `is on main since 2026-01-03, commit abc1234`."""
    if not known:
        return f"is on {base}, since before this shallow clone begins"
    day = datetime.fromtimestamp(when, UTC).date().isoformat()
    return f"is on {base} since {day}, commit {commit[:7]}"
