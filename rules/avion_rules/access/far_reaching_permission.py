"""Roles of migrations that may do nearly everything."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.part import Part
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.source import Place
from avion_rules.access._roles import homes_of_migrations, reaching

_RUNNING = (
    "Name the verbs and resources that the migration needs; one that only talks to its database needs no Role at all."
)
_STARTING = (
    "Name what is needed for it: `create` and `get` of jobs, `get` and `list` of pods, `get` of pods/log, and `patch` "
    "of the one Deployment."
)
_EVERYBODY = ("system:authenticated", "system:unauthenticated", "system:anonymous", "system:serviceaccounts")
_WRITING = frozenset({"create", "update", "patch", "delete", "deletecollection"})


@rule("AC102", subject=Delivery)
def far_reaching_permission(delivery: Delivery) -> Iterator[Finding]:
    """Find a migration's Role that lets it take over the namespace: wildcards, exec, tokens, other roles."""
    yield from _bindings(delivery)
    for each in reaching(delivery):
        for rule_ in each.role.part.parts("rules"):
            found = _reach(rule_)
            if found is not None:
                place, does = found
                yield each.role.finding(
                    place,
                    f"{each.who} {does}.",
                    _STARTING if each.starts else _RUNNING,
                    related=each.related,
                )


def _bindings(delivery: Delivery) -> Iterator[Finding]:
    """Bindings beside a migration that hand out everything, or that everybody has."""
    homes = homes_of_migrations(delivery)
    for binding in delivery.of_kind("RoleBinding", "ClusterRoleBinding"):
        if binding.home not in homes:
            continue
        if binding.part.text("roleRef", "name") == "cluster-admin":
            message = "Whoever this binds may do everything, far beyond what starting a migration takes."
            yield binding.finding(binding.part.place("roleRef", "name"), message, _STARTING)
        for subject in binding.part.parts("subjects"):
            if subject.text("name") in _EVERYBODY:
                message = "Everybody who reaches the cluster's API has this role, and may start migrations."
                yield binding.finding(subject.place("name"), message, "Name the group or the account that deploys.")


def _reach(rule_: Part) -> tuple[Place, str] | None:
    verbs, resources = set(rule_.texts("verbs")), set(rule_.texts("resources"))
    writes = verbs & (_WRITING | {"*"})
    if "*" in verbs:
        return rule_.place("verbs"), "may do everything with these resources, what comes in later versions too"
    if "*" in resources:
        return rule_.place("resources"), "reaches every resource, Secrets and roles among them"
    if resources & {"pods/exec", "pods/attach"} and verbs & (writes | {"get"}):
        return rule_.place("resources"), "may run commands in every pod of the namespace, the database's too"
    if "serviceaccounts/token" in resources and writes:
        return rule_.place("resources"), "may make itself a token of any other service account"
    if verbs & {"escalate", "bind", "impersonate"}:
        return rule_.place("verbs"), "may give itself the permissions of anybody"
    return None
