"""Rules about Jobs and hooks: what they find, and what they leave alone because it is not known or not wrong."""

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from avion_rules.manifest._variables import FLYWAY, FLYWAY_PREFIXES, GOOSE
from tests.objects_helper import CHART, JOB, findings, lines, messages


def job(*changes: tuple[str, str], text: str = JOB) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def spec(*lines: str) -> tuple[str, str]:
    return "spec:\n", "spec:\n" + "".join(f"  {line}\n" for line in lines)


# --- restart, retries, deadline ---------------------------------------------------------------------------------


def test_a_job_of_another_project_is_none_of_kubernetes() -> None:
    volcano = job(("batch/v1", "batch.volcano.sh/v1alpha1"))

    assert [lines(name, volcano) for name in ("wrong-restart-policy", "failed-migration-retried")] == [[], []]


def test_both_branches_of_a_template_are_judged_and_the_condition_is_named() -> None:
    branches = (
        "{{ if .Values.debug }}\n      restartPolicy: OnFailure\n{{ else }}\n      restartPolicy: Never\n{{ end }}\n"
    )
    text = job(("      containers:\n", branches + "      containers:\n"))
    found = findings("wrong-restart-policy", {**CHART, "chart/templates/job.yaml": text})

    assert [each.place.text for each in found] == ["OnFailure"]
    assert "when .Values.debug" in found[0].message


def test_what_a_template_may_put_in_is_not_taken_for_absent() -> None:
    opened = job(("spec:\n", "spec:\n  {{- toYaml .Values.job | nindent 2 }}\n"))
    chart = {**CHART, "chart/templates/job.yaml": opened}

    assert messages("failed-migration-retried", chart) == []
    assert messages("migration-without-deadline", chart) == []


def test_default_values_of_a_chart_are_what_its_template_says() -> None:
    text = job(spec("backoffLimit: {{ .Values.retries }}"))
    chart = {**CHART, "chart/templates/job.yaml": text}

    assert "up to 3 times" in messages("failed-migration-retried", {**chart, "chart/values.yaml": "retries: 3\n"})[0]
    assert messages("failed-migration-retried", {**chart, "chart/values.yaml": "retries: 0\n"}) == []
    assert messages("failed-migration-retried", chart) == []


def test_a_job_that_is_no_migration_may_be_retried() -> None:
    assert messages("failed-migration-retried", job(("users-migration", "report"), ("[goose, up]", "[report]"))) == []


def test_a_deadline_of_the_pod_is_one_too() -> None:
    assert (
        lines(
            "migration-without-deadline", job(("      containers", "      activeDeadlineSeconds: 9\n      containers"))
        )
        == []
    )


# --- names and what is left ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fixed"),
    [
        ('{{ include "users.fullname" . }}-migrate', True),
        ("{{ .Release.Name }}-migrate", True),
        ("{{ .Release.Name }}-migrate-{{ .Release.Revision }}", False),
        ("migrate-{{ .Values.image.tag }}", False),
        ("migrate-{{ .Values.suffix }}", False),
        ("migrate", True),
        ("migrate-v2", True),
        ("migrate-1234", False),
        ("migrate-0f3b2c1", False),
    ],
)
def test_a_name_is_fixed_only_where_every_action_in_it_is_the_same_at_each_deployment(name: str, fixed: bool) -> None:
    text = job(("name: users-migration", f"name: {name}"))

    assert bool(lines("fixed-job-name", {**CHART, "chart/templates/job.yaml": text})) is fixed


def test_a_job_that_a_script_deletes_first_may_keep_its_name() -> None:
    files = {
        "job.yaml": JOB,
        "deploy.sh": "kubectl delete job users-migration --ignore-not-found\nkubectl apply -f job.yaml\n",
    }

    assert lines("fixed-job-name", files) == []


def test_a_hook_of_a_new_name_each_time_is_left_behind_by_before_hook_creation() -> None:
    policy = "  name: users-migration-{{ .Release.Revision }}\n  annotations:\n    helm.sh/hook: pre-upgrade\n"
    kept = job(("  name: users-migration\n", f"{policy}    helm.sh/hook-delete-policy: before-hook-creation\n"))
    gone = job(("before-hook-creation", "hook-succeeded"), text=kept)

    assert lines("finished-job-left", {**CHART, "chart/templates/job.yaml": kept}) != []
    assert lines("finished-job-left", {**CHART, "chart/templates/job.yaml": gone}) == []


# --- parallel -----------------------------------------------------------------------------------------------------


def test_a_cron_job_runs_beside_itself_unless_it_forbids_that() -> None:
    cron = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: migrate}\nspec:\n  %s\n  jobTemplate: {spec: {}}\n"

    assert [bool(lines("migrations-in-parallel", cron % policy)) for policy in POLICIES] == [True, True, True, False]


