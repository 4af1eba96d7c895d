"""Containers of migrations that may do more than their program needs."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Part
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules._objects import is_migration, why

_REMEDY = (
    "Write into the container:\nsecurityContext:\n  runAsNonRoot: true\n  allowPrivilegeEscalation: false\n"
    "  readOnlyRootFilesystem: true\n  capabilities: {drop: [ALL]}\n  seccompProfile: {type: RuntimeDefault}\n"
    "An image whose user is root or a name needs `runAsUser: 1000` as well; what it writes to needs a volume."
)


@rule("KM118", subject=Manifest)
def unhardened_container(manifest: Manifest) -> Iterator[Finding]:
    """Point out a migration's container that may run as root, gain privileges or write into its image."""
    pod = manifest.pod
    if pod is None or pod.spec is None or not is_migration(manifest):
        return
    for container in manifest.containers:
        lacking = tuple(_lacking(container.part, pod.spec))
        if lacking:
            yield manifest.finding(
                container.part.place("securityContext")
                if container.part.has("securityContext")
                else container.part.place("name"),
                f"{container.name}, in the pod that may change every table, {_listed(lacking)}.",
                _REMEDY,
                related=why(manifest),
                object=f"{manifest.title}/{container.name}",
            )


def _listed(lacking: tuple[str, ...]) -> str:
    return lacking[0] if len(lacking) == 1 else f"{', '.join(lacking[:-1])} and {lacking[-1]}"


def _lacking(container: Part, pod: Part) -> Iterator[str]:
    """What the container may do, in words."""

    def may(*path: str, wanted: str, also: bool = False) -> bool:
        found = container.scalar("securityContext", *path) or (pod.scalar("securityContext", *path) if also else None)
        if found is not None:
            return found.known and found.text != wanted
        return not container.may_have("securityContext", *path) and not (
            also and pod.may_have("securityContext", *path)
        )

    if container.text("securityContext", "privileged") == "true":
        yield "is privileged, which means root on the node"
    if may("runAsNonRoot", wanted="true", also=True) and not _has_user(container, pod):
        yield "may run as root"
    if may("allowPrivilegeEscalation", wanted="false"):
        yield "may gain privileges"
    if may("readOnlyRootFilesystem", wanted="true"):
        yield "may write into its image"
    if not container.may_have("securityContext", "capabilities", "drop"):
        yield "keeps Linux capabilities"
    if may("seccompProfile", "type", wanted="RuntimeDefault", also=True):
        yield "may make any system call"


def _has_user(container: Part, pod: Part) -> bool:
    user = container.text("securityContext", "runAsUser") or pod.text("securityContext", "runAsUser")
    return user is not None and user != "0"
