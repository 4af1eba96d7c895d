"""`avion-lint history`: when each migration landed, in which release it is, and what was done to it since."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.files import Files, files_of, left_behind
from avion_lint.cli.inputs import gathered, load_settings, under
from avion_lint.cli.output import complain, say
from avion_lint.cli.roots import root_of
from avion_lint.discovery.gather import Collected, Gathering, identity_of, is_migration, joined
from avion_lint.git import UNSHALLOW, Base, GitError, Repository, Trouble, blobs
from avion_lint.git.story import story
from avion_lint.git.tags import reaches, tags
from avion_lint.git.values import Commit, Tag
from avion_lint.history.lives import lives, needed, returned
from avion_lint.history.releases import Releases, matching
from avion_lint.judgement.annals import Annal, Past, Vanished, annals, name_at, vanished
from avion_lint.record import record
from avion_lint.runners.goose_names import parse_name as parse_goose_name
from avion_lint.runners.migration import FileName
from avion_lint.settings.model import Settings

DEFAULT_RELEASES = "v*"


@record
class Chronicle:
    """All that the history tells: the annals of the services that were asked for, and where it begins.

    `rewritten` are releases that share no commit with the branch.
    """

    base: Base
    annals: tuple[Annal, ...]
    gathering: Gathering
    shallow: bool
    rewritten: tuple[Tag, ...]
    commits: int
    vanished: tuple[Vanished, ...] = ()


def history(given: Namespace) -> int:
    """Print the history of migrations, or with --audit what was done to them. Raises UsageError, GitError."""
    since = _day(given.since) if given.since else None
    chronicle = chronicle_of(given)
    from avion_lint.report import history as report  # noqa: PLC0415 - only for this command

    today = datetime.now(tz=UTC).date()
    if given.audit:
        told = report.Audit(chronicle.base.name, chronicle.annals, chronicle.commits, today, since, chronicle.vanished)
        say(report.audit_json(told) if given.format == "json" else report.audit_text(told))
    elif given.format == "json":
        say(report.table_json(chronicle.base.name, chronicle.annals))
    else:
        say(report.table_text(chronicle.base.name, chronicle.annals))
    harmful = given.audit and report.harmful(chronicle.annals, since)
    return _end(chronicle, harmful=harmful)


def _end(chronicle: Chronicle, *, harmful: bool) -> Exit:
    """Say what the history does not tell; a shallow clone must not pass."""
    for tag in chronicle.rewritten:
        complain(
            f"release {tag.name} shares no commit with {chronicle.base.name}: the history was written anew since, and "
            "what it was before is not known"
        )
    if chronicle.shallow:
        complain(f"this clone is shallow, so what landed before it begins is not known. To mend it, {UNSHALLOW}.")
    if chronicle.shallow or chronicle.rewritten:
        return Exit.UNCHECKED
    return Exit.FINDINGS if harmful else Exit.CLEAN


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--since takes a day, YYYY-MM-DD, not {text}") from None


def chronicle_of(given: Namespace) -> Chronicle:
    """Read the whole history of the base branch; raises UsageError, SettingsError, GitError."""
    paths = [word for word in given.services if Path(word).exists()]
    root = Path(root_of(paths[0] if paths else "."))
    settings = load_settings(root, given.settings)
    files = files_of(_asked_of_git(given, paths), root, settings.base)
    repository, base = _compared(files)
    gathering = gathered(files.tree, settings)
    behind = left_behind(files)
    gathering = joined(gathering, gathered(behind, settings)) if behind is not None else gathering
    chosen = _chosen(given.services, gathering, root)
    commits = story(repository, base.tip, _suffixes(gathering))
    releases = _releases(repository, commits, gathering.services, settings, given.releases)
    past = _past(repository, commits, gathering, releases, settings)
    from avion_lint.cli.applied import witnesses  # noqa: PLC0415 - only here

    told = annals(gathering, past, witnesses(repository, root, base, gathering, settings))
    roots = {each.service.root for each in chosen}
    unrelated = {tag.name: tag for root in roots for tag in releases[root].unrelated}
    return Chronicle(
        base,
        tuple(annal for annal in told if annal.service.root in roots),
        gathering,
        any(not commit.known for commit in commits[:1]),
        tuple(unrelated.values()),
        len(commits),
        () if given.services else vanished(gathering, past),
    )


def _asked_of_git(given: Namespace, paths: list[str]) -> Namespace:
    """The arguments by which the files of a run are found."""
    named = {"no_git": False, "staged": False, "stdin_filename": None, "no_cache": True}
    return Namespace(paths=paths, base=given.base, all=True, **named)


def _compared(files: Files) -> tuple[Repository, Base]:
    """The repository and its base; raises GitError where there is none."""
    surveyed = files.surveyed
    if surveyed is None or surveyed.repository is None or surveyed.base is None:
        raise (surveyed.error if surveyed else None) or GitError(Trouble.NO_BASE, "there is no base branch")
    return surveyed.repository, surveyed.base


def _past(
    repository: Repository,
    commits: tuple[Commit, ...],
    gathering: Gathering,
    releases: Mapping[str, Releases],
    settings: Settings,
) -> Past:
    wanted = _wanted(gathering)
    texts = blobs(repository, needed(commits, wanted) | returned(commits, wanted))
    followed = lives(
        commits,
        texts,
        wanted,
        lambda comment: "+goose" in comment,
        lambda path: identity_of(path, gathering),
    )
    only = {each.service.root for each in gathering.services if settings.service_at(each.service.root).applied.tags}
    return Past(followed, releases, texts, frozenset(only))


def _wanted(gathering: Gathering) -> Callable[[str], bool]:
    """Whether a path is a migration, or was one before its folder was moved: then its name alone tells."""
    known: dict[str, bool] = {}
    flyway = [each for each in gathering.services if each.service.runner != "goose"]

    def named(path: str) -> bool:
        name = path.rpartition("/")[2]
        return isinstance(parse_goose_name(name), FileName) or any(name_at(each, path) for each in flyway)

    def wanted(path: str) -> bool:
        if path not in known:
            known[path] = is_migration(path, gathering) or named(path)
        return known[path]

    return wanted


def _suffixes(gathering: Gathering) -> frozenset[str]:
    paths = (file.path for each in gathering.services for file in each.files)
    return frozenset({".sql", *(suffix for path in paths if (suffix := os.path.splitext(path)[1].lower()))})  # noqa: PTH122 - paths are text


def _releases(
    repository: Repository,
    commits: tuple[Commit, ...],
    services: Iterable[Collected],
    settings: Settings,
    asked: str | None,
) -> dict[str, Releases]:
    """Releases by the root of the service."""
    known = tags(repository)
    chain = [commit.id for commit in commits]
    reach = reaches(repository, chain, (tag.commit for tag in known))
    wanted = {
        each.service.root: asked or settings.service_at(each.service.root).applied.tags or DEFAULT_RELEASES
        for each in services
    }
    by_pattern = {pattern: Releases(matching(known, pattern), reach) for pattern in set(wanted.values())}
    if asked and not any(releases.tags for releases in by_pattern.values()):
        raise UsageError(f"no tag fits {asked}: give another pattern, or fetch the tags with `git fetch --tags`")
    return {root: by_pattern[pattern] for root, pattern in wanted.items()}


def _chosen(words: list[str], gathering: Gathering, root: Path) -> list[Collected]:
    """Services by name, or by a path in or above their folder; all where none is named. Raises UsageError."""
    known = list(gathering.services)
    if not known:
        raise UsageError("there are no goose or Flyway migrations here")
    found = known if not words else []
    for word in words:
        fitting = [each for each in known if each.service.name == word] or _at(word, known, root)
        if not fitting:
            names = ", ".join(f"{each.service.name} ({each.service.root or '.'})" for each in known)
            raise UsageError(f"{word} is no service with migrations; there are {names}")
        found.extend(each for each in fitting if each not in found)
    return found


def _at(word: str, known: list[Collected], root: Path) -> list[Collected]:
    if not Path(word).exists():
        return []
    path = under(root, Path(word))
    inside = [each for each in known if path == "" or f"{each.service.root}/".startswith(f"{path}/")]
    return inside or [each for each in known if any(file.path == path for file in each.files)]
