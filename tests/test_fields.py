"""Fields of Kubernetes objects and keys of workflows are held against the schemas of packages that are installed."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

from avion_lint.delivery import fields
from avion_lint.delivery.api_versions import removal
from avion_lint.delivery.delivery import Delivery
from avion_lint.shapes.fit import Fault
from avion_lint.shapes.load import versions
from avion_lint.shapes.words import Wrong
from tests.delivery_helper import delivery

pytestmark = pytest.mark.skipif(not versions(), reason="kubernetes-validate is not installed (extra `schemas`)")

JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: users-migration}
spec:
  SPEC
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: migrate
          image: users
          OWN
"""
WORKFLOW = """\
on: push
TOP
jobs:
  migrate:
    runs-on: ubuntu-latest
    OWN
    steps:
      - run: make
        STEP
"""


def job(spec: str = "backoffLimit: 0", own: str = "command: [migrate]") -> str:
    return JOB.replace("SPEC", spec).replace("OWN", own)


def workflow(top: str = "name: x", own: str = "name: x", step: str = "name: x") -> str:
    return WORKFLOW.replace("TOP", top).replace("OWN", own).replace("STEP", step)


def of(text: str, version: str = "", path: str = "k8s/a.yaml", **others: str) -> tuple[Wrong, ...]:
    files = {path: text, **{name.replace("__", "/").replace("_yaml", ".yaml"): each for name, each in others.items()}}
    found = delivery(files)
    return tuple(wrong for each in found.manifests for wrong in _of(found, each, version))


def _of(found: Delivery, manifest, version: str) -> tuple[Wrong, ...]:
    return fields.of_manifest(manifest, version, is_patch=found.is_patch(manifest))


def keys(text: str, path: str = ".github/workflows/a.yaml") -> tuple[Wrong, ...]:
    (found,) = delivery({path: text}).workflows
    return fields.of_workflow(found)


@pytest.mark.parametrize(
    ("spec", "own", "what", "remedy"),
    [
        ("backofLimit: 0", "tty: true", "`backofLimit` is no field of Job.spec; did you mean `backoffLimit`", "Write"),
        (
            "BackoffLimit: 0",
            "tty: true",
            "`BackoffLimit` is no field of Job.spec; did you mean `backoffLimit`",
            "Write",
        ),
        (
            "restartPolicy: Never",
            "tty: true",
            "`restartPolicy` is no field of Job.spec; it belongs to Job.spec.template.spec",
            "Move `restartPolicy` to Job.spec.template.spec.",
        ),
        (
            "suspend: false",
            "activeDeadlineSeconds: 600",
            (
                "`activeDeadlineSeconds` is no field of Job.spec.template.spec.containers[0]; "
                "it belongs to Job.spec.template.spec"
            ),
            "Move",
        ),
        (
            'activeDeadlineSeconds: "600"',
            "tty: true",
            "Job.spec.activeDeadlineSeconds has to be a whole number; `600` is text, because of its quotes",
            "Write `600` without quotes.",
        ),
        (
            "suspend: false",
            "env: [{name: A, value: 5}]",
            "Job.spec.template.spec.containers[0].env[0].value has to be text; `5` is a number",
            'Put it in quotes: `"5"`.',
        ),
        (
            "suspend: false",
            "env: [{name: A, value: on}]",
            (
                "Job.spec.template.spec.containers[0].env[0].value has to be text; "
                "`on` is a truth value where nothing quotes it"
            ),
            'Put it in quotes: `"on"`.',
        ),
        (
            "suspend: false",
            "env: {A: b}",
            "Job.spec.template.spec.containers[0].env has to be a list; this is a mapping",
            "Write a list.",
        ),
        (
            "suspend: false",
            "imagePullPolicy: ifnotpresent",
            (
                "Job.spec.template.spec.containers[0].imagePullPolicy cannot be `ifnotpresent`; "
                "did you mean `IfNotPresent`"
            ),
            "Write `Always`, `IfNotPresent` or `Never`.",
        ),
        (
            "suspend: false",
            "ports: [{name: http}]",
            "Job.spec.template.spec.containers[0].ports[0] has no `containerPort`, which it must have",
            "Write `containerPort`.",
        ),
    ],
)
def test_a_wrong_field_is_told_with_what_was_probably_meant(spec, own, what, remedy):
    (wrong,) = of(job(spec, own))

    assert wrong.what == what
    assert wrong.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("spec", "own"),
    [
        ("backoffLimit: 1_000", "tty: yes"),  # what kubectl takes for a number and a truth value
        ("activeDeadlineSeconds: 1e3", "env: [{name: A, value: 2024-01-01}]"),
        ("backoffLimit: ${RETRIES}", "tty: <tty>"),  # another tool fills these
        ("backoffLimit: __RETRIES__", "tty: TTY_OR_NOT"),
        ("backoffLimit:", "tty: ~"),  # null is as good as nothing
        ("parallelism: 1", "resources: {limits: {cpu: 1, memory: 1Gi}}"),  # quantities are either
        ("parallelism: 1", "livenessProbe: {httpGet: {path: /, port: http}}"),
    ],
)
def test_what_kubectl_takes_or_another_tool_fills_in_is_right(spec, own):
    assert of(job(spec, own)) == ()


