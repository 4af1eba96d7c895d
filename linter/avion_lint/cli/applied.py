"""What the settings call applied: the newest release, or what a database itself says; read from git and from files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from posixpath import basename

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.files import Files
from avion_lint.clock import UTC, date, datetime
from avion_lint.discovery.gather import Collected, Gathering, named, owner
from avion_lint.discovery.tree import Unreadable, WorkTree
from avion_lint.git import UNSHALLOW, Base, Content, Entry, GitError, Repository, Tag, Trouble, tree
from avion_lint.history.ground import Ground
from avion_lint.history.survey import Survey
from avion_lint.problems import SettingsError
from avion_lint.record import record, replace
from avion_lint.runners.migration import FileName, Kind, Version
from avion_lint.settings.model import Applied, Settings
from avion_lint.verdict import Found, Unchecked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from avion_lint.applied.model import AppliedState
    from avion_lint.history.lives import Life
    from avion_lint.judgement.annals import Witness


@record
class Release:
    """The newest release of a pattern, with its files."""

    tag: Tag
    files: Mapping[str, Entry]


def load_states(tree: WorkTree, gathering: Gathering, settings: Settings) -> dict[str, AppliedState]:
    """Applied states by the root of their service; raises SettingsError, UsageError."""
    read: dict[Applied, AppliedState] = {}
    found: dict[str, AppliedState] = {}
    for each in gathering.services:
        wanted = settings.service_at(each.service.root).applied
        if wanted.file:
            if wanted in read:
                _refuse_shared(wanted, gathering, settings)
            state = read.setdefault(wanted, _load(tree, wanted))
            if state.runner is not each.service.runner:
                place = wanted.place
                words = f"{wanted.file} is an export of {state.table}, and {each.service.name} is run by"
                message = f"{words} {each.service.runner}: name the file for the service that it is about"
                raise SettingsError(((place, message),)) if place else UsageError(message)
            found[each.service.root] = state
    return found


def _refuse_shared(wanted: Applied, gathering: Gathering, settings: Settings) -> None:
    """Raise the error that one export is said to be of several services: their versions would be taken for one's."""
    sharing = [each.service for each in gathering.services if settings.service_at(each.service.root).applied == wanted]
    names = ", ".join(f"{service.name} ({service.root or '.'})" for service in sharing)
    message = (
        f"{wanted.file} is the export of one service's table, and stands for several: {names}; put `applied` into "
        "`services`, at the one that it is about"
    )
    raise SettingsError(((wanted.place, message),)) if wanted.place else UsageError(message)


def _load(tree: WorkTree, wanted: Applied) -> AppliedState:
    content = tree.find(wanted.file)
    if content is None:
        raise UsageError(
            f"there is no {wanted.file}, which the settings name as `applied`: write it with `avion-lint applied pull`"
        )
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


def witnesses(
    repository: Repository, root: str | os.PathLike[str], base: Base, gathering: Gathering, settings: Settings
) -> Witness:
    """How the settings know that a migration with a known life is applied."""
    states = load_states(WorkTree(os.fspath(root)), gathering, settings)
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


# --- for the default run ------------------------------------------------------------------------------------------


def released(files: Files, gathering: Gathering, settings: Settings) -> tuple[Files, Mapping[str, str]]:
    """The same files, compared with the newest release where the settings say so; and its name by service root.

    Raises GitError where there is no release.
    """
    surveyed = files.surveyed
    if surveyed is None or surveyed.repository is None:
        return files, {}
    releases = newest_releases(surveyed.repository, gathering, settings)
    if not releases:
        return files, {}
    newest = {release.tag.name: release.tag for release in releases.values()}
    base, error = surveyed.base, surveyed.error
    if len(newest) == 1 and releases.keys() >= {each.service.root for each in gathering.services}:
        (tag,) = newest.values()
        base, error = Base(tag.name, tag.commit, tag.commit), None
    swapped = replace(
        surveyed,
        base=base,
        error=error,
        merge_base=_swapped(surveyed.merge_base, releases, gathering, files.contents),
        tip=_swapped(surveyed.tip, releases, gathering, files.contents),
    )
    return replace(files, surveyed=swapped), {root: release.tag.name for root, release in releases.items()}


