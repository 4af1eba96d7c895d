"""What is broken in a kit is found: each of its safeties is taken away, one at a time."""

from __future__ import annotations

import pytest

from tests.kit_helper import found, needs_readers, tree

DEPLOY, CHECK = ".github/workflows/deploy.yml", ".github/workflows/check-migrations.yml"
JOB, HOOK = "deploy/migration/templates/migration-job.yaml", "deploy/service/templates/migration-job.yaml"
ROLLBACK, RESTORE = "deploy/migration/templates/rollback-job.yaml", "deploy/migration/templates/restore-job.yaml"
ACCESS, APPLICATION = "deploy/migration/templates/access.yaml", "deploy/migration/templates/application.yaml"
PRODUCTION, ALERTS = "environments/production/migration-config.yaml", "monitoring/prometheus-rules.yaml"
MIGRATE, HELM, SYNC = "scripts/migrate.sh", "scripts/deploy.sh", "scripts/sync.sh"
GROUP = "    concurrency:\n      group: migrate-production-${{ matrix.service }}\n      cancel-in-progress: false\n"
VOLUME = 'persistentVolumeClaim: {claimName: "{{ .Values.service }}-migration-backup"}'
LOOKED_UP = 'target=$(cat "/backup/$RUN.version")'
GUESSED = "current=$(cat /backup/current)\n              target=$((current - 1))"
ADMIN = "kind: ClusterRole\n  name: cluster-admin\nsubjects"
READ = '              pg_restore --file=/dev/null "$dump.part"\n'
DUMP = 'pg_dump --format=custom --file="$dump.part"'
INTO = """\
createdb "$restored"
              pg_restore --exit-on-error --single-transaction --no-owner --dbname="$restored" """
RETRIES = "            - name: FLYWAY_CONNECT_RETRIES\n"


def setting(name: str, value: str) -> str:
    return f'            - name: {name}\n              value: "{value}"\n{RETRIES}'


