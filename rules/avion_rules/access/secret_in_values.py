"""Secrets in the values of charts."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.part import Part
from avion_lint.finding import Finding
from avion_lint.record import replace
from avion_lint.rule import rule
from avion_lint.source import Span
from avion_lint.yaml.nodes import Scalar, walk
from avion_rules.access._secrets import secret_in

_REMEDY = (
    "Let the chart refer to a Secret by its name (`existingSecret: users-db`) and make that Secret outside the "
    "repository. What was pushed once has to be replaced: git keeps it."
)


@rule("AC113", subject=Delivery)
def secret_in_values(delivery: Delivery) -> Iterator[Finding]:
    """Find a password, webhook or key in a chart's values."""
    for text in delivery.texts:
        name = basename(text.path)
        if name.startswith("values") and name.endswith((".yaml", ".yml")):
            by_name = environment_of(text.path) in ("production", "staging")
            others = [each.part.node.span for each in delivery.environments if each.path == text.path]
            for root in text.stream.roots:
                yield from _in(Part(text, root), others, by_name=by_name)


def _in(root: Part, others: list[Span], *, by_name: bool) -> Iterator[Finding]:
    """Secrets below a node; by their names only in values of an environment, not in a chart's defaults."""
    for path, node in walk(root.node):
        if any(other.start <= node.span.start < other.end for other in others):
            continue  # settings of an environment, which secret-in-settings speaks of
        if isinstance(node, Scalar) and node.known and node.text:
            key = str(path[-1]) if path else ""
            what = secret_in(key if by_name and not _is_reference(path) else "", node.text)
            if what and node.style not in ("|", ">"):
                found = root.finding(
                    node,
                    f"Everybody who reads the repository gets {what}.",
                    _REMEDY,
                    object=".".join(map(str, path)),
                )
                yield replace(found, hidden=True)


def _is_reference(path: tuple[str | int, ...]) -> bool:
    """Whether the value only names where a secret is kept."""
    return any("existing" in str(key).lower() or "ref" in str(key).lower() for key in path)
