"""An alert that one bad measurement sets off."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.promql.metrics import MetricKind, metric
from avion_lint.promql.syntax import Selector, Subquery, selectors, walk
from avion_lint.rule import rule
from avion_rules.monitoring._queries import alerts

_MEASURED = frozenset({MetricKind.FLAG, MetricKind.GAUGE})
_STATES = ("kube_job_", "kube_cronjob_", "argocd_", "flagger_", "pgbackrest_", "avion_lint_")


@rule("MO117", subject=Delivery)
def momentary_alert(delivery: Delivery) -> Iterator[Finding]:
    """Find an alert on a measured value that does not have to last."""
    for alert, query, tree in alerts(delivery):
        if alert.pending != 0 or any(isinstance(each, Subquery) for each in walk(tree)):
            continue
        names = [each for each in selectors(tree) if each.range is None]
        if len(names) == len(list(selectors(tree))) and names and all(map(_is_measured, names)):
            yield query.finding(
                names[0].span,
                f"One slow or missed measurement of {names[0].name} sets this alert off, and the next one ends it.",
                "Let it last: `for: 5m`, or at least two intervals of the group.",
            )


def _is_measured(selector: Selector) -> bool:
    known = metric(selector.name)
    return known is not None and known.kind in _MEASURED and not selector.name.startswith(_STATES)