GOOSE_JOB = [
    ("no concurrency group", DEPLOY, GROUP, "", "WF101"),
    ("cancelled", DEPLOY, "cancel-in-progress: false", "cancel-in-progress: true", "WF102"),
    ("one group for both services", DEPLOY, "migrate-production-${{ matrix.service }}", "migrate-production", "WF104"),
    ("no environment", DEPLOY, "    environment: production\n", "", "WF105"),
    ("another environment", DEPLOY, "environment: production\n", "environment: staging\n", "WF105"),
    ("namespace of production", DEPLOY, "--namespace=shop-staging", "--namespace=shop-production", "WF105"),
    ("not after staging", DEPLOY, "needs: [test, build, staging]", "needs: [test, build]", "WF112"),
    ("failure thrown away", DEPLOY, 'production "$IMAGE"\n', 'production "$IMAGE" || true\n', "WF111"),
    ("failure passed over", DEPLOY, "run: ./scripts", "continue-on-error: true\n        run: ./scripts", "WF111"),
    ("no base branch", CHECK, "          fetch-depth: 0\n", "", "WF129"),
    ("findings thrown away", CHECK, "run: avion-lint\n", "run: avion-lint || true\n", "SH118"),
    ("retried", JOB, "{{ .Values.max_retries }}", "3", "KM102"),
    ("restarted", JOB, "restartPolicy: Never", "restartPolicy: OnFailure", "KM101"),
    ("no deadline", JOB, "  activeDeadlineSeconds: {{ .Values.timeout_seconds }}\n", "", "KM103"),
    ("waits for locks for ever", JOB, "&lock_timeout={{ .Values.lock_timeout }}", "", "KM109"),
    ("backup in a pipe", JOB, DUMP, 'pg_dump | gzip > "$dump.part"', "SH101"),
    ("backup not read", JOB, READ, "", "SH123"),
    ("backup goes with the pod", JOB, VOLUME, "emptyDir: {}", "KM130"),
    ("backup in the container", JOB, 'dump="/backup/$RUN.dump"', 'dump="/tmp/$RUN.dump"', "KM130"),
    ("target guessed", ROLLBACK, LOOKED_UP, GUESSED, "SH110"),
    ("every Secret", ACCESS, "resources: [pods]", "resources: [pods, secrets]", "AC101"),
    ("everything", ACCESS, "resources: [jobs]", "resources: ['*']", "AC102"),
    ("everything by a binding", ACCESS, "kind: Role\n  name: {{ .Values.service }}-deployer\nsubjects", ADMIN, "AC102"),
    ("everybody", ACCESS, "name: deployers-{{ .Values.environment }}", "name: system:authenticated", "AC102"),
    ("commands in pods", ACCESS, "resources: [pods/log]", "resources: [pods/log, pods/exec]", "AC102"),
    ("by itself", PRODUCTION, "auto_run: false", "auto_run: true", "EN101"),
    ("locks without end", PRODUCTION, "lock_timeout: 3s", "lock_timeout: 0", "EN101"),
    ("another deadline", PRODUCTION, "timeout_seconds: 1800", "timeout_seconds: 3600", "EN109"),
    ("alert on other Jobs", ALERTS, ".+-migration-.+", ".+_migrate_.+", "MO109"),
    ("failure not seen", MIGRATE, "*Complete* | *Failed*) break", "*Complete*) break", "SH103"),
]  # fmt: skip
GOOSE_HELM = [
    ("no concurrency group", DEPLOY, GROUP, "", "WF101"),
    ("no environment", DEPLOY, "    environment: production\n", "", "WF105"),
    ("not after staging", DEPLOY, "needs: [test, build, staging]", "needs: [test, build]", "WF112"),
    ("failure only told", HELM, "  exit 1\n", "", "WF111"),
    ("hooks left out", HELM, "--install ", "--install --no-hooks ", "WF123"),
    ("given up early", HELM, "--timeout 35m", "--timeout 50m", "WF109"),
    ("after the application", HOOK, "pre-install,pre-upgrade", "post-install,post-upgrade", "KM121"),
    ("not at first", HOOK, "pre-install,pre-upgrade", "pre-upgrade", "KM120"),
    ("log deleted", HOOK, "before-hook-creation", "before-hook-creation,hook-failed", "KM104"),
]
FLYWAY_ARGOCD = [
    ("no concurrency group", DEPLOY, GROUP, "", "WF101"),
    ("no environment", DEPLOY, "    environment: production\n", "", "WF105"),
    ("after the application", HOOK, "hook: PreSync", "hook: PostSync", "KM121"),
    ("log deleted", HOOK, "BeforeHookCreation", "HookFailed", "KM104"),
    ("kept for a minute", HOOK, "604800", "60", "KM104"),
    ("by itself", APPLICATION, "  syncPolicy:\n", "  syncPolicy:\n    automated: {prune: true}\n", "KM126"),
    ("hooks left out", SYNC, "--timeout 2100", "--timeout 2100 --strategy apply", "WF123"),
    ("out of order", HOOK, RETRIES, setting("FLYWAY_OUT_OF_ORDER", "true"), "KM112"),
    ("clean allowed", HOOK, RETRIES, setting("FLYWAY_CLEAN_DISABLED", "false"), "KM112"),
    ("baseline", HOOK, RETRIES, setting("FLYWAY_BASELINE_ON_MIGRATE", "true"), "KM113"),
    ("repair each time", HOOK, " flyway migrate\n", " flyway repair\n              flyway migrate\n", "SH109"),
    ("failure only told", SYNC, "  exit 1\n", "", "WF111"),
    ("over what is in use", RESTORE, INTO, 'pg_restore --clean --dbname="$PGDATABASE" ', "SH113"),
]  # fmt: skip
TABLES = {("goose", "job"): GOOSE_JOB, ("goose", "helm"): GOOSE_HELM, ("flyway", "argocd"): FLYWAY_ARGOCD}
CASES = [
    pytest.param(kit, *case[1:], id=f"{'-'.join(kit)}: {case[0]}") for kit, table in TABLES.items() for case in table
]


@needs_readers
@pytest.mark.parametrize(("kit", "path", "good", "bad", "rule"), CASES)
def test_what_is_broken_is_found(kit: tuple[str, str], path: str, good: str, bad: str, rule: str) -> None:
    texts = tree(*kit)
    assert good in texts[path]
    assert rule in found({**texts, path: texts[path].replace(good, bad)})


@needs_readers
def test_a_job_that_nothing_waits_for_is_found() -> None:
    texts = tree("goose", "job")
    script = texts[MIGRATE]
    assert "WF110" in found({**texts, MIGRATE: script[: script.index("deadline=$(")]})


@needs_readers
def test_helm_that_gives_up_before_the_jobs_deadline_is_found() -> None:
    texts = tree("goose", "helm")
    job = texts[HOOK].replace("{{ .Values.timeout_seconds }}", "600")
    assert "WF109" not in found({**texts, HOOK: job})
    assert "WF109" in found({**texts, HOOK: job, HELM: texts[HELM].replace(" --timeout 35m", "")})
