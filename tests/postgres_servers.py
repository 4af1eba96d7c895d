"""PostgreSQL servers of several major versions, for what is measured on each of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import SETTINGS, Account, _account, _free_port

MAJORS = range(12, 18)  # 18 comes with pip: the fixture `postgres`


def programs(major: int) -> Path | None:
    """Folder of a version's programs as `tests/get-postgres` tells it, None where it is not there."""
    given = os.environ.get(f"AVION_POSTGRES_{major}")
    return Path(given) if given else None


@contextmanager
def running(bin_folder: Path) -> Iterator[str]:
    """A connection URI of an empty server, run from a folder of programs as long as the context lasts."""
    account = _account()
    with tempfile.TemporaryDirectory(prefix="avion-postgres-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        reached = _within_reach(bin_folder, home, account)
        data = home / "data"
        data.mkdir(mode=0o700)
        if account.uid is not None and account.gid is not None:
            os.chown(data, account.uid, account.gid)
        port = _free_port()
        options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"port={port}"))
        account.run(reached / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        account.run(reached / "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            account.run(reached / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _within_reach(bin_folder: Path, home: Path, account: Account) -> Path:
    """The programs, copied where the server's account could not reach them otherwise."""
    if account.may_run(bin_folder / "postgres"):
        return bin_folder
    shutil.copytree(bin_folder.parent, home / "server", symlinks=True)
    return home / "server" / "bin"
