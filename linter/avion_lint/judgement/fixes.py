"""Gives findings their fixes, where there is a fixer for the rule and the file may still be changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from avion_lint.finding import Fix
from avion_lint.fixer import Fixers, Others, Scene
from avion_lint.fixer.order import Doings, Unless, marks
from avion_lint.judgement.engine import Outcome
from avion_lint.judgement.projects import Gathered, runner_order
from avion_lint.record import cached_property, record, replace
from avion_lint.source import Span
from avion_lint.stretches import finder
from avion_lint.subjects import Migration, Statement
from avion_lint.verdict import Found, Unchecked


class Fixing:
    """Makes fixes while migrations are judged, so that nothing of these has to be kept.

    `fixers` is called where something is found. `closed` are the paths of migrations that nobody may change any more.
    """

    def __init__(self, fixers: Callable[[], Fixers], closed: Collection[str]) -> None:
        self._make = fixers
        self._made: Fixers | None = None
        self._closed = closed
        self._services: dict[str, _Known] = {}

    def load(self) -> Fixers:
        """All fixers, made once."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def fixed(self, outcome: Outcome, migration: Migration, gathered: Gathered) -> Outcome:
        """The same findings of a migration, with a fix where there may be one, and what the migration does.

        A fixer that raises is told, and its finding stays.
        """
        outcome = replace(outcome, does=_does(migration))
        if not outcome.found or migration.path in self._closed:
            return outcome
        stage = _Stage(migration, self._known(gathered), {})
        broken = list(outcome.unchecked)
        found: list[Found] = []
        for each in outcome.found:
            try:
                found.append(_with_fix(each, stage, self.load()))
            except Exception as error:  # noqa: BLE001 - as a rule that breaks: the finding stands, and it is told
                found.append(each)
                broken.append(_broken(each, error))
        stage.known.clear()  # what is known holds the scene, and that what is known: nobody else lets go of them
        return replace(outcome, found=tuple(found), unchecked=tuple(broken))

    def _known(self, gathered: Gathered) -> _Known:
        name = gathered.service.name
        if name not in self._services:
            others = Others(tuple(sorted(gathered.files, key=runner_order)), gathered.base)
            self._services[name] = _Known(others, {})
        return self._services[name]


def settled(migrations: Sequence[Migration], outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """The outcomes of a service's migrations, without the fixes that what later ones do forbids."""
    if not any(each.finding.fix and each.finding.fix.unless for outcome in outcomes for each in outcome.found):
        yield from outcomes
        return
    doings = Doings()
    for migration, outcome in zip(migrations, outcomes, strict=True):
        if migration.version and outcome.does is not None:
            doings.note(outcome.does, migration.version.parts)
    for migration, outcome in zip(migrations, outcomes, strict=True):
        found = tuple(_settled(each, migration, doings) for each in outcome.found)
        yield replace(outcome, found=found)


def _settled(found: Found, migration: Migration, doings: Doings) -> Found:
    fix = found.finding.fix
    if fix is None or not isinstance(fix.unless, Unless):
        return found
    forbidden = migration.version is not None and fix.unless.happens(doings, migration.version.parts)
    return _fixed(found, None if forbidden else replace(fix, unless=None))


def _fixed(found: Found, fix: Fix | None) -> Found:
    return replace(found, finding=replace(found.finding, fix=fix))


def _does(migration: Migration) -> tuple[tuple[str, ...], ...] | None:
    """What fixes of earlier migrations may have to mind, None where it does nothing."""
    actions = [action for statement in migration.up for action in statement.actions]
    return tuple(dict.fromkeys(mark for action in actions for mark in marks(action))) if actions else None


@record
class _Known:
    """What is known of a service, for the fixes of all its migrations."""

    others: Others
    known: dict[str, object]


@record(caches=True)
class _Stage:
    """A migration whose findings may get fixes, and what is known of it, and of its service, for all of them."""

    migration: Migration
    service: _Known
    known: dict[str, object]

    def scene(self, found: Found) -> Scene:
        statement = next(iter(self._at(found.finding.place.span.start)), None)
        return Scene(found.finding, self.service.others, self.migration, statement, self.known, self.service.known)

    @cached_property
    def _at(self) -> Callable[[int], list[Statement]]:
        placed = ((each.place.span, each) for each in (*self.migration.up, *self.migration.down))
        return finder((Span(span.start, max(span.end, span.start + 1)), each) for span, each in placed)


def _with_fix(found: Found, stage: _Stage, fixers: Fixers) -> Found:
    fixer = fixers.get(found.rule.id)
    if fixer is None or found.finding.place.document.path != stage.migration.path:
        return found
    fix = fixer(stage.scene(found))
    return _fixed(found, fix) if fix else found


def _broken(found: Found, error: Exception) -> Unchecked:
    why = f"the fix of {found.rule.name} broke on this: {type(error).__name__}: {error}"
    return Unchecked(found.finding.place.document.path, None, why, "please report it; the finding stands")
