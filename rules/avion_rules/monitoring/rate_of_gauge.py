"""`rate` and its like over what is no counter."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.promql.metrics import Metric, MetricKind, metric
from avion_lint.promql.syntax import Binary, Call, Node, Selector, walk
from avion_lint.rule import rule
from avion_rules.monitoring._queries import trees

_FOR_COUNTERS = frozenset({"rate", "irate", "increase"})


@rule("MO102", subject=Delivery)
def rate_of_gauge(delivery: Delivery) -> Iterator[Finding]:
    """Find `rate`, `irate` or `increase` of a metric that is no counter."""
    for query, tree in trees(delivery):
        for call, known in _misused(tree):
            yield query.finding(call.name_span, _message(call, known, tree), _remedy(call, known))


def _misused(tree: Node) -> Iterator[tuple[Call, Metric]]:
    for node in walk(tree):
        if not isinstance(node, Call) or node.name not in _FOR_COUNTERS or len(node.arguments) != 1:
            continue
        of = node.arguments[0]
        known = metric(of.name) if isinstance(of, Selector) else None
        if known is not None and known.kind is not MetricKind.COUNTER:
            yield node, known


def _message(call: Call, known: Metric, tree: Node) -> str:
    said = f"`{call.name}` is for counters, and {known.name} is {known.told} ({known.exporter})"
    if known.kind is not MetricKind.TIME:
        return f"{said}: where it falls a restart is counted, and what a series begins with is not."
    effect = "it is written once and stays the same, so the result is 0"
    divides = any(isinstance(each, Binary) and each.op == "/" and _holds(each.right, call) for each in walk(tree))
    return f"{said}: {effect}" + (", and dividing by it gives NaN or infinity." if divides else ".")


def _holds(node: Node, part: Node) -> bool:
    return any(each is part for each in walk(node))


def _remedy(call: Call, known: Metric) -> str:
    if known.name.startswith("kube_job_status_"):
        return (
            'Count Jobs by how they ended: `(sum(kube_job_complete{condition="true"}) or vector(0)) / '
            'sum(kube_job_complete{condition="true"} or kube_job_failed{condition="true"})` is the share that '
            "succeeded of those that ended and are still there."
        )
    if known.kind is MetricKind.TIME:
        return f"Use the time that has passed: `time() - {known.name}`."
    return f"Use the value itself, or `delta` or `max_over_time` over it, instead of `{call.name}`."
