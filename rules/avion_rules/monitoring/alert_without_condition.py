"""An alert that fires for as long as its metric is there."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.promql.metrics import MetricKind, metric
from avion_lint.promql.syntax import COMPARISONS, Binary, Call, Node, Unknown, selectors, walk
from avion_lint.rule import rule
from avion_rules.monitoring._queries import alerts

_DECIDING = frozenset({"absent", "absent_over_time", "vector", "scalar"})
_ONLY_THEN = frozenset({"kube_job_failed", "kube_job_complete"})  # there is no series before the Job has ended


@rule("MO110", subject=Delivery)
def alert_without_condition(delivery: Delivery) -> Iterator[Finding]:
    """Find an alert that compares its metric with nothing."""
    for _, query, tree in alerts(delivery):
        known = [metric(each.name) for each in selectors(tree)]
        if not known or any(each is None or each.kind is MetricKind.INFO for each in known):
            continue
        if any(map(_decides, walk(tree))):
            continue
        names = sorted({each.name for each in known if each})
        if len(names) == 1 and names[0] in _ONLY_THEN:
            continue
        compared = any(isinstance(each, Binary) and each.is_bool for each in walk(tree))
        why = "with `bool` a comparison gives 0 or 1, and 0 is a result too" if compared else "it compares with nothing"
        yield query.finding(
            tree.span,
            f"This alert fires always, for every series of {', '.join(names)}: {why}.",
            "Compare without `bool`." if compared else "Add the threshold, for example `> 0`.",
        )


def _decides(node: Node) -> bool:
    match node:
        case Binary(op=op, is_bool=is_bool):
            return op in ("and", "unless") or (op in COMPARISONS and not is_bool)
        case Call(name=name):
            return name in _DECIDING
        case Unknown():
            return True
    return False
