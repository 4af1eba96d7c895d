"""`avion-lint backup` and `avion-lint restore`."""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.cli.exit_codes import Exit
from avion_lint.cli.operating.backups import back_up, folder_of, told
from avion_lint.cli.operating.database import address_for, connected
from avion_lint.cli.operating.preparation import Place, place_of
from avion_lint.cli.operating.run import end_as_by_hand, new_run, who
from avion_lint.cli.output import complain, say
from avion_lint.executor.backups.backup import Wanted
from avion_lint.executor.backups.restore import checked, restore
from avion_lint.executor.children.processes import Custody
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.server.address import Address, driver
from avion_lint.stats.units import size_words


def backup(given: Namespace) -> int:
    """Make a backup, and say where it is."""
    return _guarded(given, _backup)


def restored(given: Namespace) -> int:
    """Restore a backup into a new database, and say which."""
    return _guarded(given, _restore)


def _guarded(given: Namespace, do: Callable[[Namespace, Place, Address, Custody, Path], str]) -> int:
    end_as_by_hand()
    place = place_of(given)
    custody = Custody()
    try:
        address = address_for(place.environment, place.collected.service.name, os.environ)
        with tempfile.TemporaryDirectory(prefix="avion-lint-backup-", ignore_cleanup_errors=True) as folder:
            say(do(given, place, address, custody, Path(folder)))
    except CannotRunError as error:
        complain(f"{error.text}{f'. To mend it, {error.mend}' if error.mend else ''}")
        return Exit.UNCHECKED
    except driver().Error as error:
        complain(f"the database cannot be asked: {address.redacted(' '.join(str(error).split()))}")
        return Exit.UNCHECKED
    finally:
        custody.end()
    return Exit.CLEAN


def _backup(given: Namespace, place: Place, address: Address, custody: Custody, private: Path) -> str:
    with connected(address, "backup") as (connection, reached):
        version, newest = connection.info.server_version, place.look(connection).newest
    run, service = new_run(), place.collected.service.name
    wanted = Wanted(
        reached,
        folder_of(place.root, place.environment),
        service,
        place.environment.name,
        f"{version // 10000}.{version % 10000}",
        newest,
        run,
        version // 10000,
        given.postgres_bin,
    )
    place.trail.append("backup-begun", run, service=service, environment=place.environment.name, who=who())
    made, retired = back_up(wanted, place.environment, custody, private)
    about = {"service": service, "environment": place.environment.name}
    place.trail.append("backup-ended", run, **about, **told(made, retired))
    lines = [f"{made.file}: {size_words(made.size)}, version {newest}, sha256 {made.sha256}"]
    lines += [f"removed, older than {place.environment.backup_retention_days} days: {each}" for each in retired]
    return "\n".join(lines) + "\n"


def _restore(given: Namespace, place: Place, address: Address, custody: Custody, private: Path) -> str:
    made = checked(Path(given.file))
    with connected(address, "restore") as (_, reached):
        pass
    name = given.into or f"{reached.database}_restored_{datetime.now(tz=UTC):%Y%m%d%H%M%S}"
    run = new_run()
    about = {"service": place.collected.service.name, "environment": place.environment.name}
    place.trail.append("restore-begun", run, **about, who=who(), file=made.file, sha256=made.sha256, into=name)
    restore(reached, Path(given.file), name, custody, private, programs=given.postgres_bin)
    place.trail.append("restore-ended", run, **about, into=name)
    return f"{name} has what {made.database} had at {made.at}, version {made.version}\n"
