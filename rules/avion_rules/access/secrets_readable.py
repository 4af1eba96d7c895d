"""Roles of migrations that read every Secret of the namespace."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules.access._roles import reaching

_READING = frozenset({"get", "list", "watch"})


@rule("AC101", subject=Delivery)
def secrets_readable(delivery: Delivery) -> Iterator[Finding]:
    """Find a migration's Role that reads every Secret, not only those of its database."""
    for each in reaching(delivery):
        for rule_ in each.role.part.parts("rules"):
            verbs = set(rule_.texts("verbs")) & _READING
            if "secrets" not in rule_.texts("resources") or not verbs:
                continue
            if rule_.may_have("resourceNames"):
                continue
            what = "every Secret of the cluster" if each.role.kind == "ClusterRole" else "every Secret of the namespace"
            yield each.role.finding(
                rule_.place("resources"),
                f"{each.who} reads {what}: the application's, the certificates', the other services'.",
                "Take this rule away: `secretKeyRef` needs none, the node fetches the Secret itself. If the migration "
                "asks the API by itself, write `verbs: [get]` with the `resourceNames` of its own Secrets.",
                related=each.related,
            )
