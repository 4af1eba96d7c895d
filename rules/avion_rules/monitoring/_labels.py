"""Which labels the result of an expression has."""

from __future__ import annotations

from avion_lint.promql.metrics import metric
from avion_lint.promql.syntax import COMPARISONS, SETS, Aggregate, Binary, Call, Negation, Node, Number, Selector

_KEEPING = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_SCRAPED = frozenset({"instance", "job"})
_WITHOUT = frozenset({"vector", "time", "scalar", "pi"})
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
        case Number():
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


def _of_binary(node: Binary) -> frozenset[str] | None:
    left, right = labels_of(node.left), labels_of(node.right)
    if node.op == "or":
        return None if left is None or right is None else left | right
    if node.op in SETS or (node.op in COMPARISONS and not node.group):
        return left if node.op in SETS or left else right
    if node.group or left is None or right is None:
        return None
    return left | right if not left or not right else left & right
