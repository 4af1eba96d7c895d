"""An operator between series whose labels never agree."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.promql.syntax import Binary, Negation, Node, Selector, walk
from avion_lint.rule import rule
from avion_rules.monitoring._labels import is_scalar, labels_of, surely
from avion_rules.monitoring._queries import trees

_EXTRA = {"kube_job_failed": "condition", "kube_job_complete": "condition"}  # always there


@rule("MO112", subject=Delivery)
def unmatched_sides(delivery: Delivery) -> Iterator[Finding]:
    """Find an operator between series whose labels never agree, so that it gives nothing."""
    for query, tree in trees(delivery):
        for node in walk(tree):
            if not isinstance(node, Binary) or node.matching or node.group or node.op == "or":
                continue
            if is_scalar(node.left) or is_scalar(node.right):
                continue
            why = _differing(node)
            effect = "takes nothing away" if node.op == "unless" else "gives nothing"
            if why:
                yield query.finding(
                    node.op_span,
                    f"This {effect}: `{node.op}` pairs series that have the same labels on both sides, and {why}.",
                    "Say what to pair by, `on (…)`, or aggregate both sides by the same labels.",
                )


def _differing(node: Binary) -> str:
    left, right = labels_of(node.left), labels_of(node.right)
    if left is None or right is None:
        return _extra(node.left, node.right) or _lacking(left, node.right) or _lacking(right, node.left)
    if left == right:
        return ""
    return f"here they are ({_listed(left)}) and ({_listed(right)})"


def _lacking(known: frozenset[str] | None, other: Node) -> str:
    """What the series of one side surely have and those of the other have not."""
    lacking = frozenset() if known is None else surely(other) - known
    return f"one side has ({_listed(known or frozenset())}), the other {_listed(lacking)} as well" if lacking else ""


def _extra(left: Node, right: Node) -> str:
    """Two metrics of kube-state-metrics of which one alone has a label."""
    names = [_metric(left), _metric(right)]
    extra = [_EXTRA.get(name, "") for name in names]
    if not all(name.startswith("kube_job_") for name in names) or extra[0] == extra[1]:
        return ""
    which = 0 if extra[0] else 1
    return f"only {names[which]} has a label `{extra[which]}`"


def _metric(node: Node) -> str:
    """The one metric whose labels a node has, "" where there is none or where they are changed."""
    match node:
        case Selector():
            return node.name
        case Negation():
            return _metric(node.of)
        case Binary(matching="", group="") if is_scalar(node.left) or is_scalar(node.right):
            return _metric(node.right if is_scalar(node.left) else node.left)
    return ""


def _listed(labels: frozenset[str]) -> str:
    return ", ".join(sorted(labels)) or "none"
