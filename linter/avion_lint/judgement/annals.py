"""What was done to each service's migrations since they landed, and what that means to their runner; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import basename, dirname

from avion_lint.discovery.gather import Collected, Gathering, name_of, owner
from avion_lint.git.values import Tag
from avion_lint.history.edits import Edit
from avion_lint.history.lives import Deed, Event, Life
from avion_lint.history.releases import Releases, first_releases
from avion_lint.record import record, replace
from avion_lint.runners.flyway_checksum import checksum
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.flyway_names import parse_name as parse_flyway_name
from avion_lint.runners.goose_names import parse_name as parse_goose_name
from avion_lint.runners.migration import FileName, Kind, Runner, Version
from avion_lint.subjects import Service


@record
class Remark:
    """Something that was done to a migration after it had landed.

    `what` says it in words. `harmful` tells that databases which had run it differ from new ones since then, or that
    the runner stops there; of what was put back, or came before any release, it is False, and `why` says so.
    """

    event: Event
    what: str
    harmful: bool
    why: str = ""


@record
class Annal:
    """One migration: when it landed (None: not yet), the first release that has it, and what was done to it.

    `witness` says how it is known to be applied, "" where it is not. `later` is the version after which it landed
    though it sorts before it.
    """

    service: Service
    path: str
    name: FileName
    life: Life | None
    release: Tag | None = None
    witness: str = ""
    remarks: tuple[Remark, ...] = ()
    later: Version | None = None

    @property
    def is_gone(self) -> bool:
        """Whether the branch does not have it any more."""
        return self.life is not None and self.life.is_gone


Witness = Callable[[Collected, FileName, Life | None], str]
"""How a migration is known to be applied, "" where it is not."""


@record
class _Top:
    """The highest version of a service after the commit at `order`, and where in the history it landed."""

    order: int
    version: Version
    landed: int


_TOLD = (Kind.VERSIONED, Kind.BASELINE, Kind.REPEATABLE, Kind.CODE)


@record
class Past:
    """What the history of the base branch holds: lives, releases by the root of the service, and contents by id.

    Of the services whose root is in `released_only`, what happened before a migration's first release did no harm.
    """

    lives: tuple[Life, ...]
    releases: Mapping[str, Releases]
    texts: Mapping[str, bytes]
    released_only: frozenset[str] = frozenset()


def annals(gathering: Gathering, past: Past, witness: Witness) -> tuple[Annal, ...]:
    """Every migration of the services, those that are gone among them, by service and in the runner's order."""
    orders = [life.landed.order for life in past.lives]
    first = {root: first_releases(orders, releases) for root, releases in past.releases.items()}
    made: list[Annal] = []
    seen: set[str] = set()
    tops: dict[str, list[_Top]] = {}
    for life in past.lives:
        collected = _owner(life, gathering)
        name = name_at(collected, life.path) if collected else None
        if collected is None or name is None or name.kind not in _TOLD:
            continue
        seen.update(() if life.is_gone else (life.path,))
        later = _later(life, collected, tops.setdefault(collected.service.root, []), past)
        remarks = tuple(_Story(collected, life, past).remarks())
        release = first[collected.service.root].get(life.landed.order)
        made.append(
            Annal(
                collected.service,
                life.path,
                name,
                life,
                release,
                witness(collected, name, life),
                remarks,
                None if collected.service.out_of_order else later,
            )
        )
    made.extend(_not_landed(gathering, seen, witness))
    return tuple(sorted(made, key=_order))


def _order(annal: Annal) -> tuple[str, str, bool, tuple[int, ...], str, str]:
    parts = annal.name.version.parts if annal.name.version else ()
    service = annal.service
    return (service.root, service.name, not parts, parts, annal.name.description, annal.path)


def _owner(life: Life, gathering: Gathering) -> Collected | None:
    """The service that a migration belongs to, by its last path or else by one that it had before."""
    return next((found for path in life.paths if (found := owner(path, gathering))), None)


