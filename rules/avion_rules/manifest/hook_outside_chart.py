"""Helm's annotations on objects that Helm never sees."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules._objects import is_migration, why
from avion_rules.manifest._argo import argo

_ROOTS = pattern(r"\{\{-?\s*(?:if|quote|eq)?\s*\(?(?:eq\s+)?\.([A-Z]\w*)")
_HELM_ROOTS = frozenset({"Values", "Release", "Chart", "Capabilities", "Files", "Template", "Subcharts"})


@rule("KM124", subject=Delivery)
def hook_outside_chart(delivery: Delivery) -> Iterator[Finding]:
    """Find a Helm hook that no chart holds, so that nothing runs it before the application."""
    synced = argo(delivery)
    for manifest in delivery.of_kind("Job"):
        at = manifest.annotation("helm.sh/hook")
        if at is None or not is_migration(manifest) or manifest.yaml.chart is not None or manifest.argo_hooks:
            continue
        if synced.brings(manifest):
            continue
        foreign = [root for root in _ROOTS.findall(manifest.yaml.excerpt.text) if root not in _HELM_ROOTS]
        why_not = f", and `.{foreign[0]}` is nothing that Helm knows" if foreign else ""
        yield manifest.finding(
            at,
            f"Nothing runs this as a hook: no Chart.yaml lies above it{why_not}. `kubectl apply` makes the Job "
            "together with everything else.",
            "Move it into a chart's templates (with `.Values.…`), or have the pipeline make the Job, wait for it, and "
            "deploy then.",
            related=why(manifest),
        )
