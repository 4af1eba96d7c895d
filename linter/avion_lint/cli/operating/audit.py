"""`avion-lint audit show|check`: what was run, and whether the trail is whole."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import load_settings, root_of
from avion_lint.cli.operating.preparation import environment_of
from avion_lint.cli.operating.told import Told, named, runs
from avion_lint.cli.output import complain, say
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.trail.audit import Trail, entries, flaws

_NOT_SHOWN = ("at", "event", "run", "service", "environment", "previous", "hash")
_LONGEST = 200


def audit(given: Namespace) -> int:
    """Show the trail of an environment, or check it."""
    root = Path(root_of("."))
    environment = environment_of(given.env, load_settings(root, given.settings))
    trail = Trail(root / environment.audit_file)
    try:
        text = trail.text()
    except CannotRunError as error:
        complain(error.text)
        return Exit.UNCHECKED
    if not text:
        raise UsageError(f"there is no {trail.path}: nothing was run yet")
    return _check(trail, text) if given.what == "check" else _show(given, text)


def _check(trail: Trail, text: str) -> int:
    found = tuple(flaws(text))
    open_runs = [each.run for each in runs(entries(text)) if each.end is None]
    lines = [f"{trail.path}:{flaw.line}: {flaw.text}" for flaw in found]
    lines += [f"{run} has no end: it was killed, or is under way (avion-lint diagnose tells)" for run in open_runs]
    count = len(entries(text))
    lines.append(f"{count} entries, {len(found)} wrong" if found else f"{count} entries, each as it was written")
    say("\n".join(lines) + "\n")
    return Exit.FINDINGS if found else Exit.CLEAN


def _show(given: Namespace, text: str) -> int:
    known = runs(entries(text), given.service)
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
