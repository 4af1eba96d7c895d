"""Secrets in ConfigMaps, variables, arguments and settings, readable for everybody who sees the repository."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.record import replace
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Scalar
from avion_rules._objects import when
from avion_rules.access._secrets import secret_in

_REMEDY = (
    "Keep it in a Secret that is made outside the repository (External Secrets, Sealed Secrets, the cloud's own) and "
    "refer to it: `valueFrom: {secretKeyRef: …}`. What was pushed once has to be replaced: git keeps it."
)


@rule("AC107", subject=Manifest)
def secret_in_plain_text(manifest: Manifest) -> Iterator[Finding]:
    """Find a password, webhook or key that stands in a manifest as plain text."""
    for name, scalar in _values(manifest):
        what = secret_in(name, scalar.text) if scalar.known else ""
        if what:
            found = manifest.finding(
                scalar,
                f"Everybody who reads the repository or {_who(manifest)} gets {what}{when(manifest.part, scalar)}.",
                _REMEDY,
                object=f"{manifest.title}/{name}",
            )
            yield replace(found, hidden=True)


def _who(manifest: Manifest) -> str:
    return "the ConfigMap" if manifest.kind == "ConfigMap" else "`kubectl describe`"


def _values(manifest: Manifest) -> Iterator[tuple[str, Scalar]]:
    if manifest.kind in ("ConfigMap", "Secret"):
        keys = ("data",) if manifest.kind == "ConfigMap" else ("stringData",)
        for entry in (each for key in keys for each in manifest.part.entries(key)):
            if isinstance(entry.value, Scalar) and entry.value.style not in ("|", ">"):
                yield entry.key.text, entry.value
    for container in manifest.containers:
        for variable in container.variables():
            if variable.value is not None:
                yield variable.name, variable.value
