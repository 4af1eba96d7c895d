"""A real etcd, kube-apiserver and kube-controller-manager on ports of loopback, which live in a folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

from tests.cluster.api import CORE, Api, ApiError
from tests.conftest import _free_port

PROGRAMS = {
    "etcd": "AVION_ETCD",
    "kube-apiserver": "AVION_KUBE_APISERVER",
    "kube-controller-manager": "AVION_KUBE_CONTROLLER_MANAGER",
    "kubectl": "AVION_KUBECTL",
}
ADMIN, DEPLOYER, STRANGER = "admin", "deployer", "stranger"
GROUPS = {ADMIN: "system:masters", DEPLOYER: "deployers", STRANGER: "strangers"}
CONTROLLERS = (
    "job-controller",
    "pod-garbage-collector-controller",
    "ttl-after-finished-controller",
    "serviceaccount-controller",
    "namespace-controller",
    "garbage-collector-controller",
    "root-ca-certificate-publisher-controller",
)
_PATIENCE = 60.0  # seconds for a server to be ready


def absence():
    """Why there is no cluster here, None where there can be one."""
    missing = [variable for variable in PROGRAMS.values() if not os.access(os.environ.get(variable, ""), os.X_OK)]
    if missing:
        return f"{', '.join(missing)} not set: source tests/get-cluster"
    return None


def program(name):
    return os.environ[PROGRAMS[name]]


class ControlPlane:
    """The servers. Each can be ended and started again by name."""

    def __init__(self, home: Path):
        self.home = home
        self.port, self.etcd_ports, self.manager_port = _free_port(), (_free_port(), _free_port()), _free_port()
        self.processes: dict[str, subprocess.Popen] = {}
        self._make_keys()

    # --- what it needs in its folder ----------------------------------------------------------------------------

    def _make_keys(self):
        key, public = self.home / "accounts.key", self.home / "accounts.pub"
        _openssl("genrsa", "-out", key, "2048")
        _openssl("rsa", "-in", key, "-pubout", "-out", public)
        rows = [f'{user}-token,{user},{number},"{group}"' for number, (user, group) in enumerate(GROUPS.items())]
        (self.home / "tokens.csv").write_text("\n".join(rows) + "\n")

    @property
    def authority(self):
        return self.home / "certificates/apiserver.crt"

    def kubeconfig(self, user=ADMIN, namespace="default", server=""):
        """A file for kubectl that speaks as a user."""
        path = self.home / f"{user}-{namespace}{'-other' if server else ''}.kubeconfig"
        cluster = {"server": server or f"https://127.0.0.1:{self.port}", "certificate-authority": str(self.authority)}
        said = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "tests", "cluster": cluster}],
            "users": [{"name": user, "user": {"token": f"{user}-token"}}],
            "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": user, "namespace": namespace}}],
            "current-context": "tests",
        }
        path.write_text(json.dumps(said))
        return path

    def api(self, user=ADMIN):
        return Api(self.port, self.authority, f"{user}-token")

    # --- the servers --------------------------------------------------------------------------------------------

    def start(self):
        self.start_etcd()
        self.start_apiserver()
        self.start_manager()

    def start_etcd(self):
        clients, peers = (f"http://127.0.0.1:{port}" for port in self.etcd_ports)
        self._start(
            "etcd",
            f"--data-dir={self.home}/etcd",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        )

    def start_apiserver(self):
        self._start(
            "kube-apiserver",
            f"--etcd-servers=http://127.0.0.1:{self.etcd_ports[0]}",
            f"--secure-port={self.port}",
            "--bind-address=127.0.0.1",
            f"--cert-dir={self.home}/certificates",
            "--authorization-mode=RBAC",
            f"--token-auth-file={self.home}/tokens.csv",
            "--anonymous-auth=false",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.home}/accounts.pub",
            f"--service-account-signing-key-file={self.home}/accounts.key",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--endpoint-reconciler-type=none",
            "--kubelet-preferred-address-types=InternalIP",
            "--profiling=false",
            "--shutdown-delay-duration=0s",
            "--request-timeout=20s",
        )
        self.wait_ready()

    def wait_ready(self):
        """Wait until the API server is ready, its roles of RBAC among the rest."""
        last = time.monotonic() + _PATIENCE
        while not self._is_ready():
            if time.monotonic() > last or self.processes["kube-apiserver"].poll() is not None:
                raise AssertionError(f"no API server: {self.said('kube-apiserver')}")
            time.sleep(0.1)

    def _is_ready(self):
        try:
            return self.authority.exists() and bool(self.api().get("/readyz"))
        except (ApiError, OSError):
            return False

    def start_manager(self):
        self._start(
            "kube-controller-manager",
            f"--kubeconfig={self.kubeconfig()}",
            f"--controllers={','.join(CONTROLLERS)}",
            f"--service-account-private-key-file={self.home}/accounts.key",
            f"--root-ca-file={self.authority}",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            f"--secure-port={self.manager_port}",
            f"--cert-dir={self.home}/manager",
            "--kube-api-qps=200",
            "--kube-api-burst=400",
            "--profiling=false",
        )

    def _start(self, name, *arguments):
        with (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [program(name), *arguments],
                cwd=self.home,
                env={"PATH": os.environ["PATH"], "HOME": str(self.home), "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self, name):
        return (self.home / f"{name}.log").read_text(errors="replace")[-4000:]

    def end(self, name, *, kill=True):
        """End one of the servers, at once or as an operator would."""
        process = self.processes.pop(name)
        (process.kill if kill else process.terminate)()
        process.wait(timeout=60)

    def end_all(self):
        for name in reversed(tuple(self.processes)):
            self.end(name)

    # --- what tests use it for ----------------------------------------------------------------------------------

    def kubectl(self, *arguments, user=ADMIN, namespace="default", given=None):
        """Run kubectl; gives what became of it."""
        command = [program("kubectl"), f"--kubeconfig={self.kubeconfig(user, namespace)}", *map(str, arguments)]
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home)},
        )

    def make_namespace(self, name):
        self.api().post(f"{CORE}/namespaces", {"metadata": {"name": name}})


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)
