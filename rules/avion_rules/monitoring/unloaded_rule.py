"""A PrometheusRule that no Prometheus of the repository loads."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Part
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Scalar

_SELECTOR = ("spec", "ruleSelector", "matchLabels")


@rule("MO116", subject=Delivery)
def unloaded_rule(delivery: Delivery) -> Iterator[Finding]:
    """Find a PrometheusRule whose labels no Prometheus of the repository selects."""
    servers = [each for each in delivery.of_kind("Prometheus") if each.part.may_have("spec", "ruleSelector")]
    selected = [(each, _labels(each.part, *_SELECTOR)) for each in servers]
    if not selected or any(not labels for _, labels in selected):
        return
    for manifest in delivery.of_kind("PrometheusRule"):
        if manifest.part.part("metadata", "labels") is not None and _is_open(manifest):
            continue
        own = _labels(manifest.part, "metadata", "labels")
        if not any(labels.items() <= own.items() for _, labels in selected):
            server, labels = selected[0]
            wanted = ", ".join(f"{key}: {value}" for key, value in sorted(labels.items()))
            yield manifest.finding(
                None,
                f"Prometheus never loads these alerts: {server.title} takes only rules with the label {wanted}.",
                f"Add `{wanted}` to `metadata.labels`.",
                related=(Related(server.part.place(*_SELECTOR), "this selects the rules"),),
            )


def _labels(part: Part, *path: str) -> dict[str, str]:
    return {
        entry.key.text: entry.value.text
        for entry in part.entries(*path)
        if isinstance(entry.value, Scalar) and entry.value.known
    }


def _is_open(manifest: Manifest) -> bool:
    return manifest.part.may_have("metadata", "labels", "\0")
