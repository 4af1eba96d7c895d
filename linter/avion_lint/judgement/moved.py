"""Which services were moved to another folder as a whole; pure."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.discovery.gather import Collected, Gathering, owner
from avion_lint.history.ground import Ground


def moved_services(gathering: Gathering, ground: Ground) -> Mapping[str, Collected]:
    """What became of services of whose folder nothing is left, by that folder: a new one of the same runner.

    Its runner is pointed to the new folder and reads the same migrations there. A folder that the base branch has
    migrations in is another service's, and where files went to several folders, no runner finds them all.
    """
    targets: dict[str, set[str]] = {}
    found: dict[str, Collected] = {}
    for change in ground.changes:
        old = owner(change.before.path, gathering) if change.before and change.renamed_from else None
        if old is None or old.files:
            continue
        new = owner(change.path, gathering)
        targets.setdefault(old.service.root, set()).add(new.service.root if new else "")
        if new is not None and new.service.runner is old.service.runner:
            found[old.service.root] = new
    if not found:
        return {}
    taken = {each.service.root for path in ground.tip if (each := owner(path, gathering))}
    return {root: new for root, new in found.items() if len(targets[root]) == 1 and new.service.root not in taken}
