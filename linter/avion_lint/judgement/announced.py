"""Since when the settings call an object deprecated, and what has passed since; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from avion_lint.discovery.gather import Collected
from avion_lint.history.deployments import Landed
from avion_lint.judgement.projects import runner_order
from avion_lint.runners.migration import Kind
from avion_lint.settings.model import Deprecated
from avion_lint.subjects import Deprecation

_COUNTED = (Kind.VERSIONED, Kind.CODE)


def announced(
    entries: Collection[Deprecated], collected: Collected, tip: Collection[str], landed: Mapping[str, Landed]
) -> tuple[Deprecation, ...]:
    """The entries that hold for a service; `tip` are the migrations of the base branch.

    `landed` tells by path when migrations landed, and by what stands behind `since:` when that was, unless it is a
    version.
    """
    holding = tuple(_holding(entries, collected.service.name))
    if not holding:
        return ()
    there = [file for file in sorted(collected.files, key=runner_order) if file.kind in _COUNTED and file.path in tip]
    paths = {str(file.version): file.path for file in there if file.version}
    order = [file.path for file in there]
    return tuple(_announced(each, paths, order, landed) for each in holding)


def _holding(entries: Collection[Deprecated], service: str) -> Iterator[Deprecated]:
    return (each for each in entries if each.service in ("", service))


def _announced(
    given: Deprecated, paths: Mapping[str, str], order: list[str], landed: Mapping[str, Landed]
) -> Deprecation:
    path = paths.get(given.since)
    if path is not None:
        after = len(order) - order.index(path)
        return Deprecation(given.object, given.reason, given.since, landed.get(path), after)
    moment = landed.get(given.since)
    if moment is None:
        return Deprecation(given.object, given.reason, given.since)
    after = sum(each in landed and landed[each].days < moment.days for each in order) + 1
    return Deprecation(given.object, given.reason, given.since, moment, after)
