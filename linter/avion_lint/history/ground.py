"""What counts as applied, what is judged now, and which deployment brings which migration."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from avion_lint.history import deployments
from avion_lint.history.changes import Change, History, Missing, Unsure
from avion_lint.history.deployments import Deployment, Landed
from avion_lint.history.edits import Edit
from avion_lint.record import field, record, replace


@record
class Ground:
    """How every migration stands.

    `deployments` has every migration's path, `judged` those whose statements are judged, `edited` those that were
    changed and are applied all the same. `base` is the base branch for people ("" for none), `tip` the migrations on
    it, `ahead` those among them that came after this branch left it and are not here.
    `assumed` says in a sentence what was taken as applied. `witnesses` says by path how a migration is known to be
    applied (`is on main since 2026-01-03, commit abc1234`), as far as somebody needs it; `bases` is what stands for the
    base branch in services that have another one, by their root. `landed` tells by path when migrations landed, where a
    service asks for it. `within` are the paths that were asked for, none for all; `passed` are
    files beside the migrations that the base branch has already, where only what is new is judged.
    """

    deployments: Mapping[str, Deployment]
    judged: frozenset[str]
    assumed: str
    edited: frozenset[str] = frozenset()
    base: str = ""
    tip: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    missing: Missing | None = None
    ahead: frozenset[str] = frozenset()
    witnesses: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)
    landed: Mapping[str, Landed] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    passed: frozenset[str] = frozenset()

    def is_asked_for(self, path: str) -> bool:
        """Whether a path lies under those that were asked for."""
        given = self.within
        return not given or any(path == each or each in ("", ".") or path.startswith(f"{each}/") for each in given)

    def base_of(self, root: str) -> str:
        """What the migrations of the service in this folder are compared with, for people."""
        return self.bases.get(root, self.base)

    @property
    def applied(self) -> frozenset[str]:
        """Migrations that are applied, edited or not: their text must not change any more."""
        done = (path for path, deployment in self.deployments.items() if deployment.applied)
        return self.edited.union(done)


def against_base(history: History, paths: Collection[str]) -> Ground:
    """Judge what is new or changed against the base branch; everything else is applied.

    Without a base every file is judged and counts as its own deployment.
    """
    if history.missing is not None:
        return replace(alone(paths, history.assumed), missing=history.missing, unsure=history.unsure)
    # What git has no content of, such as a file that cannot be read, is no change, and new all the same.
    unread = frozenset(paths) - history.applied - history.shared
    judged = history.judged(paths) | unread
    edited = frozenset(
        change.path for change in history.changes if change.before is not None and change.edit is not Edit.NONE
    )
    applied = frozenset(paths) - judged
    return Ground(
        deployments.since_base(paths, applied, history.base),
        judged,
        history.assumed,
        edited & judged,
        history.base,
        history.applied,
        history.changes,
        history.unsure,
        ahead=history.applied - history.shared - frozenset(paths),
    )


def as_landed(paths: Collection[str], landings: Mapping[str, Deployment]) -> Ground:
    """Judge every migration, each as new as it was when it landed."""
    assumed = f"every migration is judged, {len(paths):,} in all, each as new as it was when it landed"
    return Ground(landings, frozenset(paths), assumed)


def alone(paths: Iterable[str], assumed: str) -> Ground:
    """Judge every migration, each as a deployment of its own."""
    ordered = tuple(paths)
    return Ground(deployments.alone(ordered), frozenset(ordered), assumed)


def narrowed(ground: Ground, patterns: Collection[str]) -> Ground:
    """The same ground with only what lies under the given paths judged; everything stays known."""
    if not patterns:
        return ground
    ground = replace(ground, within=tuple(patterns))
    inside = ground.is_asked_for
    return replace(
        ground,
        judged=frozenset(path for path in ground.judged if inside(path)),
        changes=tuple(
            change for change in ground.changes if inside(change.path) or inside(change.renamed_from or change.path)
        ),
        unsure=tuple(unsure for unsure in ground.unsure if inside(unsure.path)),
    )
