"""Which labels the result of an expression has."""

from __future__ import annotations

from avion_lint.promql.metrics import metric
from avion_lint.promql.syntax import SETS, Aggregate, Binary, Call, Negation, Node, Number, Selector, Text

_KEEPING = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_SCRAPED = frozenset({"instance", "job"})
_SCALARS = frozenset({"time", "scalar", "pi"})
_WITHOUT = _SCALARS | {"vector"}
_MAKING = frozenset({"label_replace", "label_join", "absent", "absent_over_time", "info"})


def labels_of(node: Node) -> frozenset[str] | None:
    """All labels that a result can have, None where that is not known; numbers have none."""
    match node:
        case Aggregate(name=name) if name in _KEEPING:
            return labels_of(node.of)
        case Aggregate(name="count_values"):
            return None
        case Aggregate(grouping="without"):
            inner = labels_of(node.of)
            return None if inner is None else inner - set(node.labels)
        case Aggregate():
            inner = labels_of(node.of)
            wanted = frozenset(node.labels)
            return wanted if inner is None else wanted & inner
        case Call(name=name) if name in _WITHOUT:
            return frozenset()
        case Call(name="absent" | "absent_over_time", arguments=(Selector() as of,)):
            return frozenset(each.label for each in of.matchers if each.op == "=")
        case Call(name="absent"):
            return frozenset()
        case Call(name=name) if name in _MAKING:
            return None
        case Call():
            vectors = [each for each in node.arguments if labels_of(each) != frozenset()]
            return labels_of(vectors[0]) if len(vectors) == 1 else None
        case Negation():
            return labels_of(node.of)
        case Number() | Text():
            return frozenset()
        case Binary():
            return _of_binary(node)
    return None


def surely(node: Node) -> frozenset[str]:
    """Labels that every series of a result has: Prometheus gives all that it scrapes `instance` and `job`."""
    match node:
        case Selector():
            return _SCRAPED if metric(node.name) else frozenset()
        case Aggregate(grouping="by"):
            return surely(node.of) & set(node.labels)
        case Aggregate(grouping="without"):
            return surely(node.of) - set(node.labels)
        case Negation():
            return surely(node.of)
        case Call() if node.name not in _MAKING | _WITHOUT:
            return frozenset().union(*map(surely, node.arguments))
        case Binary() if not node.matching and node.op != "or":
            return surely(node.left) | (frozenset() if node.op in SETS else surely(node.right))
    return frozenset()


def is_scalar(node: Node) -> bool:
    """Whether a result is a bare number (or text), which has no labels and pairs with everything."""
    match node:
        case Number() | Text():
            return True
        case Negation():
            return is_scalar(node.of)
        case Call(name=name):
            return name in _SCALARS
        case Binary():
            return is_scalar(node.left) and is_scalar(node.right)
    return False


def _of_binary(node: Binary) -> frozenset[str] | None:
    """Labels of what two sides give: one to one those that are paired by, Prometheus' `resultMetric`."""
    if is_scalar(node.left):
        return labels_of(node.right)
    left, right = labels_of(node.left), labels_of(node.right)
    if is_scalar(node.right) or node.op in ("and", "unless"):
        return left
    if node.op == "or":
        return None if left is None or right is None else left | right
    if node.group:
        return None
    if node.matching == "on":
        return frozenset(node.labels)
    return None if left is None or right is None else (left & right) - set(node.labels)