def test_what_a_template_fills_in_may_add_or_decides_is_right():
    text = job(
        "backoffLimit: {{ .Values.retries }}\n  {{- toYaml .Values.job | nindent 2 }}",
        "ports:\n            {{- range .Values.ports }}\n            - name: {{ . }}\n"
        "              {{- include `port` . | nindent 14 }}\n            {{- end }}",
    )

    assert of(text, path="chart/templates/job.yaml", chart__Chart_yaml="name: chart") == ()


def test_a_known_field_is_wrong_in_a_template_as_well():
    text = job('backofLimit: {{ .Values.retries }}\n  activeDeadlineSeconds: "600"')

    found = of(text, path="chart/templates/job.yaml", chart__Chart_yaml="name: chart")

    assert [wrong.fault for wrong in found] == [Fault.UNKNOWN_KEY, Fault.WRONG_SORT]


def test_a_template_that_asks_for_the_version_of_the_cluster_is_left_alone():
    ingress = """\
        {{- if .Capabilities.APIVersions.Has "networking.k8s.io/v1" }}
        apiVersion: networking.k8s.io/v1
        {{- else }}
        apiVersion: extensions/v1beta1
        {{- end }}
        kind: Ingress
        metadata: {name: users}
        spec: {rules: [{http: {paths: [{path: /, backend: {serviceName: a, servicePort: 1}}]}}]}
        """

    assert of(dedent(ingress), path="chart/templates/ingress.yaml", chart__Chart_yaml="name: chart") == ()


def test_kinds_that_are_not_kubernetes_own_are_left_alone():
    assert of("apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {replica: 1}\n") == ()
    assert of("apiVersion: v1\nkind: Config\nclusters: []\n") == ()


def test_a_patch_of_kustomize_lacks_nothing_but_may_be_misspelt():
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: users}\nspec: {replica: 3}\n"
    kustomization = "resources: [../base]\npatches: [{path: more.yaml}]\n"

    alone = of(patch, path="k8s/more.yaml")
    named = of(patch, path="k8s/more.yaml", k8s__kustomization_yaml=kustomization)

    assert [wrong.fault for wrong in alone] == [Fault.UNKNOWN_KEY, Fault.MISSING_KEY, Fault.MISSING_KEY]
    assert [wrong.fault for wrong in named] == [Fault.UNKNOWN_KEY]


def test_a_field_that_came_later_is_wrong_for_the_version_that_is_set_only():
    text = job("podReplacementPolicy: Failed")  # 1.28

    assert of(text) == ()
    assert of(text, "1.28") == ()
    assert [wrong.fault for wrong in of(text, "1.27")] == [Fault.UNKNOWN_KEY]


def test_an_object_in_a_script_is_looked_at_as_well():
    script = f"#!/bin/bash\nkubectl apply -f - <<EOF\n{job('backofLimit: $N')}EOF\n"

    assert [wrong.fault for wrong in of(script, path="deploy.sh")] == [Fault.UNKNOWN_KEY]


@pytest.mark.parametrize(
    ("api_version", "kind", "version", "served"),
    [
        ("batch/v1", "CronJob", "", True),
        ("batch/v1beta1", "CronJob", "", False),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.25", True),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26", False),
        ("argoproj.io/v1alpha1", "Rollout", "", None),
        ("gateway.networking.k8s.io/v1", "Gateway", "", None),
        ("v1", "Route", "", None),
    ],
)
def test_which_versions_of_an_api_are_served(api_version, kind, version, served):
    assert fields.is_served(api_version, kind, version) is served


