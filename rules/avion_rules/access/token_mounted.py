"""Tokens of the cluster's API in pods that do not use them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import is_migration, why
from avion_rules.access._roles import account_of, asks_nothing

_KEY = "automountServiceAccountToken"


@rule("AC104", subject=Delivery)
def token_mounted(delivery: Delivery) -> Iterator[Finding]:
    """Point out a migration's pod that gets a token for the cluster's API without using it."""
    for manifest in delivery.of_kind("Job", "CronJob"):
        spec = manifest.pod.spec if manifest.pod else None
        if spec is None or not is_migration(manifest) or not asks_nothing(manifest):
            continue
        said = spec.scalar(_KEY)
        if said is None and spec.may_have(_KEY):
            continue
        if said is not None and (not said.known or said.text != "true"):
            continue
        account = delivery.find("ServiceAccount", account_of(manifest) or "")
        if (
            said is None
            and account is not None
            and (account.part.text(_KEY) == "false" or not account.part.has("kind"))
        ):
            continue
        yield manifest.finding(
            said or spec.place("serviceAccountName"),
            "The pod gets a token for the cluster's API that nothing in it uses; whoever gets into it has it.",
            f"Write `{_KEY}: false` into the pod's spec.",
            related=why(manifest),
        )