POLICIES = ("schedule: x", "concurrencyPolicy: Allow", "concurrencyPolicy: Replace", "concurrencyPolicy: Forbid")


def test_replicas_of_the_application_migrate_at_the_same_time() -> None:
    text = job(("batch/v1", "apps/v1"), ("kind: Job", "kind: StatefulSet"), ("spec:\n", "spec:\n  replicas: 4\n"))

    assert "Up to 4 pods" in messages("migration-in-application", text)[0]


# --- variables ------------------------------------------------------------------------------------------------------


def with_env(env: str, text: str = JOB) -> str:
    return text + "          env:\n" + "".join(f"            - {line}\n" for line in env.splitlines())


def test_references_to_what_comes_later_or_never_are_one_finding() -> None:
    text = with_env("{name: URL, value: 'jdbc:$(HOST)/$(NAME)'}\n{name: HOST, value: db}")
    found = findings("undefined-reference", text)

    assert len(found) == 1
    assert "HOST comes later and nothing gives NAME" in found[0].message


@pytest.mark.parametrize(
    "env",
    [
        "{name: HOST, value: db}\n{name: URL, value: '$(HOST)'}",
        "{name: URL, value: '$$(HOST)'}",
        "{name: URL, value: '$(DB_SERVICE_HOST)'}",
    ],
)
def test_references_that_are_filled_or_none_are_fine(env: str) -> None:
    assert messages("undefined-reference", with_env(env)) == []


def test_with_a_whole_config_map_every_name_may_be_given() -> None:
    text = with_env("{name: URL, value: '$(HOST)'}") + "          envFrom:\n            - configMapRef: {name: users}\n"

    assert messages("undefined-reference", text) == []


def test_references_in_a_manifest_of_a_script_are_read_as_the_shell_hands_them_over() -> None:
    body = with_env("{name: URL, value: '\\$(HOST)'}")
    found = findings("undefined-reference", {"run.sh": f"#!/bin/bash\nkubectl apply -f - <<EOF\n{body}EOF\n"})

    assert [each.place.text for each in found] == ["'\\$(HOST)'"]


def test_a_variable_that_the_script_itself_uses_is_not_unknown() -> None:
    script = job(("[goose, up]", '[sh, -c, "goose -table $GOOSE_HISTORY up"]'))

    assert messages("unknown-runner-variable", with_env("{name: GOOSE_HISTORY, value: x}", script)) == []
    assert messages("unknown-runner-variable", with_env("{name: GOOSE_HISTORY, value: x}")) != []


def test_goose_itself_names_the_variables_that_are_known() -> None:
    program = os.environ.get("AVION_GOOSE_NEW")
    if not program:
        pytest.skip("AVION_GOOSE_NEW is not set: no goose to ask (source tests/get-runners)")
    said = subprocess.run([program, "env"], capture_output=True, text=True, check=True).stdout

    assert {line.partition("=")[0] for line in said.splitlines()} - {"NO_COLOR"} == GOOSE


def test_every_name_in_flyway_s_own_code_is_known() -> None:
    jars = [
        Path(each) for each in os.environ.get("AVION_FLYWAY_CLASSPATH", "").split(os.pathsep) if "flyway-core" in each
    ]
    if not jars:
        pytest.skip("AVION_FLYWAY_CLASSPATH is not set: no Flyway to read (source tests/get-runners)")
    with zipfile.ZipFile(jars[0]) as jar:
        code = jar.read("org/flywaydb/core/internal/configuration/ConfigUtils.class")
    names = {found.decode() for found in re.findall(rb"FLYWAY_[A-Z_]+", code)}

    assert {name for name in names if name not in FLYWAY and not f"{name}_".startswith(FLYWAY_PREFIXES)} == set()


# --- hooks -----------------------------------------------------------------------------------------------------------

HOOK = job(
    (
        "  name: users-migration\n",
        "  name: users-migration\n  annotations: {helm.sh/hook: 'pre-install,pre-upgrade'}\n",
    ),
    ("      containers", "      serviceAccountName: users\n      containers"),
)
ACCOUNT = """\
{{- if .Values.account.create }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: users
  {{- with .Values.account.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
"""


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("account: {create: true, annotations: {}}", True),
        ("account: {create: true, annotations: {helm.sh/hook: pre-install}}", False),
        ("account: {create: false, annotations: {}}", False),
    ],
)
def test_an_account_of_the_same_chart_comes_after_the_hook_by_its_default_values(values: str, found: bool) -> None:
    files = {
        "chart/templates/job.yaml": HOOK,
        "chart/templates/account.yaml": ACCOUNT,
        "chart/values.yaml": values + "\n",
    }

    assert bool(lines("hook-needs-later-object", {**CHART, **files})) is found


def test_a_volume_is_never_to_become_a_hook() -> None:
    claim = "      volumes: [{name: b, persistentVolumeClaim: {claimName: backup}}]\n"
    volume = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: backup}\n"
    files = {"chart/templates/job.yaml": HOOK + claim, "chart/templates/volume.yaml": volume}

    assert "would be deleted" in findings("hook-needs-later-object", {**CHART, **files})[0].remedy


