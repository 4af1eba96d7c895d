"""Bindings and pods that name objects which are not there."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Part
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import is_migration
from avion_rules._uses import uses


@rule("AC106", subject=Delivery)
def dangling_reference(delivery: Delivery) -> Iterator[Finding]:
    """Find a name of a Role, ServiceAccount, ConfigMap or Secret that nothing beside it has."""
    for binding in delivery.of_kind("RoleBinding", "ClusterRoleBinding"):
        kind, part = binding.part.text("roleRef", "kind"), binding.part.part("roleRef")
        if part is not None and kind == "Role":
            yield from _missing(delivery, binding, kind, part)
        for subject in binding.part.parts("subjects"):
            if subject.text("kind") == "ServiceAccount":
                yield from _missing(delivery, binding, "ServiceAccount", subject)
    for manifest in delivery.of_kind("Job", "CronJob"):
        for use in uses(manifest) if is_migration(manifest) else ():
            if not use.optional and (near := _near(delivery, manifest, use.kind, use.name)):
                yield manifest.finding(
                    use.place, *_said(use.kind, use.name, near), object=f"{manifest.title}/{use.name}"
                )


def _missing(delivery: Delivery, binding: Manifest, kind: str, part: Part) -> Iterator[Finding]:
    scalar = part.scalar("name")
    if scalar is None or (not scalar.known and not binding.yaml.is_template):
        return
    name = binding.yaml.as_written(scalar)
    if near := _near(delivery, binding, kind, name):
        yield binding.finding(scalar, *_said(kind, name, near), object=f"{binding.title}/{name}")


def _said(kind: str, name: str, near: str) -> tuple[str, str]:
    does = {
        "Role": "the binding grants nothing",
        "ServiceAccount": "what is to run under it is never started",
    }.get(kind, "the pod is never started")
    return f"There is no {kind} {name} beside this, only {near}: {does}.", f"Write {near}, or add the {kind} {name}."


def _near(delivery: Delivery, manifest: Manifest, kind: str, name: str) -> str:
    """The name that may be meant, "" where the object is there or where nothing like it is kept beside this one."""
    if not name or name == "default" or manifest.inline or (kind, name) in delivery.by_name:
        return ""
    beside = {each.name for each in delivery.by_home.get(manifest.home, ()) if each.kind == kind and each.name}
    near = get_close_matches(name, sorted(beside), n=1, cutoff=0.8)
    return near[0] if near else ""
