"""Keys to a cluster or a cloud that never expire, in a job that migrates."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules.workflow._secrets import secrets
from avion_rules.workflow._words import listed, quoted


@rule("WF124", subject=Delivery)
def long_lived_credentials(delivery: Delivery) -> Iterator[Finding]:
    """Find a job that migrates with a key to the cluster or the cloud that never expires."""
    for stage in delivery.pipelines.migrating:
        found = [each for each in secrets(stage) if each.is_lasting]
        if not found:
            continue
        names = listed(quoted([each.name for each in found]))
        yield stage.finding(
            found[0].place,
            f"Whoever once reads {names} can change the database from anywhere until somebody replaces it: it does "
            "not expire with the run.",
            "Let the job prove who it is: `permissions: {id-token: write, contents: read}` and the cloud's own login "
            "action (aws-actions/configure-aws-credentials, google-github-actions/auth, azure/login) with a role that "
            "is bound to this repository and environment.",
            related=tuple(Related(each.place, f"`{each.name}` too") for each in found[1:]),
        )