def name_at(collected: Collected, path: str) -> FileName | None:
    """What the service's runner would take from a file's name, whatever folder it stood in."""
    if collected.service.runner is Runner.GOOSE:
        found = parse_goose_name(basename(path))
    else:
        found = parse_flyway_name(basename(path), collected.configuration)
    return found if isinstance(found, FileName) else None


def _not_landed(gathering: Gathering, seen: set[str], witness: Witness) -> Iterator[Annal]:
    for collected in gathering.services:
        for file in collected.files:
            if file.path not in seen and file.path not in collected.shared and file.kind in _TOLD:
                name = FileName(file.kind, file.version, file.description)
                yield Annal(collected.service, file.path, name, None, None, witness(collected, name, None))


def _later(life: Life, collected: Collected, tops: list[_Top], past: Past) -> Version | None:
    """The highest version that came in a commit before; `tops` has one entry for each commit so far.

    Where only releases count, it must have been in a release that this migration is not in.
    """
    name = name_at(collected, life.landed.path)
    if name is None or name.version is None or name.kind not in (Kind.VERSIONED, Kind.CODE):
        return None
    order, version = life.landed.order, name.version
    before = next((top for top in reversed(tops) if top.order < order), None)
    highest = max((_Top(order, version, order), *tops[-1:]), key=lambda top: top.version)
    if tops and tops[-1].order == order:
        tops.pop()
    tops.append(replace(highest, order=order))
    if before is None or not version < before.version or not life.landed.known:
        return None
    root = collected.service.root
    if root in past.released_only and not past.releases[root].released_between(before.landed, order):
        return None
    return before.version


@record
class _Story:
    """Tells what the events of one life mean to its service's runner."""

    collected: Collected
    life: Life
    past: Past

    def remarks(self) -> Iterator[Remark]:
        for place, event in enumerate(self.life.events[1:], start=1):
            what, harmful = self._told(event)
            if not what:
                continue
            why = self._excuse(event, place) if harmful else ""
            yield Remark(event, what, harmful and not why, why)

    def _told(self, event: Event) -> tuple[str, bool]:
        """What an event is called, and whether it does harm."""
        match event.deed:
            case Deed.DELETED:
                return "deleted", True
            case Deed.RETURNED:
                edited, harmful = self._edited(event)
                return f"put back{f', {edited}' if edited else ''}", harmful
            case Deed.RENAMED:
                moved, harmful = self._renamed(event)
                edited, worse = self._edited(event)
                return f"{moved}{f', {edited}' if edited else ''}", harmful or worse
            case _:
                return self._edited(event)

    def _renamed(self, event: Event) -> tuple[str, bool]:
        old, new = (name_at(self.collected, path) for path in (event.was, event.path))
        if old is None or new is None:
            return f"renamed from {event.was}, which the runner takes for another thing", True
        if old.version != new.version:
            return f"renumbered from {old.version or old.description} to {new.version or new.description}", True
        if event is self.life.events[-1] and name_of(self.collected, event.path) is None:
            return f"moved away from its service, to {event.path}", True
        flyway = self.collected.service.runner is Runner.FLYWAY
        if old.description != new.description:
            return f"renamed from {basename(event.was)}", flyway
        return f"moved from {dirname(event.was) or '.'} to {dirname(event.path) or '.'}", False

    def _edited(self, event: Event) -> tuple[str, bool]:
        name = name_at(self.collected, event.path)
        if event.edit is Edit.NONE or name is None or name.kind is Kind.REPEATABLE:
            return "", False  # a repeatable migration is meant to be changed
        what = _EDITS[event.edit]
        if self.collected.service.runner is Runner.FLYWAY and name.kind is not Kind.CODE:
            changed = self._checksum(event.before) != self._checksum(event.after)
            return f"{what}{'' if changed or event.edit is Edit.MODE else '; same checksum'}", changed
        return what, event.edit is Edit.SQL

    def _checksum(self, entry: object) -> int | None:
        blob = getattr(entry, "blob", "")
        data = self.past.texts.get(blob)
        return None if data is None else checksum(data.decode("utf-8", "replace"))

    def _excuse(self, event: Event, place: int) -> str:
        """Why what would do harm did none: it was put right by a later commit, or nothing was released yet."""
        root, landed = self.collected.service.root, self.life.landed.order
        if root in self.past.released_only and not self.past.releases[root].released_between(landed, event.order):
            return "before its first release"
        undone = self._undone(place)
        if undone:
            return f"as it was before {undone[:7]}"
        before = self.life.events[place].before or self.life.events[place - 1].after
        old = event.was or event.path
        for later in self.life.events[place + 1 :]:
            if later.after and before and later.after.blob == before.blob and later.path == old:
                return f"as it was again since {later.commit[:7]}"
        return ""

    def _undone(self, place: int) -> str:
        """The first of the commits whose work an event takes back, "" for none; what came of it before holds again."""
        standing: list[Event] = []
        undone: list[Event] = []
        for event in self.life.events[: place + 1]:
            held = next((at for at, each in enumerate(standing, start=1) if _state(each) == _state(event)), None)
            undone = [] if held is None else standing[held:]
            standing = [*standing, event] if held is None else standing[:held]
        return undone[0].commit if undone else ""


