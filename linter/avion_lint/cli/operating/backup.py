"""`avion-lint backup` and `avion-lint restore`."""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.cli.exit_codes import Exit
from avion_lint.cli.operating.backups import back_up, folder_of, told
from avion_lint.cli.operating.database import address_for, connected
from avion_lint.cli.operating.preparation import Place, place_of
from avion_lint.cli.operating.run import copied, end_as_by_hand, new_run, who
from avion_lint.cli.output import complain, say
from avion_lint.executor.backups.backup import Wanted
from avion_lint.executor.backups.restore import checked, restore
from avion_lint.executor.children.processes import Custody
from avion_lint.executor.problem import CannotRunError, EndedError
from avion_lint.executor.server.address import Address, driver
from avion_lint.executor.trail.audit import Trail
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
    about = {"service": service, "environment": place.environment.name}
    with copied(place, reached) as trail:
        trail.append("backup-begun", run, **about, who=who())
        with _failing(trail, "backup-ended", run, about):
            made, retired = back_up(wanted, place.environment, custody, private)
        trail.append("backup-ended", run, **about, passed=True, **told(made, retired))
    lines = [f"{made.file}: {size_words(made.size)}, version {newest}, sha256 {made.sha256}"]
    lines += [f"removed, older than {place.environment.backup_retention_days} days: {each}" for each in retired]
    return "\n".join(lines) + "\n"


@contextmanager
def _failing(trail: Trail, event: str, run: str, about: Mapping[str, str]) -> Iterator[None]:
    """Tell the trail where what is done inside does not go well."""
    try:
        yield
    except (CannotRunError, EndedError, KeyboardInterrupt) as error:
        trail.append(event, run, passed=False, why=str(error) or "it was interrupted", **about)
        raise


def _restore(given: Namespace, place: Place, address: Address, custody: Custody, private: Path) -> str:
    made = checked(Path(given.file))
    with connected(address, "restore") as (_, reached):
        pass
    name = given.into or f"{reached.database}_restored_{datetime.now(tz=UTC):%Y%m%d%H%M%S}"
    run = new_run()
    about = {"service": place.collected.service.name, "environment": place.environment.name}
    with copied(place, reached) as trail:
        trail.append("restore-begun", run, **about, who=who(), file=made.file, sha256=made.sha256, into=name)
        with _failing(trail, "restore-ended", run, about):
            restore(reached, Path(given.file), name, custody, private, programs=given.postgres_bin)
        trail.append("restore-ended", run, **about, passed=True, into=name)
    return f"{name} has what {made.database} had at {made.at}, version {made.version}\n"
