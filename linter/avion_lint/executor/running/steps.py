"""What a run is made of and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from avion_lint.enumeration import StrEnum
from avion_lint.executor.children.processes import Custody
from avion_lint.executor.running.diagnosis import Diagnosis
from avion_lint.executor.running.plan import Plan
from avion_lint.executor.running.recorded import Recorded
from avion_lint.executor.server.address import Address
from avion_lint.executor.trail.audit import Trail
from avion_lint.record import field, record
from avion_lint.settings.environments import Environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

    from avion_lint.executor.runner.job import Ran


class Ended(StrEnum):
    """How a run ended, for machines."""

    DONE = "done"
    NOTHING = "nothing-to-do"
    DRY_RUN = "dry-run"
    REFUSED = "refused"
    FAILED = "failed"
    ROLLED_BACK = "rolled-back"
    INTERRUPTED = "interrupted"


@record
class Answer:
    """An answer that was there before the run: the gate, the approval, the checks; `why` says what is against it."""

    step: str
    passed: bool
    why: str
    told: Mapping[str, object] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    @property
    def against(self) -> tuple[str, ...]:
        """What is against it, one thing each; with what to do about it, where that is known."""
        return () if self.passed else tuple(f"{self.step}: {each}" for each in self.reasons or (self.why,))


@record
class Beside:
    """What a run holds besides the database's lock.

    `take` gets the number of the session with that lock and the seconds to wait, and gives what is told of it. `check`
    and `take` raise CannotRunError where it is not to be had, or no longer ours. `release` gives it back.
    """

    take: Callable[[int, float], Mapping[str, object]]
    check: Callable[[], None]
    release: Callable[[], None]


@record
class Context:
    """Everything that a run works with.

    `look` reads the runner's table; `move` starts the runner for at most so many seconds, for one file (goose) or for
    all (`at_once`: Flyway, Jobs); `back` undoes the newest migration, or `at_once` all of the plan, None where that
    cannot be. `backup` and `after` are further steps, each gives what is told of it. `beside` is held besides the lock.
    `seconds` are those for all migrations, None for what the settings say; `wait` are those for the lock, `pause` those
    before a second try. `watched` is called when the run has begun and when it has ended. `differences` compares the
    schema with what the migrations make when all are applied (None: the replay cannot see all); `drift` is what was
    otherwise before. `built` are names of indexes that the migrations build.
    """

    run: str
    plan: Plan
    environment: Environment
    address: Address
    key: int
    trail: Trail
    custody: Custody
    look: Callable[[psycopg.Connection], Recorded]
    move: Callable[[float], Ran]
    at_once: bool
    back: Callable[[float], Ran] | None = None
    backup: Callable[[], Mapping[str, object]] | None = None
    after: tuple[tuple[str, Callable[[], Mapping[str, object]]], ...] = ()
    tell: Callable[[str], None] = lambda _: None
    beside: Beside | None = None
    seconds: float | None = None
    wait: float = 0.0
    pause: float = 2.0
    watched: Callable[[], None] = lambda: None
    differences: Callable[[psycopg.Connection], tuple[str, ...] | None] | None = None
    drift: tuple[str, ...] = ()
    built: frozenset[str] = frozenset()


@record
class StepTold:
    """A step that was taken, in seconds; `why` is "" where it went well, `note` what people should know even so."""

    name: str
    seconds: float
    why: str = ""
    note: str = ""


@record
class Report:
    """What a run came to.

    `before` and `after` are the highest versions that were and are applied, `after` "" where nobody knows. `applied`
    are paths. `untold` says why the audit trail does not have all of it, "" where it has. `manifests` are what a dry
    run would have created in a cluster, as YAML. `plan` is the plan's hash, `against` what speaks against running it.
    """

    run: str
    outcome: Ended
    why: str
    before: str
    after: str
    applied: tuple[str, ...] = ()
    steps: tuple[StepTold, ...] = ()
    diagnosis: Diagnosis | None = None
    rolled_back: tuple[str, ...] = ()
    untold: str = ""
    plan: str = ""
    against: tuple[str, ...] = ()
    manifests: str = ""
