"""Rules about permissions and secrets: what they find, and what they leave alone."""

from time import process_time

import pytest

from avion_rules.access._secrets import secret_in
from tests.objects_helper import JOB, findings, lines

ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: runner}
rules:
  - apiGroups: [""]
    resources: [secrets]
    verbs: [get, list]
"""
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: runner}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: runner}
subjects: [{kind: ServiceAccount, name: users-migration}]
"""
BOUND = JOB.replace("      containers", "      serviceAccountName: users-migration\n      containers")


def test_a_role_counts_as_the_migration_s_by_its_binding() -> None:
    assert lines("secrets-readable", {"role.yaml": ROLE}) == []
    assert lines("secrets-readable", {"role.yaml": ROLE, "binding.yaml": BINDING, "job.yaml": BOUND}) == [6]


def test_with_resource_names_a_role_reads_only_those() -> None:
    named = ROLE.replace("verbs", "resourceNames: [db]\n    verbs").replace("runner", "db-migration")

    assert lines("secrets-readable", {"role.yaml": named}) == []


def test_a_role_that_somebody_else_needs_is_not_unneeded() -> None:
    files = {"role.yaml": ROLE, "binding.yaml": BINDING, "job.yaml": BOUND}
    other = (
        BOUND.replace("kind: Job", "kind: Deployment")
        .replace("batch/v1", "apps/v1")
        .replace("goose, up", "kubectl, get")
    )

    assert lines("unneeded-permission", files) == [4]
    assert lines("unneeded-permission", {**files, "app.yaml": other}) == []


def test_what_an_image_runs_by_itself_may_ask_the_api() -> None:
    by_itself = BOUND.replace("          command: [goose, up]\n", "")

    assert lines("unneeded-permission", {"role.yaml": ROLE, "binding.yaml": BINDING, "job.yaml": by_itself}) == []
    assert lines("token-mounted", by_itself) == []


def test_a_service_account_may_refuse_the_token_itself() -> None:
    account = (
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: users-migration}\nautomountServiceAccountToken: false\n"
    )

    assert lines("token-mounted", {"job.yaml": BOUND}) != []
    assert lines("token-mounted", {"job.yaml": BOUND, "account.yaml": account}) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATABASE_URL", "postgres://users:hunter2@db/users"),
        ("x", "host=db password=hunter2 dbname=users"),
        ("x", "https://hooks.slack.com/services/T01/B01/abc"),
        ("x", "-----BEGIN RSA PRIVATE KEY-----"),
        ("pagerduty_integration_key", "0f2a8c6d9e"),
        ("dbPassword", "hunter2"),
        ("PGPASSWORD", "hunter2"),
    ],
)
def test_secrets_are_told_by_their_form_or_their_name(name: str, text: str) -> None:
    assert secret_in(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATABASE_URL", "postgres://users:$(PGPASSWORD)@db/users"),
        ("DATABASE_URL", "postgres://users@db/users"),
        ("DATABASE_URL", "postgres://users:{{ .Values.password }}@db/users"),
        ("password", "changeme"),
        ("password", "..."),
        ("password", "${PASSWORD}"),
        ("passwordSecretName", "users-db"),
        ("password_file", "/run/secrets/password"),
        ("tokenEnabled", "true"),
        ("password_rotation", "monthly"),
        ("homepage", "https://example.com/webhook"),
    ],
)
def test_the_place_of_a_secret_is_none(name: str, text: str) -> None:
    assert secret_in(name, text) == ""


def test_names_of_secrets_in_values_are_found_for_environments_only() -> None:
    values = "database:\n  password: hunter2\n  existingSecret: hunter2\n"

    assert lines("secret-in-values", {"chart/values-production.yaml": values}) == [2]
    assert lines("secret-in-values", {"chart/values.yaml": values}) == []


def test_a_password_argument_is_found_however_the_runner_is_called() -> None:
    shell = JOB.replace("[goose, up]", "[sh, -c, 'goose postgres \"$DB_URL\" up']")
    plain = JOB.replace("[goose, up]", "[goose, postgres, $(DB_URL), up]")

    assert [each.place.start.line for text in (shell, plain) for each in findings("secret-in-arguments", text)] == [
        11,
        11,
    ]
    assert lines("secret-in-arguments", JOB) == []


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("postgres://u@db.example.com/x?sslmode=disable", True),
        ("jdbc:postgresql://db/x?ssl=false", True),
        ("postgres://u@localhost/x?sslmode=disable", False),
        ("postgres://u@/x?host=/var/run/postgresql&sslmode=disable", False),
        ("postgres://u@db/x?sslmode=require", False),
    ],
)
def test_only_what_goes_over_a_network_needs_encryption(value: str, found: bool) -> None:
    text = JOB + f"          env: [{{name: URL, value: '{value}'}}]\n"

    assert bool(lines("unencrypted-connection", text)) is found


def test_a_name_is_dangling_only_beside_one_that_is_like_it() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: users-migrations}\n"

    assert lines("dangling-reference", {"k/job.yaml": BOUND, "k/account.yaml": account}) != []
    assert lines("dangling-reference", {"k/job.yaml": BOUND, "other/account.yaml": account}) == []


@pytest.mark.parametrize("text", ["a." * 50_000, "a://b:" * 30_000, "<" * 100_000, " password=" * 20_000])
def test_a_long_value_made_to_take_long_does_not(text: str) -> None:
    started = process_time()
    secret_in("password", text)

    assert process_time() - started < 2
