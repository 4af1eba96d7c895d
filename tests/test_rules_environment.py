"""Settings of environments: values, strictness, spelling, and whether what migrates obeys them."""

from __future__ import annotations

import pytest

from avion_lint.finding import Finding
from avion_lint.rule import Rule
from avion_rules.environment.disobeyed_limit import disobeyed_limit
from avion_rules.environment.disobeyed_setting import disobeyed_setting
from avion_rules.environment.environment_without_settings import environment_without_settings
from avion_rules.environment.lax_production_setting import Care, lax_production_setting
from avion_rules.environment.looser_than_lower_environment import looser_than_lower_environment
from avion_rules.environment.misspelt_setting import misspelt_setting
from avion_rules.environment.unread_settings import unread_settings
from avion_rules.environment.wrong_setting_type import wrong_setting_type
from tests.delivery_helper import delivery

PRODUCTION = "environments/production/config.yaml"
STAGING = "environments/staging/config.yaml"
WORKFLOW = ".github/workflows/migrate.yml"


def config_map(**values: str) -> str:
    lines = "".join(f"  {key}: {value}\n" for key, value in values.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: migration-config}}\ndata:\n{lines}"


def plain(**values: str) -> str:
    return "".join(f"{key}: {value}\n" for key, value in values.items())


def of_each(rule: Rule, path: str, text: str) -> list[Finding]:
    (environment,) = delivery({path: text}).environments
    assert rule.check is not None
    return list(rule.check(environment))


def across(rule: Rule, files: dict[str, str]) -> list[Finding]:
    assert rule.check is not None
    return list(rule.check(delivery(files)))


@pytest.mark.parametrize(
    ("key", "value", "is_found"),
    [
        ("auto_run", '"true"', True),
        ("auto_run", '"false"', False),
        ("backup_retention_days", '"29"', True),
        ("backup_retention_days", '"30"', False),
        ("max_retries", '"2"', True),
        ("max_retries", '"0"', False),
        ("timeout_seconds", '"7200"', True),
        ("timeout_seconds", '"10"', True),
        ("timeout_seconds", '"1800"', False),
        ("backup_max_age_hours", '"48"', True),
        ("approvers", "[a@example.com]", True),
        ("approvers", "[a@example.com, b@example.com]", False),
        ("approvers", '"platform-team@example.com"', False),
        ("approval_required", '"yes"', False),
        ("dry_run", '"{{ .Values.dry }}"', False),
    ],
)
def test_production_has_to_take_care(key: str, value: str, is_found: bool) -> None:
    text = plain(**({"rollback_on_failure": "false", "backup_enabled": "true"} | {key: value}))
    (environment,) = delivery({PRODUCTION: text}).environments
    assert lax_production_setting.check is not None
    findings = list(lax_production_setting.check(environment, Care()))

    assert [each.place.text for each in findings] == ([key] if is_found else [])


def test_other_environments_may_do_as_they_like() -> None:
    (environment,) = delivery({STAGING: plain(auto_run="true", backup_enabled="false")}).environments
    assert lax_production_setting.check is not None

    assert list(lax_production_setting.check(environment, Care())) == []


@pytest.mark.parametrize(
    ("key", "lower", "upper", "is_found"),
    [
        ("backup_retention_days", '"60"', '"30"', True),
        ("backup_retention_days", '"14"', '"30"', False),
        ("max_retries", '"1"', '"2"', True),
        ("approval_required", '"true"', '"false"', True),
        ("rollback_on_failure", '"false"', '"true"', True),
        ("lock_timeout", '"3s"', '"1min"', True),
        ("lock_timeout", '"3000"', '"2s"', False),
        ("timeout_seconds", '"600"', '"1800"', False),
        ("dry_run", '"{{ .Values.dry }}"', '"false"', False),
    ],
)
def test_the_upper_environment_is_the_stricter_one(key: str, lower: str, upper: str, is_found: bool) -> None:
    same = {"auto_run": '"false"', "backup_enabled": '"true"'}
    findings = across(
        looser_than_lower_environment,
        {STAGING: config_map(**(same | {key: lower})), PRODUCTION: config_map(**(same | {key: upper}))},
    )

    assert [(each.place.document.path, each.place.text) for each in findings] == [(PRODUCTION, key)] * is_found
    assert all(each.related[0].place.document.path == STAGING for each in findings)


