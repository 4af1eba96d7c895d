"""A text of an alert that names a label which its expression has aggregated away."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Entry, Scalar
from avion_rules.monitoring._labels import labels_of
from avion_rules.monitoring._queries import alerts

_LABEL = pattern(r"\$labels\.(\w+)|\.Labels\.(\w+)")


@rule("MO113", subject=Delivery)
def lost_label(delivery: Delivery) -> Iterator[Finding]:
    """Find a text of an alert that names a label which its expression has aggregated away."""
    for alert, query, tree in alerts(delivery):
        known = labels_of(tree)
        if known is None:
            continue
        lost: dict[str, Entry] = {}
        for entry in (*alert.part.entries("annotations"), *alert.part.entries("labels")):
            written = alert.part.yaml.as_written(entry.value) if isinstance(entry.value, Scalar) else ""
            for match in _LABEL.finditer(written):
                lost.setdefault(match[1] or match[2], entry)
        for label, entry in lost.items():
            if label not in known and label != "alertname":
                yield alert.finding(
                    entry.value,
                    f"The text has a gap where it should name the {label}: the expression leaves only "
                    f"{', '.join(sorted(known)) or 'no label'}.",
                    f"Keep the label, `by ({', '.join(sorted({*known, label}))})`, or leave it out of the text.",
                    related=(Related(query.place(tree.span), "this leaves out the label"),),
                )