def test_objects_of_another_chart_are_not_made_by_this_deployment() -> None:
    other = {
        "other/Chart.yaml": "name: x\n",
        "other/templates/account.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: users}\n",
    }

    assert lines("hook-needs-later-object", {**CHART, "chart/templates/job.yaml": HOOK, **other}) == []


DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: users}\nspec: {}\n"


def test_in_argo_cd_a_lower_wave_comes_first() -> None:
    waves = {
        number: job(("spec:\n", f"  annotations: {{argocd.argoproj.io/sync-wave: '{number}'}}\nspec:\n"))
        for number in (-1, 0, 1)
    }
    found = {
        number: lines("migration-not-first", {"k/job.yaml": text, "k/app.yaml": DEPLOYMENT})
        for number, text in waves.items()
    }

    assert [bool(found[number]) for number in (-1, 0, 1)] == [False, True, True]


def test_without_helm_and_argo_cd_nobody_knows_what_is_applied_first() -> None:
    assert lines("migration-not-first", {"k/job.yaml": JOB, "k/app.yaml": DEPLOYMENT}) == []


# --- images, backups -------------------------------------------------------------------------------------------------


def test_a_tag_that_a_kustomization_sets_is_one() -> None:
    files = {
        "job.yaml": job(("users:1", "users")),
        "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
        "images: [{name: users, newTag: '1.4'}]\n",
    }

    assert lines("moving-image", {"job.yaml": files["job.yaml"]}) != []
    assert lines("moving-image", files) == []


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("pg_dump -Fc -f /backup/db.dump", True),
        ("pg_dump | gzip > /backup/db.gz", True),
        ("pg_dump -Fc -f /backup/db.dump && aws s3 cp /backup/db.dump s3://b/", False),
        ("pg_dump -Fc -f /claim/db.dump", False),
        ("pg_dump | gzip > /claim/db.gz", False),
    ],
)
def test_a_backup_on_an_empty_dir_goes_with_the_pod(command: str, found: bool) -> None:
    backup = f"""\
      initContainers:
        - name: backup
          image: postgres:15
          command: [sh, -ec, "{command}"]
          volumeMounts:
            - {{name: backup, mountPath: /backup}}
            - {{name: claim, mountPath: /claim}}
"""
    volumes = "      volumes: [{name: backup, emptyDir: {}}, {name: claim, persistentVolumeClaim: {claimName: c}}]\n"

    assert (
        bool(lines("backup-lost-with-pod", job(("      containers", backup + "      containers")) + volumes)) is found
    )


def test_an_object_s_environment_is_told_by_its_file_and_its_namespace() -> None:
    text = job(("metadata:\n", "metadata:\n  namespace: users-staging\n"))

    assert lines("namespace-of-other-environment", {"overlays/production/job.yaml": text}) == [4]
    assert lines("namespace-of-other-environment", {"overlays/staging/job.yaml": text}) == []
    assert lines("namespace-of-other-environment", {"deploy/job.yaml": text}) == []


def test_an_init_container_with_flyway_s_own_variables_migrates() -> None:
    text = job(
        ("          command: [goose, up]\n", ""),
        ("users-migration", "users"),
        ("batch/v1", "apps/v1"),
        ("kind: Job", "kind: Deployment"),
    )
    init = job(("containers", "initContainers"), text=text)

    assert lines("migration-in-application", with_env("{name: FLYWAY_URL, value: x}", init)) != []
    assert lines("migration-in-application", with_env("{name: FLYWAY_URL, value: x}", text)) == []


def test_a_failed_hook_of_a_fixed_name_stays_where_only_good_ones_are_deleted() -> None:
    hook = "  annotations: {helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: '%s'}\nspec:\n"
    policies = ("hook-succeeded", "before-hook-creation", "before-hook-creation,hook-succeeded", "hook-failed")
    found = [bool(lines("fixed-job-name", job(("spec:\n", hook % policy)))) for policy in policies]

    assert found == [True, False, False, True]


@pytest.mark.parametrize(("weight", "late"), [("-1", False), ("0", False), ("1", True)])
def test_a_backup_s_hook_of_a_higher_weight_comes_after_the_migration(weight: str, late: bool) -> None:
    annotations = (
        f"  annotations: {{helm.sh/hook: 'pre-install,pre-upgrade', helm.sh/hook-weight: '{weight}'}}\nspec:\n"
    )
    backup = job(("users-migration", "users-backup"), ("[goose, up]", "[pg_dump, -f, /b/x]"), ("spec:\n", annotations))
    files = {"chart/templates/job.yaml": HOOK, "chart/templates/backup.yaml": backup}

    assert bool(lines("backup-hook-too-late", {**CHART, **files})) is late
