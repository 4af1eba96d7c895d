"""The history of migrations as a table, and its audit, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from posixpath import basename

from avion_lint.git.values import Tag
from avion_lint.history.lives import Event
from avion_lint.judgement.annals import Annal, Move, Remark, Vanished, is_move, moves
from avion_lint.record import record, replace
from avion_lint.report.plain import cells
from avion_lint.report.wording import plural
from avion_lint.runners.migration import Kind

_SHORT = 7


def day(when: int) -> str:
    """A moment, in seconds since 1970, as a day in UTC."""
    return datetime.fromtimestamp(when, UTC).date().isoformat()


def _plain(text: str) -> str:
    return "\n".join("".join(cells(line)).rstrip() for line in text.split("\n"))


def _version(annal: Annal) -> str:
    return str(annal.name.version or annal.name.description)


# --- the table ----------------------------------------------------------------------------------------------------


def table_text(base: str, annals: Iterable[Annal]) -> str:
    """A table for each service: version, file, when it landed, first release, applied or not, what happened since."""
    parts: list[str] = []
    for service, group in groupby(annals, key=lambda annal: annal.service):
        told = list(group)
        parts.append(f"{service.name} ({service.root or '.'}, {service.runner})")
        rows = [("version", "file", f"on {base} since", "release", "applied"), *(_row(annal) for annal in told)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row, annal in zip(rows, (None, *told), strict=True):
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            parts.append(f"  {line}".rstrip())
            parts += [f"      {words}" for words in _notes(annal)] if annal else []
        parts.append("")
    return _plain("\n".join(parts))


def _row(annal: Annal) -> tuple[str, str, str, str, str]:
    landed = annal.life.landed if annal.life else None
    since = f"{'' if landed.known else 'before '}{day(landed.when)} {landed.commit[:_SHORT]}" if landed else "not yet"
    release = annal.release.name if annal.release else "-"
    applied = "gone" if annal.is_gone else "yes" if annal.witness else "no"
    return (_version(annal), basename(annal.path), since, release, applied)


def _notes(annal: Annal) -> Iterator[str]:
    if annal.later is not None:
        yield f"out of order: it landed after version {annal.later}"
    for remark in annal.remarks:
        yield f"{remark.what} on {_at(remark.event)}{f' ({remark.why})' if remark.why else ''}"


def _at(event: Event) -> str:
    return f"{day(event.when)} by {event.commit[:_SHORT]}"


def table_json(base: str, annals: Iterable[Annal], vanished: Iterable[Vanished] = ()) -> str:
    """The same for programs; its JSON Schema is history.schema.json."""
    services = []
    for service, group in groupby(annals, key=lambda annal: annal.service):
        head = {"name": service.name, "root": service.root, "runner": str(service.runner)}
        services.append({**head, "migrations": [_facts(annal) for annal in group]})
    gone = [
        {"folder": each.folder, "commit": each.commit, "date": day(each.when), "paths": list(each.paths)}
        for each in vanished
    ]
    return _dump({"format": 1, "base": base, "services": services, "vanished": gone})


def _facts(annal: Annal) -> dict[str, object]:
    landed = annal.life.landed if annal.life else None
    return {
        "version": str(annal.name.version) if annal.name.version else None,
        "description": annal.name.description,
        "kind": str(annal.name.kind),
        "path": annal.path,
        "landed": _moment(landed) if landed else None,
        "release": _release(annal.release),
        "applied": bool(annal.witness) and not annal.is_gone,
        "witness": annal.witness or None,
        "gone": annal.is_gone,
        "out-of-order-after": str(annal.later) if annal.later else None,
        "events": [_event(remark) for remark in annal.remarks],
    }


def _moment(event: Event) -> dict[str, object]:
    return {"commit": event.commit, "date": day(event.when), "known": event.known}


def _release(tag: Tag | None) -> dict[str, object] | None:
    return {"tag": tag.name, "date": day(tag.when)} if tag else None


def _event(remark: Remark) -> dict[str, object]:
    event = remark.event
    return {
        "deed": str(event.deed),
        "edit": str(event.edit),
        "what": remark.what,
        "harmful": remark.harmful,
        "why-not": remark.why or None,
        "commit": event.commit,
        "date": day(event.when),
        "path": event.path,
        "was": event.was or None,
    }


def _dump(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


# --- the audit ----------------------------------------------------------------------------------------------------


@record
class Audit:
    """What an audit tells of: all annals, the number of commits read, and from which day on things count."""

    base: str
    annals: tuple[Annal, ...]
    commits: int
    today: date
    since: date | None = None
    vanished: tuple[Vanished, ...] = ()


def harmful(annals: Iterable[Annal], since: date | None) -> bool:
    """Whether something happened, from that day on, that makes databases differ or stops a runner."""
    return any(
        any(remark.harmful and _counts(remark.event, since) for remark in annal.remarks) or _misplaced(annal, since)
        for annal in annals
    )


def _counts(event: Event, since: date | None) -> bool:
    return since is None or day(event.when) >= since.isoformat()


def _misplaced(annal: Annal, since: date | None) -> bool:
    counts = annal.name.kind in (Kind.VERSIONED, Kind.CODE) and annal.later is not None
    return counts and annal.life is not None and _counts(annal.life.landed, since)


def audit_text(audit: Audit) -> str:
    """One line for each thing that was done to a migration after it had landed, harm first; moves in one line each."""
    bad: list[str] = []
    fine: list[str] = []
    for annal in audit.annals:
        for remark in annal.remarks:
            if _counts(remark.event, audit.since) and not is_move(remark):
                (bad if remark.harmful else fine).append(_line(annal, remark, audit.today))
        if _misplaced(annal, audit.since):
            bad.append(_out_of_order(annal, audit.today))
    moved = [each for each in moves(audit.annals) if audit.since is None or day(each.when) >= audit.since.isoformat()]
    parts = [
        *_block("harm was done", bad),
        *_block("no harm was done", [*fine, *map(_moved, moved)]),
        *_block("no service has them any more", [_vanished(each) for each in _gone(audit)]),
    ]
    landed = plural(sum(annal.life is not None for annal in audit.annals), "migration")
    count = f"{landed} in {plural(audit.commits, 'commit')} of {audit.base}"
    when = "after they had landed" if audit.since is None else f"since {audit.since.isoformat()}"
    end = f"nothing was done to them {when}" if not parts else f"{len(bad):,} with harm"
    return _plain("\n".join([*parts, f"{count}: {end}"]) + "\n")


def _block(title: str, lines: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines), ""] if lines else []


def _line(annal: Annal, remark: Remark, today: date) -> str:
    landed = annal.life.landed if annal.life else remark.event
    after = f"{age(landed.when, remark.event.when)} after it had landed ({day(landed.when)} {landed.commit[:_SHORT]})"
    release = f", first released in {annal.release.name}" if annal.release else ""
    why = f"; {remark.why}" if remark.why else ""
    where = f"{annal.path}: version {_version(annal)}" if annal.name.version else annal.path
    return f"{where}: {remark.what} on {_at(remark.event)}, {ago(remark.event.when, today)}, {after}{release}{why}"


def _out_of_order(annal: Annal, today: date) -> str:
    landed = annal.life.landed if annal.life else None
    when = f" on {_at(landed)}, {ago(landed.when, today)}," if landed else ""
    return f"{annal.path}: version {_version(annal)}: added{when} after version {annal.later}, before which it sorts"


def _moved(move: Move) -> str:
    count = "1 migration" if len(move.annals) == 1 else f"{len(move.annals):,} migrations"
    return (
        f"{count} moved from {move.before or '.'} to {move.after or '.'} on {day(move.when)} by {move.commit[:_SHORT]}"
    )


def _gone(audit: Audit) -> tuple[Vanished, ...]:
    return tuple(each for each in audit.vanished if audit.since is None or day(each.when) >= audit.since.isoformat())


def _vanished(each: Vanished) -> str:
    count = "1 migration" if len(each.paths) == 1 else f"{len(each.paths):,} migrations"
    return f"{count} of {each.folder or '.'} deleted on {day(each.when)} by {each.commit[:_SHORT]}"


def ago(when: int, today: date) -> str:
    """How long ago a moment is."""
    days = (today - datetime.fromtimestamp(when, UTC).date()).days
    return "today" if days <= 0 else f"{_span(days)} ago"


def age(start: int, end: int) -> str:
    """How long after a moment another one is."""
    days = (end - start) // 86400
    return "less than a day" if days <= 0 else _span(days)


def _span(days: int) -> str:
    for length, unit in ((365, "year"), (30, "month"), (1, "day")):
        if days >= 2 * length or (length == 1 and days):
            count = days // length
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return "0 days"


def audit_json(audit: Audit) -> str:
    """The same for programs; its JSON Schema is history.schema.json."""
    narrowed = (replace(annal, remarks=_counting(annal, audit.since)) for annal in audit.annals)
    told = [annal for annal in narrowed if annal.remarks or _misplaced(annal, audit.since)]
    return table_json(audit.base, told, _gone(audit))


def _counting(annal: Annal, since: date | None) -> tuple[Remark, ...]:
    return tuple(remark for remark in annal.remarks if _counts(remark.event, since))
