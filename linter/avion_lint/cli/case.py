"""From the command line to a case: settings, policy, git, files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from avion_lint.cli.applied import Circumstances, released, settle
from avion_lint.cli.around import around_of
from avion_lint.cli.asked import asked_for
from avion_lint.cli.code import search_of
from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.files import Files, files_of, left_behind
from avion_lint.cli.inputs import (
    first_path,
    gathered,
    load_baseline,
    load_sizes,
    under,
)
from avion_lint.cli.processors import spread_of
from avion_lint.cli.roots import root_of
from avion_lint.cli.steered import Steered, narrowed_policy, steer
from avion_lint.clock import date
from avion_lint.discovery.gather import Gathering, gather, identity_of, is_migration, joined
from avion_lint.discovery.starting import absent
from avion_lint.discovery.tree import WorkTree
from avion_lint.git import UNSHALLOW, Trouble
from avion_lint.history.changes import History, Source
from avion_lint.history.ground import Ground, against_base, alone, as_landed, narrowed
from avion_lint.history.survey import Survey
from avion_lint.history.witness import landed, read_history
from avion_lint.judgement.assess import migration_paths
from avion_lint.judgement.judge import Case
from avion_lint.judgement.moved import with_moved
from avion_lint.policy.in_force import Policy
from avion_lint.problems import SettingsError
from avion_lint.record import record, replace
from avion_lint.settings.model import Settings
from avion_lint.subjects import Distance
from avion_lint.verdict import Found, Unchecked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from avion_lint.cache.basis import Basis
    from avion_lint.cache.memory import Memory
    from avion_lint.git.values import Repository
    from avion_lint.history.deployments import Landed
    from avion_lint.judgement.baseline import Baseline


def case_of(
    given: Namespace,
    today: date,
    *,
    with_baseline: bool = True,
    with_sums: bool = True,
    repository: Repository | None = None,
) -> Case:
    """Everything that the verdict depends on. Raises UsageError, SettingsError, GitError.

    Without sums avion-lint.sum is not read: it may be in conflict while the migrations are put in order. `repository`
    is that of the first path, where it was found already.
    """
    return cases_of(given, today, with_baseline=with_baseline, with_sums=with_sums, repository=repository)({})


Cases = Callable[[Mapping[str, str]], Case]
"""Gives the case as it would be with other texts in some files, by path; files may be new."""


def cases_of(
    given: Namespace,
    today: date,
    *,
    with_baseline: bool = True,
    with_sums: bool = True,
    repository: Repository | None = None,
) -> Cases:
    """The case, for texts that are not written yet as well; the rest is as for `case_of`."""
    root = root_of(first_path(given))
    paths = _paths(given, root)
    steered = steer(given, root, today)
    settings = steered.settings
    files = files_of(given, root, settings.base, repository)
    policy = narrowed_policy(given, steered)
    baseline = load_baseline(root, settings, steered.steering) if with_baseline else None

    def case(texts: Mapping[str, str]) -> Case:
        changed = files.with_texts(texts) if texts else files
        narrowed_to = (*paths, *texts) if paths else ()
        known = _Known(narrowed_to, steered, policy, baseline, today, frozenset(texts), with_sums)
        return _case(given, known, changed)

    return case


@record
class _Known:
    """What holds whatever is found; `paths` are those to judge, none for all, `unwritten` have texts of their own."""

    paths: tuple[str, ...]
    steered: Steered
    policy: Policy
    baseline: Baseline | None
    today: date
    unwritten: frozenset[str] = frozenset()
    with_sums: bool = True

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.steered.settings


def _case(given: Namespace, known: _Known, files: Files) -> Case:
    paths, settings = known.paths, known.settings
    gathering = _gather(files, settings)
    root = root_of(first_path(given))
    basis = None if known.unwritten else _basis(given, files, known.steered)
    files, bases = released(files, gathering, settings)
    work_tree = known.steered.steering.tree(root)
    ground = replace(_ground(given, files, gathering), bases=bases)
    settled = settle(given, Circumstances(files.surveyed, gathering, settings, work_tree, known.today), ground)
    ground = replace(settled.ground, landed=_landed(files, gathering, known))
    # A hook runs before the first migration is written, too.
    around = around_of(files, gathering, settings, paths, everything=given.all)
    expected = not given.staged and around is None
    asked = asked_for(paths, files.tree, gathering, ground.tip, expected=expected)
    if known.steered.steering.said:
        ground = replace(ground, assumed=f"{ground.assumed}; {known.steered.steering.said}")
    return Case(
        gathering,
        narrowed(ground, paths),
        known.policy,
        known.steered.rules,
        known.today,
        settings,
        known.baseline,
        whole=given.all and not paths and not given.select and not given.ignore,
        found=(*asked.found, *settled.found, *_by_sums(files, gathering, known)),
        unchecked=(*asked.unchecked, *settled.unchecked, *_without_git(given, files)),
        unborn=files.surveyed is not None and _is_unborn(files.surveyed),
        memory=None if given.no_cache else _memory(files),
        sizes=load_sizes(root, gathering, settings, known.steered.steering),
        code=search_of(files.surveyed, gathering, settings),
        spread=spread_of(os.environ),
        around=around,
        basis=basis,
    )


def _landed(files: Files, gathering: Gathering, known: _Known) -> Mapping[str, Landed]:
    """When migrations landed, where a service asks for it; raises GitError."""
    if not any(each.service.deprecated_for != Distance() for each in gathering.services):
        return {}
    from avion_lint.cli.ages import landed as landed_of  # noqa: PLC0415 - few services ask for it

    return landed_of(files.surveyed, gathering, known.settings, known.today)


def _basis(given: Namespace, files: Files, steered: Steered) -> Basis | None:
    """What the run is read from; None where that is not all: of a commit's settings, of policies of other packages."""
    if given.no_cache or given.stdin_filename or not steered.is_from_here:
        return None
    from avion_lint.cache.basis import Basis  # noqa: PLC0415 - not every run has a cache

    surveyed, trees = files.surveyed, tuple(steered.steering.trees.values())
    judged = (files.tree,) if isinstance(files.tree, WorkTree) else ()
    if surveyed is None:
        return Basis(None, "", trees=(*judged, *trees))
    if surveyed.repository is None:
        return Basis(None, surveyed.error.text if surveyed.error else "", trees=(*judged, *trees))
    asked = files.asked if surveyed.source is Source.WORK_TREE else ()
    return Basis(surveyed.repository, "", asked, files.contents, (*judged, *trees))


