"""`avion-lint audit show|check|table`: what was run, whether the trail is whole, and the table that may hold it too."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import gathered, load_settings, walked
from avion_lint.cli.operating.database import address_for, connected
from avion_lint.cli.operating.preparation import environment_of
from avion_lint.cli.operating.told import Told, named, runs
from avion_lint.cli.output import complain, say
from avion_lint.cli.roots import root_of
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.server.address import driver
from avion_lint.executor.trail.audit import Trail, entries, flaws
from avion_lint.executor.trail.both import Odd, compared, together
from avion_lint.executor.trail.table import Owner, is_whole, read, sql_of
from avion_lint.record import record
from avion_lint.settings.environments import Environment
from avion_lint.settings.model import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.executor.trail.audit import Entry

_NOT_SHOWN = ("at", "event", "run", "service", "environment", "previous", "hash")
_LONGEST = 200


@record
class _Table:
    """What a service's database has of the trail; `why` says why nobody could ask it."""

    owner: Owner
    entries: tuple[Entry, ...] = ()
    why: str = ""


def audit(given: Namespace) -> int:
    """Show the trail of an environment, or check it."""
    root = Path(root_of("."))
    settings = load_settings(root, given.settings)
    environment = environment_of(given.env, settings)
    if given.what == "table":
        return _sql(environment)
    trail = Trail(root / environment.audit_file)
    try:
        text = trail.text()
    except CannotRunError as error:
        complain(error.text)
        return Exit.UNCHECKED
    tables = tuple(_tables(given, root, settings, environment)) if environment.audit_table else ()
    if not text and not any(table.entries for table in tables):
        asked = "".join(f"; {table.why}" for table in tables if table.why)
        raise UsageError(f"there is no {trail.path}: nothing was run yet{asked}")
    return _check(trail, text, tables) if given.what == "check" else _show(given, text, tables)


def _sql(environment: Environment) -> int:
    if not environment.audit_table:
        raise UsageError(f"{environment.name} has no `audit-table` in the settings")
    say(sql_of(environment.audit_table))
    return Exit.CLEAN


def _tables(given: Namespace, root: Path, settings: Settings, environment: Environment) -> Iterator[_Table]:
    """The table of each service, or of the one that is named."""
    names = sorted(each.service.name for each in gathered(walked(root, ["."]), settings).services)
    for name in (given.service,) if given.service else names:
        yield _table(Owner(name, environment.name), environment)


def _table(owner: Owner, environment: Environment) -> _Table:
    try:
        address = address_for(environment, owner.service, os.environ)
        with connected(address, "audit") as (connection, _):
            return _Table(owner, read(connection, environment.audit_table, owner))
    except UsageError as error:
        return _Table(owner, why=str(error))
    except CannotRunError as error:
        return _Table(owner, why=error.text)
    except driver().Error as error:
        return _Table(owner, why=address.redacted(" ".join(str(error).split())))


def _check(trail: Trail, text: str, tables: tuple[_Table, ...]) -> int:
    found, known = tuple(flaws(text)), entries(text)
    open_runs = [each.run for each in runs(known) if each.end is None]
    lines = [f"{trail.path}:{flaw.line}: {flaw.text}" for flaw in found]
    lines += [f"{run} has no end: it was killed, or is under way (avion-lint diagnose tells)" for run in open_runs]
    odds = [(table.owner, odd) for table in tables if not table.why for odd in _compared(known, table)]
    lines += [f"{owner.service}: {odd.text}" for owner, odd in odds]
    lines += [f"{table.owner.service}: its table was not asked: {table.why}" for table in tables if table.why]
    wrong = len(found) + sum(odd.wrong for _, odd in odds)
    count = len(known)
    lines.append(f"{count} entries, {wrong} wrong" if wrong else f"{count} entries, each as it was written")
    say("\n".join(lines) + "\n")
    return Exit.FINDINGS if wrong else Exit.UNCHECKED if any(table.why for table in tables) else Exit.CLEAN


def _compared(known: tuple[Entry, ...], table: _Table) -> tuple[Odd, ...]:
    return tuple(compared(known, table.entries, table.owner))


def _show(given: Namespace, text: str, tables: tuple[_Table, ...]) -> int:
    more = tuple(entry for table in tables for entry in table.entries if is_whole(entry))
    known = runs(together(entries(text), more), given.service)
    if given.run:
        told = named(known, given.run)
        if told is None:
            raise UsageError(f"the trail has no run {given.run}, or several that begin so")
        known = (told,)
    if given.format == "json":
        say(json.dumps([list(each.entries) for each in known], indent=2, ensure_ascii=False) + "\n")
    elif given.run:
        say("".join(f"{_event(entry)}\n" for entry in known[0].entries))
    else:
        say("".join(f"{_line(each)}\n" for each in known))
    return Exit.CLEAN


def _line(told: Told) -> str:
    first, end = told.first, told.end
    what = "rollback" if first["event"] == "rollback-begun" else "run"
    outcome = end["outcome"] if end else "no end"
    versions = f"{first['before']} -> {(end['after'] or 'not known') if end else '?'}"
    who = first.get("who", {})
    by = who.get("github_actor") or who.get("user", "")
    return f"{first['at'][:19]}Z  {told.run}  {first['service']:<16} {what:<8} {outcome:<14} {versions:<16} {by}"


def _event(entry: dict[str, object]) -> str:
    told = {key: value for key, value in entry.items() if key not in _NOT_SHOWN and value not in ("", [], {}, None)}
    words = json.dumps(told, ensure_ascii=False)
    return f"{entry['at']}  {entry['event']:<13} {words if len(words) <= _LONGEST else words[:_LONGEST] + '…'}"
