"""What `avion-lint contract` prints: what is deprecated, whether it may be dropped now, and what is dropped already."""

from __future__ import annotations

from avion_lint.authoring.contraction import Deprecated
from avion_lint.authoring.endings import Dropped
from avion_lint.cli.ages import Since
from avion_lint.discovery.gather import Collected
from avion_lint.record import record
from avion_lint.schema.model import Origin


@record
class Entry:
    """A deprecated object with when it was deprecated, and why it may not be dropped yet ("": it may)."""

    object: Deprecated
    since: Since | None
    why: str


@record
class Ending:
    """An object that is dropped, with when its deprecation landed (None: it had none, or has not) and when the drop."""

    object: Dropped
    since: Since | None
    until: Since | None


@record
class Told:
    """What there is to tell of a service."""

    collected: Collected
    entries: tuple[Entry, ...]
    endings: tuple[Ending, ...] = ()


def text(told: Told, *, headed: bool, endings: bool) -> str:
    """The list for people; `headed` begins with the service, `endings` adds what is dropped."""
    service = told.collected.service
    lines = f"{service.name} ({service.root or '.'})\n" if headed else ""
    lines += "".join(map(_lines, told.entries)) or "Nothing is deprecated.\n"
    if endings:
        return lines + ("".join(map(_ended, told.endings)) or "Nothing is dropped.\n")
    number = len(told.endings)
    if not number:
        return lines
    return f"{lines}{number:,} {'objects are' if number > 1 else 'object is'} dropped already: see --dropped.\n"


def _lines(entry: Entry) -> str:
    each = entry.object
    verdict = "may be dropped now" if not entry.why else f"not yet: {entry.why}"
    step = f"deprecated in the settings: {each.reason}" if each.mark is None else _marked(each.mark, entry.since)
    return f"{each.kind} {each.name}\n  {step}\n  {verdict}\n"


def _marked(mark: Origin, since: Since | None) -> str:
    return f"deprecated by {mark.version} ({mark.place.document.path}:{mark.place.start.line}){_landed(since)}"


def _landed(since: Since | None) -> str:
    if since is None:
        return ", which has not landed"
    release = f"first released in {since.release}" if since.release else "in no release"
    return f", landed on {since.day} in {since.commit[:10]}, {release}"


def _ended(ending: Ending) -> str:
    each = ending.object
    before = _marked(each.mark, ending.since) if each.mark else "never deprecated"
    return f"{each.kind} {each.name}\n  {before}\n  dropped by {each.version} ({each.path}){_landed(ending.until)}\n"


def as_json(told: list[Told]) -> str:
    """The same for programs."""
    import json  # noqa: PLC0415 - only for this format

    services = [
        {
            "service": each.collected.service.name,
            "path": each.collected.service.root,
            "deprecated": [*map(_facts, each.entries)],
            "dropped": [*map(_ending, each.endings)],
        }
        for each in told
    ]
    return json.dumps({"format": 1, "services": services}, indent=2, ensure_ascii=False) + "\n"


def _facts(entry: Entry) -> dict[str, object]:
    each = entry.object
    return {
        "kind": each.kind,
        "name": each.name,
        "by": "settings" if each.mark is None else "migration",
        **_step(each.mark, entry.since),
        "may_be_dropped": not entry.why,
        "why_not": entry.why or None,
        "sql": each.sql,
    }


def _ending(ending: Ending) -> dict[str, object]:
    each = ending.object
    return {
        "kind": each.kind,
        "name": each.name,
        "version": each.version,
        "path": each.path,
        **_when(ending.until),
        "deprecated": None if each.mark is None else _step(each.mark, ending.since),
    }


def _step(mark: Origin | None, since: Since | None) -> dict[str, object]:
    return {
        "version": mark.version if mark else None,
        "path": mark.place.document.path if mark else None,
        "line": mark.place.start.line if mark else None,
        **_when(since),
    }


def _when(since: Since | None) -> dict[str, object]:
    return {
        "commit": since.commit if since else None,
        "day": since.day if since else None,
        "release": (since.release or None) if since else None,
    }