def _memory(files: Files) -> Memory:
    from avion_lint.cli.cache import memory_of  # noqa: PLC0415 - not every run has one

    # What is read of a link is what it leads to, and of that the link's own id says nothing.
    ids = {path: each.entry.blob for path, each in files.contents.items() if not each.entry.is_link}
    return memory_of(os.environ, ids)


def _by_sums(files: Files, gathering: Gathering, known: _Known) -> tuple[Found, ...]:
    """Where the migrations are not what avion-lint.sum says; nothing where there is no such file.

    Texts that are not written yet cannot be in it.
    """
    if not known.with_sums or "avion-lint.sum" not in gathering.paths:
        return ()
    from avion_lint.cli.sums import sums_of  # noqa: PLC0415 - only where there is such a file
    from avion_lint.judgement.by_sums import differences  # noqa: PLC0415 - as above

    found = differences(gathering, sums_of(files.tree))
    written = (each for each in found if each.finding.place.document.path not in known.unwritten)
    return tuple(each for each in written if not known.paths or _is_about(each, known.paths))


def _is_about(found: Found, paths: tuple[str, ...]) -> bool:
    """Whether a finding is about one of the paths; of a file that is gone the object is its path."""
    about = (found.finding.place.document.path, found.finding.object)
    return any(each == path or each.startswith(f"{path}/") for each in about for path in paths)


def _gather(files: Files, settings: Settings) -> Gathering:
    """All services, those among them of which this change leaves nothing; raises SettingsError."""
    gathering = gathered(files.tree, settings, files.plain)
    behind = left_behind(files)
    wrong = tuple(absent(settings, (*files.tree.paths(), *(behind.paths() if behind is not None else ()))))
    if wrong:
        raise SettingsError(wrong)
    return joined(gathering, gather(behind, settings)) if behind is not None else gathering


def _paths(given: Namespace, root: str) -> tuple[str, ...]:
    """The paths to judge, from the root; raises UsageError for one that is not there."""
    if given.stdin_filename:
        if given.paths not in ([], ["-"]):
            raise UsageError("--stdin-filename goes without PATH (or with -)")
        return (under(root, given.stdin_filename),)
    for path in given.paths:
        if path == "-":
            raise UsageError("- is standard input: say with --stdin-filename which file it stands for")
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
    found = tuple(under(root, path) for path in given.paths)
    return () if "" in found else found


# --- what git says --------------------------------------------------------------------------------------------------


def _ground(given: Namespace, files: Files, gathering: Gathering) -> Ground:
    paths = migration_paths(gathering)
    surveyed = files.surveyed
    if surveyed is None:
        return alone(paths, "git was not asked: every file is judged, and counts as its own deployment")
    history = _history(surveyed, files, gathering)
    if _is_unborn(surveyed):
        return alone(paths, history.assumed)
    if not given.all:
        return replace(with_moved(against_base(history, paths), gathering), passed=frozenset(surveyed.tip))
    ground = replace(
        as_landed(paths, landed(surveyed, paths)),
        base=history.base,
        tip=history.applied,
        changes=history.changes,
        unsure=history.unsure,
    )
    return ground if surveyed.repository else alone(paths, history.assumed)


def _is_unborn(surveyed: Survey) -> bool:
    """Whether there is no commit yet, so that nothing can be applied: the first one must be possible."""
    return surveyed.error is not None and surveyed.error.trouble is Trouble.UNBORN


def _history(surveyed: Survey, files: Files, gathering: Gathering) -> History:
    wanted = _Migrations(lambda path: is_migration(path, gathering))
    wanted.update((file.document.path, True) for each in gathering.services for file in each.files)
    migrations = {path: content for path, content in files.contents.items() if wanted[path]}
    return read_history(
        surveyed,
        migrations,
        wanted.__getitem__,
        lambda comment: "+goose" in comment,
        lambda path: identity_of(path, gathering),
    )


class _Migrations(dict[str, bool]):
    """Whether paths are migrations: asked of files here, on the base branch, and where that branched off."""

    def __init__(self, is_migration: Callable[[str], bool]) -> None:
        super().__init__()
        self._is_migration = is_migration

    def __missing__(self, path: str) -> bool:
        self[path] = self._is_migration(path)
        return self[path]


def _without_git(given: Namespace, files: Files) -> Iterator[Unchecked]:
    surveyed = files.surveyed
    if surveyed is None:
        yield Unchecked(".", None, "the history of the migrations: --no-git was given")
    elif surveyed.error is not None and (given.all or _is_unborn(surveyed)):
        yield Unchecked(".", None, f"the history of the migrations: {surveyed.error.text}", surveyed.error.mend)
    elif given.all and surveyed.repository is not None and surveyed.repository.shallow:
        why = "what landed before this shallow clone begins: each of those migrations counts as its own deployment"
        yield Unchecked(".", None, why, UNSHALLOW)
