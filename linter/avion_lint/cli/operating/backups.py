"""Backups of an environment: the latest that there is, and a new one, taken away and the old ones retired."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.executor.backups import backup
from avion_lint.executor.backups.backup import Backup, Wanted
from avion_lint.executor.children.processes import Custody, Order
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.pgbackrest import latest
from avion_lint.executor.running.preflight import Backups
from avion_lint.settings.environments import Environment

_PATIENCE = 60  # seconds for pgBackRest to tell what it has


def latest_backup(root: Path, environment: Environment, service: str) -> Backups:
    """The latest backup of the stanza that the settings name, or the latest of ours where they name none."""
    stanza = environment.pgbackrest_stanza
    if stanza:
        return _of_stanza(stanza)
    known = backup.known(folder_of(root, environment), service, environment.name)
    if not known:
        return Backups()
    return Backups(datetime.fromisoformat(known[-1].at), Path(known[-1].file).name)


def _of_stanza(stanza: str) -> Backups:
    command = ["pgbackrest", f"--stanza={stanza}", "--output=json", "info"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_PATIENCE, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        return Backups(why="pgbackrest is not installed here")
    except (OSError, subprocess.TimeoutExpired):
        return Backups(why="pgbackrest does not answer")
    if done.returncode != 0:
        return Backups(why=f"pgbackrest info ended with code {done.returncode}")
    return latest(done.stdout, stanza)


def folder_of(root: Path, environment: Environment) -> Path:
    """Where backups of an environment are kept."""
    return root / environment.backup_folder


def back_up(
    wanted: Wanted, environment: Environment, custody: Custody, private: Path
) -> tuple[Backup, tuple[str, ...]]:
    """Make a backup, take it away where the settings say so, and retire old ones; gives it and what was retired.

    Raises CannotRunError, EndedError.
    """
    made = backup.make(wanted, custody, private)
    if environment.upload_command:
        backup.upload(made, environment.upload_command, custody, private)
    days, now = environment.backup_retention_days, datetime.now(tz=UTC)
    return made, backup.retire(wanted.folder, wanted.service, wanted.environment, days, now)


def by_command(environment: Environment, custody: Custody, private: Path) -> Mapping[str, object]:
    """Let the operator's own command make a backup, and see that the stanza has a new one; raises CannotRunError."""
    command, stanza = environment.backup_command, environment.pgbackrest_stanza
    name = Path(command[0]).name
    begun = datetime.now(tz=UTC).replace(microsecond=0)
    code, said = custody.run(Order(command, dict(os.environ), cwd=str(Path.cwd())), private / "backup")
    if code != 0:
        raise CannotRunError(f"{name} ended with code {code}: {' '.join(said.split())[-400:]}")
    if not stanza:
        return {"command": list(command), "note": f"{name} ended well; nobody has looked at its backup"}
    found = _of_stanza(stanza)
    if found.latest is None or found.latest < begun:
        newest = found.why or (
            f"the newest is of {found.latest:%Y-%m-%d %H:%M:%S}Z" if found.latest else "there is none"
        )
        raise CannotRunError(f"{name} ended well, but stanza {stanza} has no new backup: {newest}")
    return {"command": list(command), "backup": found.source, "stop": f"{found.latest:%Y-%m-%dT%H:%M:%SZ}"}


def told(made: Backup, retired: tuple[str, ...]) -> Mapping[str, object]:
    """What the audit trail is told of a backup."""
    return {"file": made.file, "sha256": made.sha256, "size": made.size, "retired": list(retired)}
