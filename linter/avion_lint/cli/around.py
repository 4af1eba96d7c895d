"""Which files around the SQL a run is about, and reading them: only where one of them is judged."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from avion_lint.cli.files import Files
from avion_lint.delivery.kinds import kind_of
from avion_lint.discovery.gather import Gathering
from avion_lint.problems import SettingsError
from avion_lint.settings.model import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.judgement.around import Around
    from avion_lint.judgement.in_config_maps import Before


def around_of(
    files: Files, gathering: Gathering, settings: Settings, paths: Collection[str], *, everything: bool
) -> Around | None:
    """What stands around the SQL, None where nothing of it is judged.

    Judged is what differs from the base branch, or all where there is none or `everything` is asked for; of that, what
    lies under `paths`, if any are given.
    """
    known = tuple(path for path in files.tree.paths() if kind_of(path) and not settings.ignores(path))
    judged = frozenset(path for path in _changed(files, known, everything=everything) if _is_under(path, paths))
    if not judged:
        return None
    from avion_lint.delivery.collect import collect  # noqa: PLC0415 - most changes are about SQL alone
    from avion_lint.delivery.config_maps import may_keep  # noqa: PLC0415 - as above
    from avion_lint.delivery.delivery import ServiceFolder  # noqa: PLC0415 - as above
    from avion_lint.judgement.around import Around  # noqa: PLC0415 - as above

    services = (
        ServiceFolder(each.service.name, each.service.root, str(each.service.runner)) for each in gathering.services
    )
    _check_version(settings)
    delivery, unread = collect(files.tree.paths(), files.tree.read, judged, services, settings.kubernetes)
    kept = tuple(each.path for each in delivery.documents if each.path in judged and may_keep(each.text))
    return Around(delivery, unread, None if everything else _before(files, kept))


def _before(files: Files, paths: Collection[str]) -> Before | None:
    """Files as the base branch has them, None where there is none or nothing is asked for; raises GitError."""
    surveyed = files.surveyed
    if not paths or surveyed is None or surveyed.repository is None or surveyed.base is None:
        return None
    from avion_lint.git import blobs  # noqa: PLC0415 - few repositories have migrations in ConfigMaps
    from avion_lint.judgement.in_config_maps import Before  # noqa: PLC0415 - as above

    entries = {path: surveyed.merge_base[path].blob for path in paths if path in surveyed.merge_base}
    known = blobs(surveyed.repository, entries.values())
    texts = ((path, known[blob]) for path, blob in entries.items())
    return Before(surveyed.base.name, {path: data.decode(errors="replace") for path, data in texts})


def _check_version(settings: Settings) -> None:
    """Raise SettingsError for a version of Kubernetes whose fields nobody here knows."""
    if not settings.kubernetes or settings.kubernetes_place is None:
        return
    from avion_lint.shapes.load import versions  # noqa: PLC0415 - where the settings name a version

    known = versions()
    if known and settings.kubernetes not in known:
        near = f"the schemas that are installed know {known[0]} to {known[-1]}"
        message = f"nothing is known here of Kubernetes {settings.kubernetes}: {near}"
        raise SettingsError(((settings.kubernetes_place, message),))


def _changed(files: Files, known: tuple[str, ...], *, everything: bool) -> Iterator[str]:
    surveyed = files.surveyed
    if everything or surveyed is None or surveyed.base is None:
        yield from known
        return
    for path in known:
        before, now = surveyed.merge_base.get(path), files.contents.get(path)
        if now is None or before is None or before.blob != now.entry.blob:
            yield path


def _is_under(path: str, given: Collection[str]) -> bool:
    return not given or any(path == each or path.startswith(f"{each}/") for each in given)
