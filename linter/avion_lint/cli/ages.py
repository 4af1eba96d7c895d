"""How long ago migrations landed, where the settings say how long something must be deprecated before it goes."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime

from avion_lint import git
from avion_lint.discovery.gather import Collected, Gathering
from avion_lint.git import Landing, Repository
from avion_lint.git.log import first_parents, landings
from avion_lint.git.values import Tag
from avion_lint.history.deployments import Landed
from avion_lint.history.releases import Releases, matching
from avion_lint.history.survey import Survey
from avion_lint.record import record
from avion_lint.settings.model import Settings
from avion_lint.subjects import Distance, Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

DEFAULT_RELEASES = "v*"


def landed(surveyed: Survey | None, gathering: Gathering, settings: Settings, today: date) -> Mapping[str, Landed]:
    """When the migrations of services that ask for days or releases landed, by path; raises GitError.

    What a shallow clone hides is left out, and nothing is asked of git where no service wants to know.
    """
    told = any(entry.since for entry in settings.deprecated)
    asking = [each for each in gathering.services if _asks(each.service.deprecated_for, told)]
    if not asking or surveyed is None or surveyed.repository is None or surveyed.base is None:
        return {}
    repository, tip = surveyed.repository, surveyed.base.tip
    paths = [file.path for each in asking for file in each.files]
    known = {path: at for path, at in landings(repository, tip, paths).items() if at.known}
    chain = first_parents(repository, tip)
    places = {commit: place for place, commit in enumerate(chain)}
    found: dict[str, Landed] = {}
    for each in asking:
        releases = _releases(repository, chain, each, settings)
        found.update(_moments(settings, releases, today))
        for file in each.files:
            at = known.get(file.path)
            if at is not None:
                found[file.path] = Landed(_days(at, today), _count(releases, places[at.commit]))
    return found


def _asks(wanted: Distance, told: bool) -> bool:
    """Whether git has to be asked when something was; migrations after a day can be counted only by their days."""
    return wanted.of_git or (told and wanted.migrations > 0)


def _moments(settings: Settings, releases: Releases, today: date) -> Iterator[tuple[str, Landed]]:
    """When that was which entries under `deprecated:` give as `since:`: a day, or the name of a release."""
    for since in sorted({entry.since for entry in settings.deprecated if entry.since}):
        at = next((_day_of(tag) for tag in releases.tags if tag.name == since), None) or _day(since)
        if at is not None:
            passed = sum(tag.name == since or _day_of(tag) > at for tag in releases.tags)
            yield since, Landed((today - at).days, passed)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day_of(tag: Tag) -> date:
    return datetime.fromtimestamp(tag.when, UTC).date()


def _releases(repository: Repository, chain: tuple[str, ...], collected: Collected, settings: Settings) -> Releases:
    named = {entry.since for entry in settings.deprecated if entry.since and _day(entry.since) is None}
    if not (collected.service.deprecated_for.releases or named):
        return Releases((), {})
    from avion_lint.git.tags import reaches, tags  # noqa: PLC0415 - only where releases count

    pattern = settings.service_at(collected.service.root).applied.tags or DEFAULT_RELEASES
    known = matching(tags(repository), pattern)
    return Releases(known, reaches(repository, chain, (tag.commit for tag in known)))


def _count(releases: Releases, place: int) -> int:
    return sum(releases.reach[tag.commit] >= place for tag in releases.tags)


def _days(at: Landing, today: date) -> int:
    return (today - datetime.fromtimestamp(at.when, UTC).date()).days


@record
class Since:
    """When a migration landed: the commit, its day (ISO 8601, UTC), and the first release that has it, "" for none."""

    commit: str
    day: str
    release: str


def sinces(
    root: str | os.PathLike[str], given: Namespace, service: Service, paths: Collection[str], settings: Settings
) -> Mapping[str, Since]:
    """When migrations landed on the base branch, by path; nothing where there is no git to ask."""
    if given.no_git or not paths:
        return {}
    try:
        repository = git.find_repository(root)
        base = git.resolve_base(repository, given.base if given.base is not None else settings.base, os.environ)
    except git.GitError as error:
        if error.leaves_no_history:
            return {}
        raise
    from avion_lint.git.tags import reaches, tags  # noqa: PLC0415 - only where somebody asks

    chain = first_parents(repository, base.tip)
    places = {commit: place for place, commit in enumerate(chain)}
    known = matching(tags(repository), settings.service_at(service.root).applied.tags or DEFAULT_RELEASES)
    releases = Releases(known, reaches(repository, chain, (tag.commit for tag in known)))
    found: dict[str, Since] = {}
    for path, at in landings(repository, base.tip, paths).items():
        first = releases.first_with(places[at.commit])
        day = datetime.fromtimestamp(at.when, UTC).date().isoformat()
        found[path] = Since(at.commit, day, first.name if first else "")
    return found