def test_every_removal_that_is_in_the_schemas_is_there_at_its_version():
    for before, after in zip(versions(), versions()[1:], strict=False):
        gone = fields.kinds(before).keys() - fields.kinds(after).keys()
        for api_version, kind in gone:
            told = removal(api_version, kind)
            assert told is None or (told.since == after and removal(api_version, kind, before) is None)
        assert not [each for each in fields.kinds(after) if removal(*each, after)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (workflow("concurency: a"), "`concurency` is no key of a workflow; did you mean `concurrency`"),
        (
            workflow(own="timeout_minutes: 5"),
            "`timeout_minutes` is no key of jobs.migrate; did you mean `timeout-minutes`",
        ),
        (
            workflow(own="timeout-minutes: '5'"),
            "jobs.migrate.timeout-minutes has to be a number or an expression; `5` is text, because of its quotes",
        ),
        (workflow(step="runs-on: x"), "`runs-on` is no key of jobs.migrate.steps[0]; it belongs to jobs.migrate"),
        (workflow(own="branches: [main]"), "`branches` is no key of jobs.migrate"),
        (workflow(own="concurrency: {group: a, cancel-in-progress: 'yes'}"), None),
        (workflow("permissions: {contents: reed}"), "permissions.contents cannot be `reed`; did you mean `read`"),
        (
            workflow(own="permissions: {content: read}"),
            "`content` is no key of jobs.migrate.permissions; did you mean `contents`",
        ),
    ],
)
def test_a_wrong_key_of_a_workflow_is_told(text, what):
    (wrong,) = keys(text)

    assert what is None or wrong.what == what


@pytest.mark.parametrize(
    "text",
    [
        workflow(own="timeout-minutes: ${{ fromJSON(inputs.minutes) }}"),
        workflow(own="strategy: {fail-fast: false}"),
        workflow(step="env: {A: 1, B: true, C: }"),
        workflow(own="environment: {name: production, url: https://example.com}"),
        workflow("permissions: read-all"),
        workflow().replace("on: push", "on:\n  push:\n    branches: [main]\n  workflow_dispatch:\n"),
        workflow().replace("on: push", "on: [push, pull_request]"),
        "on: push\njobs:\n  call:\n    uses: ./.github/workflows/b.yml\n    secrets: inherit\n",
    ],
)
def test_keys_as_github_has_them_are_right(text):
    assert keys(text) == ()


def test_a_composite_action_is_looked_at_as_well():
    text = "runs:\n  using: composite\n  steps:\n    - run: make\n      shel: bash\n"

    (wrong,) = keys(text, "actions/a/action.yml")

    assert wrong.what == "`shel` is no key of runs.steps[0]; did you mean `shell`"


def test_faults_of_one_document_are_told_up_to_a_number():
    many = "\n  ".join(f"wrong{number}: 1" for number in range(200))

    assert len(of(job(many))) == 40


BARE = "import sys; sys.modules['kubernetes_validate'] = sys.modules['check_jsonschema'] = None; "


def run(folder, code: str, *given: str) -> subprocess.CompletedProcess[str]:
    code += "from avion_lint.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "--all", "--no-git", "--no-cache", *given],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_without_the_schemas_it_is_told_once_that_fields_are_not_checked(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(job("backofLimit: 0"))

    done = run(tmp_path, BARE, "--quiet")

    assert "a.yaml not checked: fields, here and in other files: the schemas" in done.stdout
    assert done.stdout.count("the schemas that know them are not installed") == 1
    assert "pip install 'avion-lint[schemas]'" in done.stdout
    assert "KM191" not in done.stdout


def test_where_no_rule_asks_for_fields_nothing_is_told_of_schemas(tmp_path):
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")

    assert "schemas" not in run(tmp_path, BARE).stdout


def test_a_version_of_kubernetes_that_is_not_known_is_refused_with_those_that_are(tmp_path):
    (tmp_path / "a.yaml").write_text(job())
    (tmp_path / "avion-lint.yaml").write_text("kubernetes: 1.99\n")

    done = run(tmp_path, "")

    assert done.returncode == 2
    assert "avion-lint.yaml:1:13: nothing is known here of Kubernetes 1.99" in done.stderr
    assert f"know {versions()[0]} to {versions()[-1]}" in done.stderr


@pytest.mark.parametrize(("said", "meant"), [("1.30", 0), ('"v1.27.4"', 1)])
def test_the_version_is_taken_as_it_is_written(tmp_path, said, meant):
    (tmp_path / "a.yaml").write_text(job("podReplacementPolicy: Failed"))
    (tmp_path / "avion-lint.yaml").write_text(f"kubernetes: {said}\n")

    assert run(tmp_path, "", "--select=KM191", "--quiet").stdout.count("KM191") == meant


def test_what_the_server_fills_in_itself_is_not_missing():
    driver = "apiVersion: storage.k8s.io/v1\nkind: CSIDriver\nmetadata: {name: a}\n"
    binding = "roleRef: {kind: Role, name: a}\n"
    role = f"apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: a}}\n{binding}"

    assert of(f"{driver}---\n{role}") == ()