def test_only_settings_of_the_same_thing_are_compared() -> None:
    files = {
        "users/staging.yaml": plain(auto_run="false", backup_enabled="true"),
        "orders/production.yaml": plain(auto_run="true", backup_enabled="true"),
    }

    assert across(looser_than_lower_environment, files) == []


def test_environments_of_one_file_are_compared() -> None:
    text = (
        "staging:\n  auto_run: false\n  backup_enabled: true\nproduction:\n  auto_run: true\n  backup_enabled: true\n"
    )
    (finding,) = across(looser_than_lower_environment, {"migrations.yaml": text})

    assert finding.place.start.line == 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (config_map(auto_run="true", backup_enabled='"true"'), ["true"]),
        (config_map(auto_run="yes", backup_enabled='"true"'), ["yes"]),
        (config_map(auto_run='"yes"', backup_enabled='"true"'), ['"yes"']),
        (config_map(auto_run='"True"', backup_enabled='"true"'), ['"True"']),
        (config_map(auto_run='"true"', max_retries="3", backup_enabled='"true"'), ["3"]),
        (config_map(auto_run='"true"', timeout_seconds='"30m"', backup_enabled='"true"'), ['"30m"']),
        (config_map(auto_run='"true"', max_retries='"-1"', backup_enabled='"true"'), ['"-1"']),
        (config_map(auto_run='"true"', lock_timeout='"5"', backup_enabled='"true"'), ['"5"']),
        (config_map(auto_run='"true"', lock_timeout='"5s"', backup_enabled='"true"'), []),
        (config_map(auto_run='"true"', other="5", backup_enabled='"true"'), ["5"]),
        (plain(auto_run="true", backup_enabled="true", max_retries="3"), []),
        (plain(auto_run="yes", backup_enabled="true"), ["yes"]),
        (plain(auto_run="true", backup_enabled="maybe"), ["maybe"]),
        (plain(auto_run="true", backup_enabled="true", timeout_seconds="5 min"), ["5 min"]),
    ],
)
def test_values_of_another_type_are_found(text: str, found: list[str]) -> None:
    assert [each.place.text for each in of_each(wrong_setting_type, PRODUCTION, text)] == found


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("backup_enable", "backup_enabled"),
        ("max_retry", "max_retries"),
        ("max_retrys", "max_retries"),
        ("timeouts_seconds", "timeout_seconds"),
        ("database_url", ""),
        ("replicas", ""),
        ("lock_timeout", ""),
    ],
)
def test_a_key_that_is_nearly_a_known_one_is_found(key: str, meant: str) -> None:
    text = plain(**{"auto_run": "true", "approval_required": "true", key: "1"})

    assert [each.remedy for each in of_each(misspelt_setting, STAGING, text)] == [f"Did you mean `{meant}`?"] * bool(
        meant
    )


def test_settings_in_camel_case_are_settings_too() -> None:
    (environment,) = delivery({"values-prod.yaml": "migrations:\n  autoRun: false\n  maxRetries: 2\n"}).environments

    assert environment.name == "production"
    assert environment.setting("max_retries") is not None


def test_retries_and_time_limits_of_an_application_are_no_settings_for_migrations() -> None:
    text = "production:\n  max_retries: 5\n  timeout_seconds: 30\n  dry_run: false\n"

    assert delivery({"config/app.yaml": text}).environments == ()


def workflow(steps: str, job: str = "", on: str = "workflow_dispatch", name: str = "production") -> str:
    return f"""on: {on}
jobs:
  {name}:
    runs-on: ubuntu-latest
{job}    steps:
{steps}"""


UP = '      - run: goose -dir migrations postgres "$DATABASE_URL" up\n'
STATUS = '      - run: goose -dir migrations postgres "$DATABASE_URL" status\n'
BACKUP = "      - run: pgbackrest --stanza=users backup\n"


