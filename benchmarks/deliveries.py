"""Makes what stands around the SQL: GitHub workflows and Kubernetes manifests, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from benchmarks.chance import Chance
from benchmarks.delivery_parts import ACTIONS, BUILD, CONTAINER_SCRIPTS, MIGRATING, SCRIPTS, SERVICES

SEED = 20_250_601
_WORKFLOWS = 35  # of a hundred files; the others are manifests


def files(seed: int = SEED) -> Iterator[tuple[str, str]]:
    """Paths and texts, without end: on average 5 KB, a third of them workflows, half of the manifests with a pod."""
    chance = Chance(seed)
    number = 0
    while True:
        number += 1
        service = f"{chance.one(SERVICES)}-{number}"
        if chance.percent(_WORKFLOWS):
            yield f".github/workflows/{service}.yml", _workflow(chance, service)
        else:
            yield f"deploy/{service}/{chance.one(('app', 'stack', 'objects'))}.yaml", _manifests(chance, service)


def large(size: int, seed: int = SEED) -> str:
    """One manifest of about so many bytes: objects as above, one behind the other."""
    chance = Chance(seed)
    parts, total, number = [], 0, 0
    while total < size:
        number += 1
        parts.append(_manifests(chance, f"{chance.one(SERVICES)}-{number}"))
        total += len(parts[-1]) + 4
    return "---\n".join(parts)


def one_workflow(steps: int, seed: int = SEED) -> str:
    """A workflow whose one job has so many steps."""
    chance = Chance(seed)
    lines = ["name: many", "on: push", "permissions: {}", "jobs:", "  all:", "    runs-on: ubuntu-24.04", "    steps:"]
    for _ in range(steps):
        lines += _indented(_step(chance, "users"), 6)
    return "\n".join([*lines, ""])


def one_pod(containers: int, seed: int = SEED) -> str:
    """A Deployment with so many containers."""
    chance = Chance(seed)
    head = _object("apps/v1", "Deployment", "many")
    pod = [line for number in range(containers) for line in _container(chance, "many", f"app-{number}")]
    lines = [*head, "spec:", "  selector:", "    matchLabels: {app: many}", "  template:", "    metadata:"]
    lines += ["      labels: {app: many}", "    spec:", "      containers:"]
    return "\n".join([*lines, *_indented(pod, 8), ""])


def alerts(count: int, seed: int = SEED) -> str:
    """A PrometheusRule with so many alerts."""
    return "\n".join([*_alerts(Chance(seed), "many", count), ""])


def _indented(lines: list[str], by: int) -> list[str]:
    return [f"{' ' * by}{line}" if line else "" for line in lines]


# --- workflows ---------------------------------------------------------------------------------------------------


def _workflow(chance: Chance, service: str) -> str:
    lines = [f"name: {service}", "on:"]
    lines += ["  push:", "    branches: [main]", "    paths:", f"      - 'services/{service}/**'"]
    if chance.percent(70):
        lines += ["  pull_request:", "    types: [opened, synchronize]"]
    if chance.percent(30):
        lines += ["  workflow_dispatch:", "    inputs:", "      ref:", "        required: true", "        type: string"]
    if chance.percent(60):
        lines += ["", "permissions:", "  contents: read"]
    if chance.percent(50):
        lines += ["", "concurrency:", f"  group: {service}-${{{{ github.ref }}}}", "  cancel-in-progress: true"]
    lines += ["", "env:", "  REGISTRY: registry.example.org", "  CLUSTER: production", "", "jobs:"]
    jobs = ("build", "test", "release", "migrate", "deploy")[: 2 + chance.below(4)]
    for number, job in enumerate(jobs):
        lines += _indented(_job(chance, service, job, jobs[number - 1] if number else ""), 2)
    return "\n".join([*lines, ""])


def _job(chance: Chance, service: str, name: str, needed: str) -> list[str]:
    lines = [f"{name}:", f"  name: {name.title()} {service}", "  runs-on: ubuntu-24.04"]
    if chance.percent(50):
        lines.append(f"  timeout-minutes: {5 * (1 + chance.below(6))}")
    if needed:
        lines.append(f"  needs: [{needed}]")
    if name in ("migrate", "deploy"):
        lines += ["  if: github.ref == 'refs/heads/main'", "  environment: production"]
    lines += ["  steps:", "    - uses: actions/checkout@v4", "      with:", "        fetch-depth: 0"]
    for _ in range(2 + chance.below(5)):
        lines += _indented(_step(chance, service), 4)
    if name == "migrate":
        lines += _indented(_running("Migrate", chance.one(MIGRATING), service), 4)
    return lines


def _step(chance: Chance, service: str) -> list[str]:
    if chance.percent(40):
        action, given = chance.one(ACTIONS)
        lines = [f"- uses: {action}"]
        if given:
            lines += ["  with:", *_indented("\n".join(given).split("\n"), 4)]
        return lines
    script = chance.one(BUILD if chance.percent(50) else SCRIPTS)
    return _running(f"Step {chance.below(900)} of {service}", script, service, env=chance.percent(30))


def _running(name: str, script: str, service: str, *, env: bool = True) -> list[str]:
    lines = [f"- name: {name}"]
    if env:
        lines += ["  env:", "    DATABASE_URL: ${{ secrets.DATABASE_URL }}", "    GH_TOKEN: ${{ github.token }}"]
    text = script.replace("SERVICE", service).rstrip("\n").split("\n")
    return [*lines, "  run: |", *_indented(text, 4)]


# --- manifests ---------------------------------------------------------------------------------------------------


def _manifests(chance: Chance, service: str) -> str:
    kinds = [kind for share, kind in _OBJECTS if chance.percent(share)]
    return "---\n".join("\n".join([*kind(chance, service), ""]) for kind in kinds)


def _object(version: str, kind: str, name: str) -> list[str]:
    app = name.removesuffix("-migration")
    lines = [f"apiVersion: {version}", f"kind: {kind}", "metadata:", f"  name: {name}", f"  namespace: {app}"]
    return [*lines, "  labels:", f"    app.kubernetes.io/name: {app}", "    app.kubernetes.io/managed-by: argocd"]


def _deployment(chance: Chance, service: str) -> list[str]:
    labels = [f"app.kubernetes.io/name: {service}"]
    lines = [*_object("apps/v1", "Deployment", service), "spec:", f"  replicas: {1 + chance.below(6)}", "  selector:"]
    lines += ["    matchLabels:", *_indented(labels, 6), "  template:", "    metadata:", "      labels:"]
    return [*lines, *_indented(labels, 8), "    spec:", *_indented(_pod(chance, service), 6)]


def _pod(chance: Chance, service: str) -> list[str]:
    lines = [f"serviceAccountName: {service}"]
    if chance.percent(60):
        lines += ["securityContext:", "  runAsNonRoot: true", "  runAsUser: 10001"]
    if chance.percent(30):
        lines += ["initContainers:", *_indented(_container(chance, service, "wait", CONTAINER_SCRIPTS[0]), 2)]
    lines.append("containers:")
    for name in ("app", "proxy", "metrics")[: 1 + chance.below(3)]:
        lines += _indented(_container(chance, service, name), 2)
    return [*lines, "volumes:", "  - name: config", "    configMap:", f"      name: {service}-config"]


def _container(chance: Chance, service: str, name: str, script: str = "") -> list[str]:
    lines = [f"- name: {name}", f"  image: registry.example.org/{service}-{name}:1.{chance.below(40)}.0"]
    script = script or (chance.one(CONTAINER_SCRIPTS) if chance.percent(25) else "")
    if script:
        lines += ["  command: [sh, -c]", "  args:", "    - |"]
        lines += _indented(script.replace("SERVICE", service).rstrip("\n").split("\n"), 6)
    lines += ["  ports:", "    - name: http", "      containerPort: 8080", "  env:"]
    for key in ("LOG_LEVEL", "PGHOST", "PGUSER", "REGION", "FEATURES")[: 2 + chance.below(4)]:
        lines += [f"    - name: {key}", f"      value: {service}-{key.lower()}"]
    lines += ["    - name: DATABASE_URL", "      valueFrom:", "        secretKeyRef:"]
    lines += [f"          name: {service}-database", "          key: url"]
    if chance.percent(70):
        lines += ["  resources:", "    requests: {cpu: 100m, memory: 128Mi}", "    limits:", "      memory: 512Mi"]
    if chance.percent(60):
        lines += ["  readinessProbe:", "    httpGet: {path: /ready, port: http}", "    periodSeconds: 5"]
        lines += ["  livenessProbe:", "    httpGet: {path: /healthz, port: http}", "    failureThreshold: 6"]
    if chance.percent(50):
        lines += ["  securityContext:", "    allowPrivilegeEscalation: false", "    readOnlyRootFilesystem: true"]
        lines += ["    capabilities:", "      drop: [ALL]"]
    return [*lines, "  volumeMounts:", "    - name: config", f"      mountPath: /etc/{service}"]


def _service(_: Chance, service: str) -> list[str]:
    lines = [*_object("v1", "Service", service), "spec:", "  selector:", f"    app.kubernetes.io/name: {service}"]
    return [*lines, "  ports:", "    - name: http", "      port: 80", "      targetPort: http"]


def _config(chance: Chance, service: str) -> list[str]:
    lines = [*_object("v1", "ConfigMap", f"{service}-config"), "data:"]
    lines += [f'  SETTING_{number}: "{chance.below(100_000)}"' for number in range(3 + chance.below(12))]
    lines += ["  application.yaml: |", "    server:", "      port: 8080", "    spring:", "      datasource:"]
    return [*lines, "        hikari:", f"          maximum-pool-size: {5 + chance.below(40)}"]


def _account(_: Chance, service: str) -> list[str]:
    role = [*_object("rbac.authorization.k8s.io/v1", "Role", service), "rules:", '  - apiGroups: [""]']
    role += [
        "    resources: [configmaps, secrets]",
        f"    resourceNames: [{service}-config]",
        "    verbs: [get, watch]",
    ]
    bound = [*_object("rbac.authorization.k8s.io/v1", "RoleBinding", service), "roleRef:"]
    bound += ["  apiGroup: rbac.authorization.k8s.io", "  kind: Role", f"  name: {service}", "subjects:"]
    bound += ["  - kind: ServiceAccount", f"    name: {service}", f"    namespace: {service}"]
    return [*_object("v1", "ServiceAccount", service), "---", *role, "---", *bound]


def _scaler(chance: Chance, service: str) -> list[str]:
    lines = [*_object("autoscaling/v2", "HorizontalPodAutoscaler", service), "spec:", "  scaleTargetRef:"]
    lines += ["    apiVersion: apps/v1", "    kind: Deployment", f"    name: {service}", "  minReplicas: 2"]
    lines += [f"  maxReplicas: {4 + chance.below(20)}", "  metrics:", "    - type: Resource", "      resource:"]
    return [*lines, "        name: cpu", "        target: {type: Utilization, averageUtilization: 75}"]


def _cron(chance: Chance, service: str) -> list[str]:
    lines = [*_object("batch/v1", "CronJob", f"{service}-backup"), "spec:", f'  schedule: "{chance.below(60)} 3 * * *"']
    lines += ["  concurrencyPolicy: Forbid", "  jobTemplate:", "    spec:", "      backoffLimit: 2", "      template:"]
    lines += ["        spec:", "          restartPolicy: Never", "          containers:"]
    return [*lines, *_indented(_container(chance, service, "backup", CONTAINER_SCRIPTS[1]), 12)]


def _migration(chance: Chance, service: str) -> list[str]:
    lines = [*_object("batch/v1", "Job", f"{service}-migration"), "  annotations:", "    helm.sh/hook: pre-upgrade"]
    lines += ["spec:", f"  backoffLimit: {chance.below(4)}", "  template:", "    spec:", "      restartPolicy: Never"]
    lines += ["      containers:", "        - name: migrate", f"          image: example/{service}-migrations:1.2.3"]
    lines += ["          command: [goose]", "          args: [-dir, /migrations, postgres, $(DATABASE_URL), up]"]
    lines += ["          env:", "            - name: DATABASE_URL", "              valueFrom:"]
    return [*lines, f"                secretKeyRef: {{name: {service}-database, key: url}}"]


def _rules(chance: Chance, service: str) -> list[str]:
    return _alerts(chance, service, 3 + chance.below(6))


def _alerts(chance: Chance, service: str, count: int) -> list[str]:
    lines = [*_object("monitoring.coreos.com/v1", "PrometheusRule", service), "spec:", "  groups:"]
    lines += [f"    - name: {service}", "      rules:"]
    for number in range(count):
        expr = chance.one(_QUERIES).replace("SERVICE", service)
        lines += [
            f"        - alert: Alert{number}",
            f"          expr: {expr}",
            f"          for: {1 + chance.below(15)}m",
        ]
        lines += ["          labels:", "            severity: page", "          annotations:"]
        lines += [f"            summary: Something is wrong with {service}"]
    return lines


_QUERIES = (
    'sum(rate(http_requests_total{job="SERVICE",code=~"5.."}[5m])) / sum(rate(http_requests_total{job="SERVICE"}[5m])) > 0.05',  # noqa: E501
    'histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{job="SERVICE"}[5m]))) > 1',
    'kube_deployment_status_replicas_available{deployment="SERVICE"} < 1',
    'kube_job_status_failed{job_name=~"SERVICE-migration.*"} > 0',
    'absent(up{job="SERVICE"} == 1)',
)
_OBJECTS = (
    (100, _deployment),
    (80, _service),
    (70, _config),
    (60, _account),
    (40, _scaler),
    (25, _cron),
    (8, _migration),
    (10, _rules),
)
"""What stands in manifests, and in how many of a hundred files."""


def first(count: int, seed: int = SEED) -> Iterator[tuple[str, str]]:
    """The first files."""
    return islice(files(seed), count)
