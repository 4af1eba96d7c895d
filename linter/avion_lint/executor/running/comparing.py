"""A plan against the history as it is now; pure."""

from __future__ import annotations

from avion_lint.applied.model import Row
from avion_lint.executor.running.plan import Plan, PlannedFile, canonical
from avion_lint.executor.running.recorded import Recorded


def applied_of(plan: Plan, found: Recorded) -> frozenset[str]:
    """Paths of the planned files that the history has now."""
    rows = [row for row in found.state.rows if not row.failed]
    versions = {canonical(row.version) for row in rows if row.version is not None}
    repeated = [row for row in rows if row.version is None]
    return frozenset(
        file.path
        for file in plan.files
        if (file.version in versions if file.version else any(_is_of(row, file) for row in repeated))
    )


def _is_of(row: Row, file: PlannedFile) -> bool:
    """Whether a repeatable migration's row is of the text that was planned."""
    same = not file.checksums or str(row.checksum) in file.checksums
    return same and file.path.endswith(row.script)


def altered(plan: Plan, found: Recorded) -> bool:
    """Whether the history has lost or gained what the plan does not know of."""
    now = {canonical(row.version) for row in found.state.rows if row.version is not None and not row.failed}
    return not set(plan.known) <= now <= {*plan.known, *(file.version for file in plan.files)}
