"""In which order Helm runs hooks (pkg/action/hooks.go: by weight, then by kind, then by name)."""

from __future__ import annotations

from avion_lint.delivery.kubernetes import Manifest

EARLY = frozenset({"pre-install", "pre-upgrade"})
"""Hooks that are run before Helm makes anything else."""
WEIGHT = "helm.sh/hook-weight"


def weight(manifest: Manifest) -> int | None:
    """The weight of a hook, 0 where none is said, None where a template decides it."""
    scalar = manifest.annotation(WEIGHT)
    if scalar is None:
        return 0
    try:
        return int(scalar.text) if scalar.known else None
    except ValueError:
        return None
