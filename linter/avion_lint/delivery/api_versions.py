"""Versions of Kubernetes' own APIs that are no longer served, and what stands in their place."""

from __future__ import annotations

from avion_lint.record import record


@record
class Removal:
    """Of which kinds a version of an API is no longer served, from which version of Kubernetes on, and what instead.

    `instead` is "" where nothing took its place.
    """

    api_version: str
    kinds: frozenset[str]
    since: str
    instead: str


def _removal(api_version: str, kinds: str, since: str, instead: str = "") -> Removal:
    return Removal(api_version, frozenset(kinds.split()), since, instead)


# https://kubernetes.io/docs/reference/using-api/deprecation-guide/
_REMOVALS = (
    _removal("extensions/v1beta1", "Deployment DaemonSet ReplicaSet", "1.16", "apps/v1"),
    _removal("apps/v1beta1", "Deployment StatefulSet", "1.16", "apps/v1"),
    _removal("apps/v1beta2", "Deployment DaemonSet StatefulSet ReplicaSet", "1.16", "apps/v1"),
    _removal("extensions/v1beta1", "NetworkPolicy", "1.16", "networking.k8s.io/v1"),
    _removal("extensions/v1beta1", "PodSecurityPolicy", "1.16"),
    _removal("policy/v1beta1", "PodSecurityPolicy", "1.25"),
    _removal("extensions/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1"),
    _removal("networking.k8s.io/v1beta1", "Ingress IngressClass", "1.22", "networking.k8s.io/v1"),
    _removal(
        "rbac.authorization.k8s.io/v1beta1",
        "Role RoleBinding ClusterRole ClusterRoleBinding",
        "1.22",
        "rbac.authorization.k8s.io/v1",
    ),
    _removal("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", "1.22", "apiextensions.k8s.io/v1"),
    _removal("apiregistration.k8s.io/v1beta1", "APIService", "1.22", "apiregistration.k8s.io/v1"),
    _removal(
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
        "1.22",
        "admissionregistration.k8s.io/v1",
    ),
    _removal("scheduling.k8s.io/v1beta1", "PriorityClass", "1.22", "scheduling.k8s.io/v1"),
    _removal("coordination.k8s.io/v1beta1", "Lease", "1.22", "coordination.k8s.io/v1"),
    _removal("certificates.k8s.io/v1beta1", "CertificateSigningRequest", "1.22", "certificates.k8s.io/v1"),
    _removal("storage.k8s.io/v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment", "1.22", "storage.k8s.io/v1"),
    _removal("batch/v2alpha1", "CronJob", "1.21", "batch/v1"),
    _removal("batch/v1beta1", "CronJob", "1.25", "batch/v1"),
    _removal("policy/v1beta1", "PodDisruptionBudget", "1.25", "policy/v1"),
    _removal("discovery.k8s.io/v1beta1", "EndpointSlice", "1.25", "discovery.k8s.io/v1"),
    _removal("events.k8s.io/v1beta1", "Event", "1.25", "events.k8s.io/v1"),
    _removal("autoscaling/v2beta1", "HorizontalPodAutoscaler", "1.25", "autoscaling/v2"),
    _removal("node.k8s.io/v1beta1", "RuntimeClass", "1.25", "node.k8s.io/v1"),
    _removal("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26", "autoscaling/v2"),
    _removal("storage.k8s.io/v1beta1", "CSIStorageCapacity", "1.27", "storage.k8s.io/v1"),
    *(
        _removal(
            f"flowcontrol.apiserver.k8s.io/{version}",
            "FlowSchema PriorityLevelConfiguration",
            since,
            "flowcontrol.apiserver.k8s.io/v1",
        )
        for version, since in (("v1beta1", "1.26"), ("v1beta2", "1.29"), ("v1beta3", "1.32"))
    ),
)


_GROUPS = frozenset({"", "apps", "autoscaling", "batch", "extensions", "policy"})
_ELSEWHERE = ("gateway.networking.", "snapshot.storage.", "metrics.", "autoscaling.", "x-")
"""Groups below k8s.io whose kinds come with something that is installed."""


def is_own(api_version: str) -> bool:
    """Whether Kubernetes itself has objects of that API."""
    group = api_version.rpartition("/")[0]
    return group in _GROUPS or (group.endswith(".k8s.io") and not group.startswith(_ELSEWHERE) and ".x-" not in group)


def removal(api_version: str, kind: str, version: str = "") -> Removal | None:
    """What is to be said of that version of an API; None while it is served.

    `version` is that of Kubernetes, "" for one that is not known and taken for a new one.
    """
    found = (each for each in _REMOVALS if each.api_version == api_version and kind in each.kinds)
    return next((each for each in found if not version or _number(each.since) <= _number(version)), None)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
