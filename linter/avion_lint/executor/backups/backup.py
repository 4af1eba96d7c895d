"""Backups by pg_dump: made whole or not at all, read back to their end, with a manifest beside; kept so many days."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from avion_lint.executor.children.processes import Custody, Order
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.server.address import Address
from avion_lint.executor.server.clients import client, environment_for
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SUFFIX = ".dump"
_CHUNK = 1 << 20


@record
class Backup:
    """A backup as its manifest tells of it; `version` is the highest that was applied, `at` the moment it was begun."""

    file: str
    sha256: str
    size: int
    service: str
    environment: str
    database: str
    server: str
    version: str
    at: str
    run: str

    @property
    def said(self) -> dict[str, object]:
        """All of it, for JSON."""
        return {name: getattr(self, name) for name in self.__match_args__}


@record
class Wanted:
    """What a backup is of and where it goes; `major` is the server's major version, `programs` a folder of clients."""

    address: Address
    folder: Path
    service: str
    environment: str
    server: str
    version: str
    run: str
    major: int
    programs: str | None = None
    seconds: float | None = None


def make(wanted: Wanted, custody: Custody, private: Path) -> Backup:
    """Dump the database into a file; raises CannotRunError, and EndedError where everything was ended meanwhile."""
    dump, restore = (client(name, wanted.major, wanted.programs) for name in ("pg_dump", "pg_restore"))
    at = datetime.now(tz=UTC)
    name = f"{wanted.service}-{wanted.environment}-{at:%Y%m%dT%H%M%S}{_SUFFIX}".replace("/", "_")
    try:
        wanted.folder.mkdir(parents=True, exist_ok=True)
        file, part = wanted.folder / name, wanted.folder / f".{name}.part"
        part.touch(mode=0o600)
    except OSError as error:
        raise CannotRunError(f"no backup can be written to {wanted.folder}: {_reason(error)}") from None
    try:
        command = (dump, "--format=custom", "--no-password", f"--file={part}")
        _run(command, wanted, custody, private, "pg_dump")
        # Reads it to its end, unlike --list, which a file that is cut off would pass.
        _run((restore, f"--file={os.devnull}", str(part)), wanted, custody, private, "pg_restore")
        made = Backup(
            str(file),
            sha256_of(part),
            part.stat().st_size,
            wanted.service,
            wanted.environment,
            f"{wanted.address.host}:{wanted.address.port}/{wanted.address.database}",
            wanted.server,
            wanted.version,
            f"{at:%Y-%m-%dT%H:%M:%SZ}",
            wanted.run,
        )
        _keep(part, file)
        _manifest(file).write_text(json.dumps(made.said, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise CannotRunError(f"the backup cannot be written: {_reason(error)}") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return made


def _run(command: tuple[str, ...], wanted: Wanted, custody: Custody, private: Path, name: str) -> None:
    order = Order(command, environment_for(wanted.address, private), cwd=str(private))
    output = private / name
    output.unlink(missing_ok=True)
    code, said = custody.run(order, output, wanted.seconds)
    if code != 0:
        words = wanted.address.redacted(" ".join(said.split()))[-400:]
        ended = f"did not end in {wanted.seconds:.0f} s" if code is None else f"ended with code {code}"
        raise CannotRunError(f"{name} {ended}: {words}")


def _keep(part: Path, file: Path) -> None:
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sha256_of(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal; raises OSError."""
    made = hashlib.sha256()
    with file.open("rb") as data:
        while chunk := data.read(_CHUNK):
            made.update(chunk)
    return made.hexdigest()


def _manifest(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")


def read_manifest(file: Path) -> Backup:
    """The manifest of a dump; raises CannotRunError where there is none that is ours."""
    try:
        given: dict[str, Any] = json.loads(_manifest(file).read_text(encoding="utf-8"))
        return Backup(**given)
    except (OSError, ValueError, TypeError):
        raise CannotRunError(f"{file} has no manifest ({_manifest(file).name}) that tells what it must be") from None


def known(folder: Path, service: str, environment: str) -> tuple[Backup, ...]:
    """Backups of a service in an environment whose files are there, the oldest first."""
    found = (each for each in _manifests(folder) if (each.service, each.environment) == (service, environment))
    return tuple(sorted(found, key=lambda each: each.at))


def _manifests(folder: Path) -> Iterator[Backup]:
    for path in sorted(folder.glob(f"*{_SUFFIX}.json")) if folder.is_dir() else ():
        file = path.with_name(path.name.removesuffix(".json"))
        if file.is_file():
            with contextlib.suppress(CannotRunError):
                yield read_manifest(file)


def retire(folder: Path, service: str, environment: str, days: int, now: datetime) -> tuple[str, ...]:
    """Remove backups that are older than so many days, never the newest; gives their files."""
    removed = []
    for each in known(folder, service, environment)[:-1]:
        if datetime.fromisoformat(each.at) < now - timedelta(days=days):
            file = folder / Path(each.file).name
            file.unlink(missing_ok=True)
            _manifest(file).unlink(missing_ok=True)
            removed.append(str(file))
    return tuple(removed)


def upload(made: Backup, command: tuple[str, ...], custody: Custody, private: Path) -> None:
    """Run the command that takes a backup away from this machine; raises CannotRunError where it fails."""
    filled = tuple(word.replace("{file}", made.file) for word in command)
    output = private / "upload"
    output.unlink(missing_ok=True)
    code, said = custody.run(Order(filled, dict(os.environ), cwd=str(Path.cwd())), output)
    if code != 0:
        raise CannotRunError(f"the upload of the backup ended with code {code}: {' '.join(said.split())[-400:]}")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