def _state(event: Event) -> tuple[str, str]:
    """Name and text after an event; without a text where the file is gone."""
    return (event.path, event.after.blob if event.after else "")


_EDITS = {
    Edit.MODE: "file mode changed",
    Edit.LINE_ENDS: "line ends changed",
    Edit.COMMENTS: "comments or blanks edited",
    Edit.SQL: "SQL edited",
}


@record
class Move:
    """Migrations that one commit moved from a folder to another."""

    commit: str
    when: int
    before: str
    after: str
    annals: tuple[Annal, ...]


def moves(told: Iterable[Annal]) -> tuple[Move, ...]:
    """Moves of migrations that changed nothing but their folder, those of one commit together."""
    found: dict[tuple[int, str, str, str], list[tuple[int, Annal]]] = {}
    for annal in told:
        for remark in annal.remarks:
            event = remark.event
            if is_move(remark):
                key = (event.order, event.commit, dirname(event.was), dirname(event.path))
                found.setdefault(key, []).append((event.when, annal))
    return tuple(
        Move(commit, each[0][0], before, after, tuple(annal for _, annal in each))
        for (_, commit, before, after), each in sorted(found.items())
    )


def is_move(remark: Remark) -> bool:
    """Whether nothing but the folder was changed."""
    event = remark.event
    same = basename(event.was) == basename(event.path)
    return event.deed is Deed.RENAMED and same and event.edit is Edit.NONE and not remark.harmful


@record
class Vanished:
    """Migrations of a folder that no service has any more, deleted by one commit."""

    folder: str
    commit: str
    when: int
    paths: tuple[str, ...]


def vanished(gathering: Gathering, past: Past) -> tuple[Vanished, ...]:
    """Folders of migrations that are gone altogether: what they were is told by goose's annotation or Flyway's name."""
    found: dict[tuple[int, str, str], list[Event]] = {}
    for life in past.lives:
        last = life.events[-1]
        if life.is_gone and _owner(life, gathering) is None and _was_migration(last, past.texts):
            found.setdefault((last.order, last.commit, dirname(last.path)), []).append(last)
    return tuple(
        Vanished(folder, commit, events[0].when, tuple(sorted(event.path for event in events)))
        for (_, commit, folder), events in sorted(found.items())
    )


def _was_migration(event: Event, texts: Mapping[str, bytes]) -> bool:
    text = texts.get(event.before.blob, b"") if event.before else b""
    named = isinstance(parse_flyway_name(basename(event.path), FlywayConfiguration()), FileName)
    return b"+goose up" in text.lower() or (named and "__" in event.path)
