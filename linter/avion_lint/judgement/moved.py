"""Which services were moved to another folder as a whole, and which migrations only have another path now; pure."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.discovery.gather import Collected, Gathering, name_of, owner
from avion_lint.history import deployments
from avion_lint.history.changes import Change
from avion_lint.history.ground import Ground
from avion_lint.record import replace


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


def with_moved(ground: Ground, gathering: Gathering) -> Ground:
    """The same ground, where a migration that only has another path is applied as it was, and not judged anew.

    Its runner takes it for the same one, and its text is the same; what it makes is in use.
    """
    renamed = [change for change in ground.changes if change.renamed_from is not None]
    if not renamed or not ground.base:
        return ground
    moved = moved_services(gathering, ground)
    same = [change.path for change in renamed if not change.is_edited and _is_same(change, gathering, moved)]
    before = deployments.since_base(same, same, ground.base)
    return replace(ground, deployments={**ground.deployments, **before}, judged=ground.judged.difference(same))


def _is_same(change: Change, gathering: Gathering, moved: Mapping[str, Collected]) -> bool:
    """Whether the runner takes what was renamed for the migration that it was."""
    was = owner(change.renamed_from or "", gathering)
    now = owner(change.path, gathering)
    if was is None or now is None or moved.get(was.service.root, was).service.root != now.service.root:
        return False
    old, new = name_of(was, change.renamed_from or ""), name_of(now, change.path)
    if old is None or new is None or old.kind is not new.kind:
        return False
    return new.version == old.version if old.version else new.description == old.description
