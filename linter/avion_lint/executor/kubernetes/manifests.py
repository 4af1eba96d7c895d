"""The objects that are made in a cluster: the Job, its service account, and the rights of those who create it."""

from __future__ import annotations

from avion_lint.executor.kubernetes import containers
from avion_lint.executor.kubernetes.names import MANAGER, label
from avion_lint.executor.kubernetes.task import Hooks, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Manifest = dict[str, Any]  # JSON

_FIRST, _SECOND = -10, -5  # a hook's turn: the account, then the Job
_ALONE = {
    # A mesh's proxy would keep the pod running, and a node that is emptied would end a migration halfway.
    "sidecar.istio.io/inject": "false",
    "linkerd.io/inject": "disabled",
    "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
    "karpenter.sh/do-not-disrupt": "true",
}
_WITHOUT_MESH = {"sidecar.istio.io/inject": "false"}


def job(task: Task) -> Manifest:
    """The Job: one pod, started once."""
    # Argo CD waits for a hook that is gone, so it deletes its Jobs itself.
    kept = {} if task.hooks is Hooks.ARGOCD else {"ttlSecondsAfterFinished": task.cluster.ttl_seconds}
    spec = {
        "backoffLimit": 0,
        "completions": 1,
        "parallelism": 1,
        "activeDeadlineSeconds": task.deadline,
        **kept,
        "podFailurePolicy": {
            "rules": [
                {
                    "action": "FailJob",
                    "onExitCodes": {"containerName": containers.RUNNER, "operator": "NotIn", "values": [0]},
                },
                {"action": "FailJob", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
            ]
        },
        "template": {
            "metadata": {"labels": {**task.labels, **_WITHOUT_MESH}, "annotations": dict(_ALONE)},
            "spec": _pod(task),
        },
    }
    metadata = {
        "name": task.name,
        "namespace": task.cluster.namespace,
        "labels": dict(task.labels),
        "annotations": {**task.annotations, **_hook(task, _SECOND)},
    }
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def _pod(task: Task) -> Manifest:
    user = task.cluster.user
    spec: Manifest = {
        "restartPolicy": "Never",
        "serviceAccountName": task.cluster.service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 30,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": user,
            "runAsGroup": user,
            "fsGroup": user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "initContainers": containers.before(task),
        "containers": [containers.runner(task)],
        "volumes": _volumes(task),
    }
    if task.cluster.image_pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in task.cluster.image_pull_secrets]
    return spec


def _volumes(task: Task) -> list[Manifest]:
    cluster = task.cluster
    found: list[Manifest] = [{"name": "tmp", "emptyDir": {"sizeLimit": "256Mi"}}]
    if task.backs_up:
        found.append({"name": "backup", "persistentVolumeClaim": {"claimName": cluster.backup_claim}})
    if containers.needs_authority(task):
        items = [{"key": cluster.secret_keys.authority, "path": "ca.crt"}]
        found.append({"name": "authority", "secret": {"secretName": cluster.secret, "items": items}})
    return found


def _hook(task: Task, turn: int) -> dict[str, str]:
    match task.hooks:
        case Hooks.HELM:
            return {
                "helm.sh/hook": "pre-install,pre-upgrade",
                "helm.sh/hook-weight": str(turn),
                "helm.sh/hook-delete-policy": "before-hook-creation",
            }
        case Hooks.ARGOCD:
            return {
                "argocd.argoproj.io/hook": "PreSync",
                "argocd.argoproj.io/sync-wave": str(turn),
                "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
            }
        case Hooks.NONE:
            return {}


def access(task: Task) -> list[Manifest]:
    """The Job's service account, which has no right, and the rights of the operators where the settings name them."""
    cluster = task.cluster
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _named(task, cluster.service_account) | _annotated(_hook(task, _FIRST)),
        "automountServiceAccountToken": False,
    }
    return [account, *_operators(task)]


def _named(task: Task, name: str) -> Manifest:
    labels = {"app": label(task.service), "app.kubernetes.io/managed-by": MANAGER}
    return {"name": name, "namespace": task.cluster.namespace, "labels": labels}


def _annotated(annotations: dict[str, str]) -> Manifest:
    return {"annotations": annotations} if annotations else {}


def _operators(task: Task) -> list[Manifest]:
    who, group = task.cluster.operators, "rbac.authorization.k8s.io"
    if not who.name:
        return []
    metadata = _named(task, f"{task.cluster.service_account}-operator")
    rules = [
        _rule("batch", "jobs", "create", "delete", "get", "list"),
        _rule("", "pods", "get", "list", "watch"),
        _rule("", "pods/log", "get"),
        _rule("", "events", "list"),
        _rule("coordination.k8s.io", "leases", "create", "get", "update"),
    ]
    subject = {"kind": who.kind, "name": who.name}
    if who.kind == "ServiceAccount":
        subject["namespace"] = who.namespace or task.cluster.namespace
    else:
        subject["apiGroup"] = group
    role = {"apiGroup": group, "kind": "Role", "name": metadata["name"]}
    version = f"{group}/v1"
    return [
        {"apiVersion": version, "kind": "Role", "metadata": metadata, "rules": rules},
        {
            "apiVersion": version,
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": role,
            "subjects": [subject],
        },
    ]


def _rule(group: str, resource: str, *verbs: str) -> Manifest:
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs)}
