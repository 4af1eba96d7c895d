"""Secrets in the values of charts and in plain files of settings."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.part import Part, YamlText
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Mapping, Scalar, walk
from avion_rules.access._secrets import secret_in

_REMEDY = (
    "Let the chart refer to a Secret by its name (`existingSecret: users-db`) and make that Secret outside the "
    "repository. What was pushed once has to be replaced: git keeps it."
)


@rule("AC113", subject=Delivery)
def secret_in_values(delivery: Delivery) -> Iterator[Finding]:
    """Find a password, webhook or key in a chart's values or in settings of an environment."""
    plain = (each.part for each in delivery.environments if not _is_object(each.part.yaml))
    settings = {part.yaml.path: part for part in plain}
    for text in delivery.texts:
        name = basename(text.path)
        if name.startswith("values") and name.endswith((".yaml", ".yml")):
            roots = [Part(text, root) for root in text.stream.roots]
        elif text.path in settings:
            roots = [settings[text.path]]
        else:
            continue
        for root in roots:
            yield from _in(
                root, by_name=text.path in settings or environment_of(text.path) in ("production", "staging")
            )


def _in(root: Part, *, by_name: bool) -> Iterator[Finding]:
    """Secrets below a node; by their names only in values of an environment, not in a chart's defaults."""
    for path, node in walk(root.node):
        if isinstance(node, Scalar) and node.known and node.text:
            key = str(path[-1]) if path else ""
            what = secret_in(key if by_name and not _is_reference(path) else "", node.text)
            if what and node.style not in ("|", ">"):
                yield root.finding(
                    node,
                    f"Everybody who reads the repository gets {what}.",
                    _REMEDY,
                    object=".".join(map(str, path)),
                )


def _is_reference(path: tuple[str | int, ...]) -> bool:
    """Whether the value only names where a secret is kept."""
    return any("existing" in str(key).lower() or "ref" in str(key).lower() for key in path)


def _is_object(text: YamlText) -> bool:
    return any(isinstance(root, Mapping) and root.entry("apiVersion") is not None for root in text.stream.roots)
