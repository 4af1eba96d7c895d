"""`histogram_quantile` over what has no buckets."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.promql.metrics import metric
from avion_lint.promql.syntax import Call, Node, selectors, walk
from avion_lint.rule import rule
from avion_rules.monitoring._labels import labels_of
from avion_rules.monitoring._queries import trees

_LABEL = "le"


@rule("MO103", subject=Delivery)
def quantile_without_buckets(delivery: Delivery) -> Iterator[Finding]:
    """Find `histogram_quantile` of series that are no buckets of a histogram."""
    for query, tree in trees(delivery):
        for node in walk(tree):
            effect = _effect(node)
            if isinstance(node, Call) and effect is not None:
                yield query.finding(node.name_span, *effect)


def _effect(node: Node) -> tuple[str, str] | None:
    if not isinstance(node, Call) or node.name != "histogram_quantile" or len(node.arguments) != 2:  # noqa: PLR2004
        return None
    of = node.arguments[1]
    plain = [known for each in selectors(of) if (known := metric(each.name)) and not each.name.endswith("_bucket")]
    if plain:
        known = plain[0]
        return (
            (
                f"This gives nothing: {known.name} is {known.told} of {known.exporter}, and `histogram_quantile` needs "
                "the buckets of a histogram, series with a label `le`."
            ),
            _instead(known.name),
        )
    labels = labels_of(of)
    buckets = [each for each in selectors(of) if each.name.endswith("_bucket")]
    if buckets and labels is not None and _LABEL not in labels:
        return (
            (
                "This gives nothing: the label `le`, which tells the buckets apart, is aggregated away below "
                "`histogram_quantile`."
            ),
            f"Keep it: `sum by (le) (rate({buckets[0].name}[5m]))`, with the other labels that you want.",
        )
    return None


def _instead(name: str) -> str:
    if name.startswith("kube_job_status_"):
        return (
            "Take the time that each Job took, `kube_job_status_completion_time - kube_job_status_start_time`, and of "
            "that the quantile over all Jobs: `quantile(0.95, …)`."
        )
    return f"For a quantile over several series write `quantile(0.95, {name})`, over time `quantile_over_time`."