def _swapped(
    entries: Mapping[str, Entry], releases: Mapping[str, Release], gathering: Gathering, here: Mapping[str, Content]
) -> dict[str, Entry]:
    """The files of a commit, but those of services with a release as the release has them."""

    def root_of_owner(path: str) -> str | None:
        collected = owner(path, gathering)
        return collected.service.root if collected else None

    made = {path: entry for path, entry in entries.items() if root_of_owner(path) not in releases}
    for root, release in releases.items():
        unowned: dict[tuple[str, str], Entry] = {}
        for path, entry in release.files.items():
            found = root_of_owner(path)
            if found == root:
                made[path] = entry
            elif found is None:
                unowned[basename(path), entry.blob] = entry
        # A folder that was moved since the release.
        for path, content in here.items():
            moved = unowned.get((basename(path), content.entry.blob))
            if moved is not None and path not in made and root_of_owner(path) == root:
                made[path] = moved
    return made


@record
class Circumstances:
    """What the ground is settled by; `tree` is the work tree, where files of applied states lie."""

    surveyed: Survey | None
    gathering: Gathering
    settings: Settings
    tree: WorkTree
    today: date


@record
class Settled:
    """The ground with what databases say and with its witnesses, and what is to be told of the databases' word."""

    ground: Ground
    found: tuple[Found, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()


def settle(given: Namespace, around: Circumstances, ground: Ground) -> Settled:
    """Put in what databases themselves say, and how each migration that somebody will ask for is known to be applied.

    Raises SettingsError, UsageError, GitError.
    """
    ground = replace(ground, witnesses=dict(_of_releases(ground, around.gathering)))
    states = load_states(around.tree, around.gathering, around.settings) if _names_files(around.settings) else {}
    if not states:
        return Settled(_with_landings(ground, around))
    from avion_lint.judgement.by_state import testimony, with_states  # noqa: PLC0415 - only where there are states

    settled = with_states(ground, around.gathering, states, as_landed=given.all)
    days = {root: around.settings.service_at(root).applied.days for root in states}
    said = testimony(ground, settled, around.gathering, states, days=days, today=around.today)
    return Settled(_with_landings(settled, around), said.found, said.unchecked)


def _names_files(settings: Settings) -> bool:
    return any(each.applied.file for each in (settings.general, *settings.services))


def _of_releases(ground: Ground, gathering: Gathering) -> Iterator[tuple[str, str]]:
    if not ground.bases:
        return
    gone = (change.before.path for change in ground.changes if change.before is not None)
    for path in {*ground.tip, *gone}:
        collected = owner(path, gathering)
        name = ground.bases.get(collected.service.root) if collected else None
        if name is not None:
            yield path, f"is in release {name}"


def _with_landings(ground: Ground, around: Circumstances) -> Ground:
    """Ask git when migrations landed, only where a finding may tell it."""
    surveyed = around.surveyed
    if surveyed is None or surveyed.repository is None or surveyed.base is None:
        return ground
    changed = {change.before.path for change in ground.changes if change.before is not None}
    wanted = {*changed, *_overtaken(ground, around.gathering)} - ground.witnesses.keys()
    if not wanted:
        return ground
    from avion_lint.git.log import landings  # noqa: PLC0415 - few findings tell it

    name = surveyed.base.name
    found = landings(surveyed.repository, surveyed.base.tip, wanted)
    words = {path: landed_words(name, at.when, at.commit, known=at.known) for path, at in found.items()}
    return replace(ground, witnesses={**ground.witnesses, **words})


def _overtaken(ground: Ground, gathering: Gathering) -> Iterator[str]:
    """The last migration of the base branch in each service where a new one sorts before it."""
    new = ground.judged - ground.tip
    for each in gathering.services:
        versions = [file.version for file in each.files if file.document.path in new and file.is_versioned]
        if versions:
            first = min(version.parts for version in versions if version)
            behind = [(version.parts, path) for version, path in _versions(ground, each) if version.parts > first]
            if behind:
                yield max(behind)[1]


def _versions(ground: Ground, collected: Collected) -> Iterator[tuple[Version, str]]:
    for path, name in named(collected, ground.tip):
        if name.version and name.kind in (Kind.VERSIONED, Kind.CODE):
            yield name.version, path
