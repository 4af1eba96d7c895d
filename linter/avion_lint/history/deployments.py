"""Says in words what is taken as applied, and tells which migrations reached production together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from avion_lint.clock import UTC, datetime
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:  # rules see deployments, and need no git for it
    from avion_lint.git import Landing

_SHORT = 10


@record
class Deployment:
    """Migrations that reach the database together, in the order `order`; `name` says what brings them, for people."""

    order: int
    name: str
    applied: bool


@record
class Landed:
    """When a migration landed on the base branch: days ago, and the number of releases that have it."""

    days: int
    releases: int


def alone(paths: Iterable[str]) -> dict[str, Deployment]:
    """Each file as its own deployment, in the order given: where there is nothing to know it from."""
    return {path: Deployment(order, path, applied=False) for order, path in enumerate(paths)}


def since_base(paths: Iterable[str], applied: Collection[str], base: str) -> dict[str, Deployment]:
    """Take what the base branch has as one deployment, and everything else as the next."""
    before, now = Deployment(0, base, applied=True), Deployment(1, "this change", applied=False)
    return {path: before if path in applied else now for path in paths}


def as_landed(paths: Iterable[str], landings: Mapping[str, Landing]) -> dict[str, Deployment]:
    """Take what landed in the same first-parent commit as one deployment, in the order of the commits.

    What has not landed yet comes last and together. What a shallow clone hides the landing of comes
    first, each file on its own, in the order given, so that nothing is taken as new that may be old.
    """
    ordered = tuple(dict.fromkeys(paths))
    hidden = [path for path in ordered if path in landings and not landings[path].known]
    seen = {path: landings[path] for path in ordered if path in landings and landings[path].known}
    batches = {
        path: Deployment(order, f"{path}, older than this shallow clone", applied=True)
        for order, path in enumerate(hidden)
    }
    orders = {order: rank for rank, order in enumerate(sorted({at.order for at in seen.values()}))}
    for path, landing in seen.items():
        batches[path] = Deployment(len(hidden) + orders[landing.order], _name(landing), applied=True)
    last = Deployment(len(hidden) + len(orders), "this change", applied=False)
    return {path: batches.get(path, last) for path in ordered}


def _name(landing: Landing) -> str:
    day = datetime.fromtimestamp(landing.when, UTC).date().isoformat()
    return f"{landing.commit[:_SHORT]} of {day}"


def assumed(base: str, applied: int, *, changed: bool, on_tip: bool) -> str:
    """Say what is taken as applied.

    `applied` counts the migrations on the base's tip; `changed` tells whether any is new or changed
    here, `on_tip` whether the commit checked out is that tip.
    """
    if on_tip and not changed:
        return f"on {base} itself with no migration changed: nothing is new, so nothing is judged"
    said = f"{_count(applied)} on {base} {'is' if applied == 1 else 'are'} taken as applied"
    return said if changed else f"{said}; none is new or changed here, so nothing is judged"


def assumed_without_base(reason: str) -> str:
    """Say what is assumed where there is nothing to compare with."""
    return f"{reason}: every file is judged, and counts as its own deployment"


def _count(number: int) -> str:
    if number == 0:
        return "no migrations"
    return "1 migration" if number == 1 else f"{number:,} migrations"