@pytest.mark.parametrize(
    ("setting", "text", "is_found"),
    [
        ({"backup_enabled": '"true"'}, workflow(UP), True),
        ({"backup_enabled": '"true"'}, workflow(BACKUP + UP), False),
        ({"backup_enabled": '"false"'}, workflow(UP), False),
        ({"dry_run": '"true"'}, workflow(UP), True),
        ({"dry_run": '"true"'}, workflow(STATUS + UP), False),
        ({"approval_required": '"true"'}, workflow(UP), True),
        ({"approval_required": '"true"'}, workflow(UP, "    environment: production\n"), False),
        ({"auto_run": '"false"'}, workflow(UP, on="push"), True),
        ({"auto_run": '"false"'}, workflow(UP, on="push", job="    environment: production\n"), False),
        ({"auto_run": '"false"'}, workflow(UP), False),
        ({"auto_run": '"true"'}, workflow(UP, on="push"), False),
        ({"rollback_on_failure": '"true"'}, workflow(UP), True),
        (
            {"rollback_on_failure": '"false"'},
            workflow(UP + '      - if: failure()\n        run: goose postgres "$DATABASE_URL" down-to 7\n'),
            True,
        ),
        ({"rollback_on_failure": '"false"'}, workflow(UP), False),
    ],
)
def test_what_settings_say_has_to_be_done(setting: dict[str, str], text: str, is_found: bool) -> None:
    values = {"backup_enabled": '"false"', "rollback_on_failure": '"{{ .x }}"'} | setting
    findings = across(disobeyed_setting, {PRODUCTION: config_map(**values), WORKFLOW: text})

    assert [each.place.text for each in findings] == list(setting) * is_found


CRON_JOB = """apiVersion: batch/v1
kind: CronJob
metadata: {name: users-backup}
"""


def test_backups_that_are_made_regularly_count() -> None:
    settings = config_map(backup_enabled='"true"', max_retries='"1"')
    files = {PRODUCTION: settings, WORKFLOW: workflow(UP)}

    assert len(across(disobeyed_setting, files)) == 1
    assert across(disobeyed_setting, files | {"k8s/backup.yaml": CRON_JOB}) == []


JOB = """apiVersion: batch/v1
kind: Job
metadata: {{name: users-migration, namespace: "{namespace}"}}
spec:
  backoffLimit: {tries}
  activeDeadlineSeconds: {deadline}
  template:
    spec:
      containers:
        - name: migrate
          command: [goose, up]
"""


@pytest.mark.parametrize(
    ("namespace", "tries", "deadline", "found"),
    [
        ("users-prod", "1", "600", []),
        ("users-prod", "0", "600", []),
        ("users-prod", "3", "600", ["max_retries"]),
        ("users-prod", "1", "900", ["timeout_seconds"]),
        ("users-prod", "1", "{{ .Values.deadline }}", []),
        ("users-staging", "3", "900", []),
        ("{{ .Namespace }}", "3", "900", ["max_retries", "timeout_seconds"]),
    ],
)
def test_a_job_has_to_keep_the_limits_of_its_environment(
    namespace: str, tries: str, deadline: str, found: list[str]
) -> None:
    settings = config_map(auto_run='"false"', max_retries='"1"', timeout_seconds='"600"')
    job = JOB.format(namespace=namespace, tries=tries, deadline=deadline)
    findings = across(disobeyed_limit, {PRODUCTION: settings, "k8s/templates/job.yaml": job})

    assert [each.place.text for each in findings] == found
    assert all(each.related[0].place.document.path == "k8s/templates/job.yaml" for each in findings)


def test_settings_that_a_container_takes_are_read() -> None:
    settings = config_map(auto_run='"false"', backup_enabled='"false"')
    job = JOB.format(namespace="users-prod", tries="0", deadline="600")
    reading = job.replace("command:", "envFrom: [{configMapRef: {name: migration-config}}]\n          command:")
    files = {PRODUCTION: settings, WORKFLOW: workflow(UP)}

    assert [each.place.text for each in across(unread_settings, files | {"k8s/job.yaml": job})] == ["migration-config"]
    assert across(unread_settings, files | {"k8s/job.yaml": reading}) == []
    assert across(unread_settings, {PRODUCTION: settings}) == []


def test_an_environment_without_settings_is_told_once() -> None:
    files = {STAGING: config_map(auto_run='"true"', backup_enabled='"false"'), WORKFLOW: workflow(UP + UP)}
    (finding,) = across(environment_without_settings, files)

    assert finding.place.text == "production"
    assert across(environment_without_settings, {WORKFLOW: workflow(UP)}) == []
