"""A metric that its exporter does not have."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.promql.metrics import metric, table
from avion_lint.promql.syntax import selectors
from avion_lint.rule import rule
from avion_rules.monitoring._queries import trees

_NAME = pattern(r"[a-z_]+")
_FAMILIES = (
    "kube_job_", "kube_cronjob_", "kube_deployment_", "kube_pod_", "pg_", "cnpg_", "pgbackrest_", "argocd_",
    "avion_lint_",
)  # fmt: skip
_OLD = pattern(r"kube_\w+_status_(?:desired|current)\w*|kube_\w+_(?:cpu_cores|memory_bytes)")
_NEAR = 0.85


@rule("MO106", subject=Delivery)
def unknown_metric(delivery: Delivery) -> Iterator[Finding]:
    """Find a metric that its exporter does not have."""
    own = {query.owner.name for query in delivery.queries}
    for query, tree in trees(delivery):
        for selector in selectors(tree):
            name = selector.name
            family = next((each for each in _FAMILIES if name.startswith(each)), "")
            if not family or metric(name) or name in own or _OLD.fullmatch(name) or not _NAME.fullmatch(name):
                continue
            near = _near(name, family)
            if near:
                yield query.finding(
                    selector.span,
                    f"There is no metric {name}: this finds nothing, and an alert on it never fires.",
                    f"Did you mean `{near}`?",
                )


def _near(name: str, family: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only where a name is not known

    known = [each for each in table() if each.startswith(family)]
    return next(iter(get_close_matches(name, known, 1, _NEAR)), "")
