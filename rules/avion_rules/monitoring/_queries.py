"""What several rules ask of PromQL: comparisons with numbers, Job metrics, what holds for a whole expression."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.monitoring import AlertRule, Query
from avion_lint.promql.syntax import COMPARISONS, Binary, Call, Node, Number, Selector, below, selectors, walk
from avion_lint.record import record

ENDED = frozenset(
    {
        "kube_job_failed",
        "kube_job_complete",
        "kube_job_status_failed",
        "kube_job_status_succeeded",
        "kube_job_status_completion_time",
    }
)
"""Metrics that tell of a Job's end, or of its pods'; they are there for as long as the Job is."""
STARTED = frozenset({"kube_job_status_start_time", "kube_job_created"})
_FLIPPED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}


@record
class Comparison:
    """A comparison of something with a number, the number on the right."""

    node: Binary
    of: Node
    op: str
    number: Number


def trees(delivery: Delivery) -> Iterator[tuple[Query, Node]]:
    """All expressions that can be read, with their trees."""
    for query in delivery.queries:
        if query.tree is not None:
            yield query, query.tree


def alerts(delivery: Delivery) -> Iterator[tuple[AlertRule, Query, Node]]:
    """All alerts whose expression can be read."""
    for query, tree in trees(delivery):
        if isinstance(query.owner, AlertRule) and not query.owner.records:
            yield query.owner, query, tree


def comparison(node: Node) -> Comparison | None:
    """A node as a comparison with a number, None where it is none; `bool` ones count."""
    if not isinstance(node, Binary) or node.op not in COMPARISONS:
        return None
    if (number := constant(node.right)) is not None:
        return Comparison(node, node.left, node.op, number)
    if (number := constant(node.left)) is not None:
        return Comparison(node, node.right, _FLIPPED[node.op], number)
    return None


def constant(node: Node) -> Number | None:
    """A number, or sums and products of numbers (`60 * 60`)."""
    if isinstance(node, Number):
        return node
    if not isinstance(node, Binary):
        return None
    left, right = constant(node.left), constant(node.right)
    if left is None or right is None:
        return None
    match node.op:
        case "*":
            return Number(node.span, left.value * right.value)
        case "+":
            return Number(node.span, left.value + right.value)
        case "-":
            return Number(node.span, left.value - right.value)
    return None


def age_of(node: Node) -> Selector | None:
    """The point in time that `time() - x` counts from, None where a node is something else; aggregates are opened."""
    for each in walk(node):
        if isinstance(each, Binary) and each.op == "-" and isinstance(each.left, Call) and each.left.name == "time":
            return next(selectors(each.right), None)
    return None


def parents(tree: Node) -> Iterator[tuple[Node, Node]]:
    """Every node below the root with the one right above it."""
    for node in walk(tree):
        for child in below(node):
            yield child, node
