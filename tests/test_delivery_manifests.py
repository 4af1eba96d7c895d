"""Kubernetes objects with their pods and containers, in plain files and in templates that are not rendered."""

import pytest

from avion_lint.delivery.kubernetes import Manifest
from tests.delivery_helper import collected, delivery

JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: users, namespace: prod}
spec:
  template:
    metadata:
      labels: {component: %s}
    spec:
      serviceAccountName: users-migrations
      initContainers:
        - name: wait
          image: busybox:1.36
          command: [sh, -c, "until nc -z db 5432; do sleep 2; done"]
      containers:
        - name: main
          image: %s
          command: %s
          env:
            - {name: DSN, valueFrom: {secretKeyRef: {name: users-db, key: url}}}
            - {name: MODE, value: up}
          envFrom:
            - configMapRef: {name: users}
"""


def manifest(text: str, path: str = "k8s/job.yaml") -> Manifest:
    return delivery({path: text}).manifests[0]


def job(component: str = "x", image: str = "app:1", command: str = "[./app]") -> Manifest:
    return manifest(JOB % (component, image, command))


def test_the_containers_of_a_job_are_read_those_for_setting_up_first() -> None:
    read = job()

    assert [(each.name, each.is_init, each.image) for each in read.containers] == [
        ("wait", True, "busybox:1.36"),
        ("main", False, "app:1"),
    ]
    assert read.pod is not None
    assert read.pod.service_account == "users-migrations"


def test_variables_tell_where_they_come_from() -> None:
    (dsn, mode) = job().containers[1].variables()
    (source,) = job().containers[1].env_sources()

    assert (dsn.name, dsn.source, dsn.object, dsn.key) == ("DSN", "secretKeyRef", "users-db", "url")
    assert mode.value is not None
    assert mode.value.text == "up"
    assert (source.kind, source.name) == ("ConfigMap", "users")


@pytest.mark.parametrize(
    ("component", "image", "command", "why"),
    [
        ("x", "app:1", "[goose, up]", "it runs `goose up`"),
        ("x", "app:1", '["sh", "-c", "set -e; goose up"]', "it runs `goose up`"),
        ("migration", "app:1", "[./app]", "its label component is `migration`"),
    ],
)
def test_a_job_is_a_migration_by_what_it_runs_or_by_its_labels(
    component: str, image: str, command: str, why: str
) -> None:
    read = job(component, image, command)

    assert read.migrates is not None
    assert read.migrates.text == why


def test_a_job_is_a_migration_by_an_image_that_runs_by_itself() -> None:
    read = manifest((JOB % ("x", "flyway/flyway:11", "[]")).replace("          command: []\n", ""))

    assert read.migrates is not None
    assert read.migrates.text == "its image is `flyway/flyway:11`"


def test_any_other_job_is_none() -> None:
    assert job().migrates is None


def test_a_deployment_whose_init_container_migrates_is_no_migration_but_the_container_is() -> None:
    text = (JOB % ("x", "app:1", "[goose, up]")).replace("kind: Job", "kind: Deployment")
    read = manifest(text.replace("batch/v1", "apps/v1"))

    assert read.migrates is None
    assert read.containers[1].migrates is not None


def test_the_pods_of_a_cron_job_are_found() -> None:
    text = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly-migrate}
spec:
  jobTemplate:
    spec:
      backoffLimit: 1
      template: {spec: {containers: [{name: main, image: x}]}}
"""
    read = manifest(text)

    assert [each.name for each in read.containers] == ["main"]
    assert read.job is not None
    assert read.job.text("backoffLimit") == "1"
    assert read.migrates is not None
    assert read.migrates.text == "its name is `nightly-migrate`"


def test_objects_of_a_list_and_of_several_documents_are_read_one_by_one() -> None:
    text = """
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}
  - {apiVersion: v1, kind: Secret, metadata: {name: b}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
"""
    found = delivery({"k8s/all.yaml": text}).manifests

    assert [each.title for each in found] == ["ServiceAccount/a", "Secret/b", "ConfigMap/c"]


def test_a_template_is_read_without_rendering_and_its_conditions_are_known() -> None:
    text = """
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-migrate
  annotations:
    "helm.sh/hook": pre-install,pre-upgrade
spec:
  template:
    spec:
      {{- if eq .Values.environment "production" }}
      initContainers:
        - name: backup
          image: postgres:17
      {{- end }}
      containers:
        - name: main
          image: "{{ .Values.image }}:{{ .Chart.AppVersion }}"
"""
    files = {"chart/Chart.yaml": "name: x\nversion: 1.0.0\n", "chart/templates/job.yaml": text}
    found, unread = collected(files)
    (read,) = found.manifests

    assert unread == ()
    assert read.name == "{{ .Release.Name }}-migrate"
    assert read.helm_hooks == {"pre-install", "pre-upgrade"}
    assert [str(each) for each in read.yaml.conditions(read.containers[0].part.node)] == [
        'when eq .Values.environment "production"'
    ]
    assert read.part.text("metadata", "name") is None


def test_what_is_not_there_but_may_come_from_an_include_is_told_apart() -> None:
    text = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  {{- include "labels" . | nindent 2 }}\n'
    files = {"chart/Chart.yaml": "name: x\n", "chart/templates/pod.yaml": text}
    (read,) = delivery(files).manifests

    assert not read.part.has("metadata", "namespace")
    assert read.part.may_have("metadata", "namespace")
    assert not read.part.may_have("spec")


def test_a_broken_file_is_told_and_the_others_are_read() -> None:
    found, unread = collected({"a.yaml": "apiVersion: v1\nkind: [\n", "b.yaml": "apiVersion: v1\nkind: Pod\n"})

    assert [each.kind for each in found.manifests] == ["Pod"]
    assert [(each.path, each.place.start.line) for each in unread if each.place] == [("a.yaml", 3)]


def test_yaml_that_is_none_of_ours_is_not_even_parsed() -> None:
    found, unread = collected({"openapi.yaml": "paths: [\n", "compose.yml": "services: {\n"})

    assert (found.texts, unread) == ((), ())
