"""The lock timeline of one section of a migration: statements, transactions, and a lane for each relation."""

from __future__ import annotations

from avion_lint.enumeration import StrEnum
from avion_lint.record import record
from avion_lint.runners.migration import Direction, Runner
from avion_lint.sql.actions import Name
from avion_lint.sql.effects import Failure, Lock


class Holder(StrEnum):
    """Who keeps the statements of a stretch in one transaction."""

    RUNNER = "runner"
    FILE = "file"  # BEGIN … COMMIT in the file
    QUERY = "query"  # several statements sent as one query, which the server runs as one transaction
    STATEMENT = "statement"  # nobody: the statement is its own transaction


class Work(StrEnum):
    """What takes the longer, the more rows there are."""

    REWRITE = "rewrite"
    BUILD = "build"
    SCAN = "scan"
    CHANGE = "change"


@record
class Deed:
    """Work on a relation while a statement runs; `sure` is False where it depends on what nobody can see here.

    `builds` are the indexes of a build, as far as they have names.
    """

    relation: Name
    lane: int
    work: Work
    sure: bool = True
    builds: tuple[Name, ...] = ()


@record
class Step:
    """A statement: its number in the section and its line, both from 1, and the stretch that it belongs to (from 0).

    `control` tells BEGIN, COMMIT and their like. `phases` are those of a statement that commits on its way, in plain
    words. `failure` is the error that it is certain to end with; what comes after it is not `reached`. `unseen` says
    why it may do more than is told here, "" where nothing speaks for that.
    """

    number: int
    line: int
    text: str
    stretch: int
    deeds: tuple[Deed, ...] = ()
    control: bool = False
    phases: tuple[str, ...] = ()
    failure: Failure | None = None
    reached: bool = True
    unseen: str = ""


@record
class Stretch:
    """Statements that are committed together, by number, the last included."""

    first: int
    last: int
    holder: Holder


@record
class Held:
    """A lock from the statement that takes it to the last one that runs under it, both by number.

    A relation may be held in several modes at once; weaker ones that are taken later are not told.
    """

    lock: Lock
    first: int
    last: int
    sure: bool = True


@record
class Lane:
    """A relation with the locks on it, in the order in which they are taken.

    `name` is the one that it had first, `names` those that it was given later. `part_of` is the table of an index or
    of a sequence. `fresh` tells that its own transaction made it, so that nobody else can see it.
    """

    name: Name
    held: tuple[Held, ...]
    names: tuple[Name, ...] = ()
    part_of: Name | None = None
    fresh: bool = False

    @property
    def worst(self) -> Held:
        """The strongest lock, the first of several."""
        return max(self.held, key=lambda held: (held.lock.strength, -held.first))

    def at(self, number: int) -> Held | None:
        """The strongest lock while a statement runs, None where there is none."""
        holding = (held for held in self.held if held.first <= number <= held.last)
        return max(holding, key=lambda held: held.lock.strength, default=None)


@record
class Timeline:
    """One section of a migration: what it locks, in which order, and until when.

    `gaps` are sentences on what is not in it: SQL that cannot be read, a file that the runner refuses.
    """

    path: str
    service: str
    runner: Runner
    direction: Direction
    postgres: int
    steps: tuple[Step, ...]
    stretches: tuple[Stretch, ...]
    lanes: tuple[Lane, ...]
    gaps: tuple[str, ...] = ()

    def felt(self) -> tuple[int, ...]:
        """Lanes of tables, views and the like that others can see, the worst first; then by when they are locked."""
        shown = (at for at, lane in enumerate(self.lanes) if lane.part_of is None and not lane.fresh)
        return tuple(sorted(shown, key=self._order))

    def _order(self, at: int) -> tuple[int, int, str]:
        worst = self.lanes[at].worst
        return (-worst.lock.strength, worst.first, str(self.lanes[at].name))

    def until(self, held: Held) -> Stretch:
        """The stretch at whose end a lock is given free."""
        return self.stretches[self.steps[held.first - 1].stretch]
