"""Lists of the same services that do not agree."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules.workflow._lists import ServiceList, service_lists
from avion_rules.workflow._words import is_about_migrations, listed, quoted

_ALIKE = 0.6  # of the names of the shorter list
_SHARED = 3
_SHOWN = 4


@rule("WF119", subject=Delivery)
def service_lists_differ(delivery: Delivery) -> Iterator[Finding]:
    """Find lists of the same services, in workflows about migrations, that leave out different ones."""
    waiting = sorted(service_lists(delivery), key=lambda each: -len(each.names))
    while waiting:
        alike = [each for each in waiting if _is_alike(each, waiting[0])]
        waiting = [each for each in waiting if not _is_alike(each, waiting[0])]
        everything = frozenset[str]().union(*(each.names for each in alike))
        lacking = [each for each in alike if each.names != everything]
        concerned = [each for each in alike if each.workflow and is_about_migrations(each.workflow, delivery)]
        shown = [each for each in lacking if each.place.document.text]
        if concerned and shown:
            yield _finding(alike, min(shown, key=_order), everything)


def _finding(alike: list[ServiceList], at: ServiceList, everything: frozenset[str]) -> Finding:
    missing = sorted(name for name in everything if not all(name in each.names for each in alike))
    words = [f"`{name}` is in {_count(name, alike)} of {len(alike)}" for name in missing[:_SHOWN]]
    more = f", and {len(missing) - _SHOWN} more differ" if len(missing) > _SHOWN else ""
    related = tuple(
        Related(each.place, _told(each, everything))
        for each in sorted(alike, key=_order)
        if each is not at and each.place.document.text
    )
    return Finding(
        at.place,
        f"{len(alike)} lists name the services and do not agree: {listed(words)}{more}. A service that one of them "
        f"leaves out is not tested, not migrated or not deployed, and nothing fails. Here, {_told(at, everything)}.",
        "Write the services down once: let a first job print the list as JSON and the others read it "
        "(`matrix: {service: ${{ fromJSON(needs.services.outputs.names) }}}`), or make it from the folders.",
        related,
        "services",
    )


def _count(name: str, alike: list[ServiceList]) -> int:
    return sum(name in each.names for each in alike)


def _told(each: ServiceList, everything: frozenset[str]) -> str:
    lacks = sorted(everything - each.names)
    without = f" without {listed(quoted(lacks[:_SHOWN]))}" if lacks else ""
    return f"the {each.title} names {len(each.names)}{without}"


def _order(each: ServiceList) -> tuple[str, int, int]:
    return each.place.sort_key


def _is_alike(one: ServiceList, other: ServiceList) -> bool:
    shared = len(one.names & other.names)
    return shared >= _SHARED and shared >= _ALIKE * min(len(one.names), len(other.names))
