"""Follows every migration through the history of a branch: when it landed, and what was done to it from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from avion_lint.enumeration import StrEnum
from avion_lint.git.values import Commit, Entry, Step
from avion_lint.history.edits import Edit, Obeyed, edit_between
from avion_lint.history.renames import File, Identity, renames
from avion_lint.record import field, record

Wanted = Callable[[str], bool]
"""Whether a file at this path is, or was, a migration."""


class Deed(StrEnum):
    """What a commit did to a migration."""

    LANDED = "landed"
    EDITED = "edited"
    RENAMED = "renamed"
    DELETED = "deleted"
    RETURNED = "returned"


@record
class Event:
    """What one commit did to one migration.

    `order` counts the commits of the history from the oldest. `path` is the file's path then (of a deleted one the
    last that it had), `was` the one before. `edit` is what its text had done to it, from `before` to `after`.
    """

    deed: Deed
    order: int
    commit: str
    when: int
    path: str
    was: str = ""
    edit: Edit = Edit.NONE
    before: Entry | None = None
    after: Entry | None = None
    known: bool = True


@record
class Life:
    """A migration with everything that was done to it, in order; the first event is its landing."""

    events: tuple[Event, ...]

    @property
    def landed(self) -> Event:
        """How it came onto the branch."""
        return self.events[0]

    @property
    def path(self) -> str:
        """Its path now, or the last one that it had."""
        return self.events[-1].path

    @property
    def is_gone(self) -> bool:
        """Whether it is deleted."""
        return self.events[-1].deed is Deed.DELETED

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that it had, the last one first."""
        return tuple(dict.fromkeys(event.path for event in reversed(self.events)))


def needed(commits: Iterable[Commit], wanted: Wanted) -> frozenset[str]:
    """Ids of the contents that `lives` compares: of files that were changed, that went, or came as others went."""
    ids: set[str] = set()
    for commit in commits:
        steps = [step for step in commit.steps if wanted(step.path)]
        moved = any(step.before is None for step in steps) and any(step.after is None for step in steps)
        for step in steps:
            edited = step.before and step.after and step.before.blob != step.after.blob
            if moved or edited or step.after is None:
                ids.update(entry.blob for entry in (step.before, step.after) if entry)
    return frozenset(ids)


def returned(commits: Iterable[Commit], wanted: Wanted) -> frozenset[str]:
    """Ids of the contents of files that were deleted in one commit and came back at their path in a later one."""
    gone: dict[str, str] = {}
    ids: set[str] = set()
    for commit in commits:
        for step in commit.steps:
            if not wanted(step.path):
                continue
            if step.after is None and step.before is not None:
                gone[step.path] = step.before.blob
            elif step.before is None and step.after is not None and step.path in gone:
                ids.update((gone.pop(step.path), step.after.blob))
    return frozenset(ids)


def lives(
    commits: Iterable[Commit], texts: Mapping[str, bytes], wanted: Wanted, obeyed: Obeyed, identity: Identity
) -> tuple[Life, ...]:
    """Every migration that there ever was, sorted by landing and path.

    `texts` has what `needed` and `returned` ask for, `identity` tells which paths are the same migration under another
    name, `obeyed` which comments a runner acts on.
    """
    walk = _Walk(texts, obeyed, identity)
    for order, commit in enumerate(commits):
        steps = [step for step in commit.steps if wanted(step.path)]
        if steps:
            walk.commit(order, commit, steps)
    ordered = sorted(walk.all, key=lambda events: (events[0].order, events[0].path))
    return tuple(Life(tuple(events)) for events in ordered)


@record
class _Walk:
    """The migrations so far: those that are there by path, those that are gone by their last path, and all of them."""

    texts: Mapping[str, bytes]
    obeyed: Obeyed
    identity: Identity
    there: dict[str, list[Event]] = field(default_factory=dict)
    gone: dict[str, list[Event]] = field(default_factory=dict)
    all: list[list[Event]] = field(default_factory=list)

    def commit(self, order: int, commit: Commit, steps: list[Step]) -> None:
        """Take in what one commit did; files that were renamed are deleted and added in `steps`."""
        added = {step.path: step.after for step in steps if step.before is None and step.after}
        deleted = {step.path: step.before for step in steps if step.after is None and step.before}
        pairs = self._pairs(added, deleted)
        moved = {path: self.there.pop(was, None) for path, was in pairs.items()}
        for event in self._events(order, commit, steps, pairs):
            events = moved.get(event.path) if event.deed is Deed.RENAMED else None
            self._take(event, events if events is not None else self.there.get(event.path))

    def _pairs(self, added: Mapping[str, Entry], deleted: Mapping[str, Entry]) -> dict[str, str]:
        if not added or not deleted:
            return {}
        return renames(
            {path: File(path, entry.blob, self._text(entry)) for path, entry in added.items()},
            {path: File(path, entry.blob, self._text(entry)) for path, entry in deleted.items()},
            self.identity,
        )

    def _events(self, order: int, commit: Commit, steps: list[Step], pairs: Mapping[str, str]) -> Iterator[Event]:
        before = {step.path: step.before for step in steps}
        sources = set(pairs.values())
        for step in steps:
            if step.path in sources:
                continue
            was = pairs.get(step.path, "")
            old = before.get(was) if was else step.before
            deed = _deed(step, was)
            edit = self._edit(old, step.after) if old and step.after else Edit.NONE
            yield Event(deed, order, commit.id, commit.when, step.path, was, edit, old, step.after, known=commit.known)

    def _take(self, event: Event, events: list[Event] | None) -> None:
        if event.deed is Deed.LANDED:
            events = self.gone.pop(event.path, None)
            event = self._back(event, events[-1]) if events else event
        if events is None:
            events = []
            self.all.append(events)
        events.append(event)
        if event.deed is Deed.DELETED:
            self.gone[event.path] = self.there.pop(event.path, events)
        else:
            self.there[event.path] = events

    def _back(self, event: Event, last: Event) -> Event:
        """The event of a file that was deleted before and is there again."""
        edit = self._edit(last.before, event.after) if last.before and event.after else Edit.NONE
        return Event(
            Deed.RETURNED, event.order, event.commit, event.when, event.path, "", edit, last.before, event.after
        )

    def _edit(self, before: Entry, after: Entry) -> Edit:
        if before.blob == after.blob:
            return Edit.NONE if before.mode == after.mode else Edit.MODE
        return edit_between(self._text(before), self._text(after), self.obeyed)

    def _text(self, entry: Entry) -> str:
        return self.texts.get(entry.blob, b"").decode("utf-8", "surrogateescape")


def _deed(step: Step, was: str) -> Deed:
    if step.after is None:
        return Deed.DELETED
    if was:
        return Deed.RENAMED
    return Deed.LANDED if step.before is None else Deed.EDITED
