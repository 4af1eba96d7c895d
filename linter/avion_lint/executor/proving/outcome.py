"""What a verification comes to: steps and how they went, times, and where our own claims were wrong."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.enumeration import StrEnum
from avion_lint.executor.catalog import Facts
from avion_lint.record import field, record
from avion_lint.runners.migration import Direction


class State(StrEnum):
    """How a step went."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNCHECKED = "unchecked"  # it should have been done, and could not


@record
class Problem:
    """Why a step failed, and what to do about it. `line` is 0 where no line is meant.

    `statement` is the text that was sent, `sqlstate`, `message`, `detail` and `hint` are the server's.
    """

    what: str
    mend: str = ""
    path: str = ""
    line: int = 0
    statement: str = ""
    sqlstate: str = ""
    message: str = ""
    detail: str = ""
    hint: str = ""
    lines: tuple[str, ...] = ()


@record
class Step:
    """A step: its name, how it went, what is to be said of it, and how many seconds it took."""

    name: str
    state: State
    said: str = ""
    seconds: float = 0.0
    problem: Problem | None = None


@record
class StatementTime:
    """How long a statement took, in seconds, and the line that it begins in."""

    line: int
    seconds: float


@record
class MigrationTime:
    """How long the statements of a migration took, in the direction that it was run first."""

    path: str
    version: str
    direction: Direction
    seconds: float
    statements: tuple[StatementTime, ...]


@record
class Difference:
    """Where an effect is claimed that the server did not show, or the other way round: a mistake of ours."""

    path: str
    line: int
    statement: str
    relation: str
    claimed: str
    seen: str


@record
class Claims:
    """How many statements were compared with what is claimed of them, and what differs.

    `left` says by reason how many could not be compared.
    """

    compared: int = 0
    agreeing: int = 0
    differences: tuple[Difference, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)


@record
class Verified:
    """The outcome for a service.

    `server` is the version of PostgreSQL, `runner` what ran the migrations. `notes` are what people must know of how it
    was done. `schema` is the schema after all migrations, `replay` what the replayed one has otherwise (+ is only on
    the server, - only replayed). `said` is what the runner wrote.
    """

    service: str
    root: str
    runner: str
    server: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    times: tuple[MigrationTime, ...] = ()
    claims: Claims = Claims()
    schema: Facts = field(default_factory=dict)
    replay: tuple[str, ...] = ()
    said: str = ""
    seconds: float = 0.0

    def has(self, state: State) -> bool:
        """Whether a step went that way."""
        return any(step.state is state for step in self.steps)
