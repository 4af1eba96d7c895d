"""The checks before a run: what was measured, against which limit, with which verdict; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from avion_lint.enumeration import StrEnum
from avion_lint.executor.running.estimate import Estimate
from avion_lint.executor.running.lock import Holder
from avion_lint.executor.running.measure import OURS, Measured, Session, bare
from avion_lint.executor.running.pending import Pending
from avion_lint.executor.running.recorded import Recorded
from avion_lint.record import record, replace
from avion_lint.settings.environments import Environment, Profile, Window
from avion_lint.stats.units import range_words, size_words

_OLDEST = 120000
_SKEW = 60  # seconds
_HOUR = 3600
_FEW = 5  # differences that are told


class Outcome(StrEnum):
    """What a check comes to; `unknown` counts as failed, `skipped` says that the settings do not mind."""

    PASSED = "passed"
    NOTE = "note"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@record
class Check:
    """A check with what was measured, the limit, and what to do where it failed; all in words."""

    name: str
    measured: str
    limit: str
    outcome: Outcome
    remedy: str = ""

    @property
    def blocks(self) -> bool:
        """Whether nothing may be run."""
        return self.outcome in (Outcome.FAILED, Outcome.UNKNOWN)


@record
class Backups:
    """The latest backup and where it was found, None where there is none; `why` says what could not be asked."""

    latest: datetime | None = None
    source: str = ""
    why: str = ""


@record
class Evidence:
    """Everything that the checks look at.

    `contradictions` are what the history says otherwise than the files, `unmerged` the paths of what is to be run and
    is not on the base branch (None where git cannot tell), `major` the version of PostgreSQL that the settings name.
    `drift` is what the server has otherwise than the replay of what is applied, None where migrations did what nobody
    can see. `built` are names of indexes that the pending migrations build, and do not drop before.
    """

    environment: Environment
    measured: Measured
    recorded: Recorded
    pending: Pending
    estimate: Estimate
    backups: Backups
    contradictions: tuple[str, ...] = ()
    unmerged: tuple[str, ...] | None = ()
    base: str = ""
    major: int | None = None
    drift: tuple[str, ...] | None = None
    built: frozenset[str] = frozenset()
    holder: Holder | None = None


def checks(evidence: Evidence) -> tuple[Check, ...]:
    """All checks, in the order in which people ask."""
    made = (check for each in _ALL for check in each(evidence))
    skipped = evidence.environment.skip
    return tuple(
        replace(check, outcome=Outcome.SKIPPED) if check.name in skipped and check.blocks else check for check in made
    )


def _verdict(*, passed: bool) -> Outcome:
    return Outcome.PASSED if passed else Outcome.FAILED


def _primary(evidence: Evidence) -> Iterator[Check]:
    measured = evidence.measured
    words = "a standby" if measured.in_recovery else "read-only" if measured.read_only else "a primary that is writable"
    passed = not (measured.in_recovery or measured.read_only)
    yield Check("primary", words, "a writable primary", _verdict(passed=passed), "Name the primary's address.")


def _version(evidence: Evidence) -> Iterator[Check]:
    number, wanted = evidence.measured.version, evidence.major
    passed = number >= _OLDEST and wanted in (None, number // 10000)
    remedy = f"The linter judges for another version: set `postgres: {number // 10000}` for the service."
    limit = f"PostgreSQL {wanted}, as the settings say" if wanted else "PostgreSQL 12 or later"
    yield Check("version", f"{number // 10000}.{number % 10000}", limit, _verdict(passed=passed), remedy)


def _clock(evidence: Evidence) -> Iterator[Check]:
    skew = evidence.measured.skew
    remedy = "Set the clocks right: the age of backups and the time to go back to are told by them."
    yield Check("clock", f"{skew:.1f} s apart", f"{_SKEW} s", _verdict(passed=skew <= _SKEW), remedy)


def _lock(evidence: Evidence) -> Iterator[Check]:
    holder = evidence.holder
    if holder is None:
        yield Check("lock", "free", "free", Outcome.PASSED)
        return
    remedy = "Wait until that run is over, or see what it is doing: avion-lint diagnose."
    yield Check("lock", f"held by {holder.words}", "free", Outcome.FAILED, remedy)


def _merged(evidence: Evidence) -> Iterator[Check]:
    if not evidence.environment.merged:
        return
    limit = f"all on {evidence.base or 'the base branch'}"
    if evidence.unmerged is None:
        yield Check("merged", "git cannot tell", limit, Outcome.UNKNOWN, "Run this in a full clone of the repository.")
        return
    words = f"not there as it is here: {', '.join(evidence.unmerged)}" if evidence.unmerged else "all are"
    remedy = "Merge first, and run what was merged."
    yield Check("merged", words, limit, _of(evidence.unmerged), remedy)


def _of(found: tuple[object, ...]) -> Outcome:
    return _verdict(passed=not found)


def _history(evidence: Evidence) -> Iterator[Check]:
    wrong = (*_without_table(evidence), *evidence.contradictions, *evidence.pending.refusals)
    rows = f"{evidence.recorded.rows} rows, newest version {evidence.recorded.newest}"
    limit = "all succeeded, equal to the files"
    remedy = "Find out what happened before anything else runs: avion-lint diagnose."
    yield Check("history", "; ".join(wrong) or rows, limit, _of(wrong), remedy)


def _without_table(evidence: Evidence) -> Iterator[str]:
    """Whether somebody made tables here, and the runner's own is not among them: then it would begin at the first."""
    count = evidence.measured.tables
    if not evidence.recorded.table and count:
        yield f"there is no history, and there are {count} tables: it is another database, or has another history table"


def _order(evidence: Evidence) -> Iterator[Check]:
    late = tuple(str(file.version) for file in evidence.pending.late)
    words = f"{', '.join(late)} before {evidence.recorded.newest}" if late else "in order"
    remedy = "Give it a version after those that are applied: avion-lint renumber."
    yield Check("order", words, "nothing before what is applied", _of(late), remedy)


def _backup(evidence: Evidence) -> Iterator[Check]:
    environment, backups = evidence.environment, evidence.backups
    limit = f"{environment.max_backup_age_hours} h"
    if environment.backup_enabled and (environment.backup_command or not environment.pgbackrest_stanza):
        yield Check("backup", "made in this run, before the first change", limit, Outcome.PASSED)
        return
    lax = environment.profile is not Profile.PRODUCTION
    if lax and not environment.pgbackrest_stanza and backups.latest is None:
        yield Check("backup", "none is made here", "not asked for", Outcome.NOTE)
        return
    ours = f"avion-lint backup --env {environment.name}"
    how = "pgbackrest --type=full backup" if environment.pgbackrest_stanza else ours
    remedy = f"Make one and wait for it: {how}."
    if backups.latest is None:
        words = backups.why or "there is none"
        yield Check("backup", words, limit, Outcome.UNKNOWN if backups.why else Outcome.FAILED, remedy)
        return
    age = (evidence.measured.there - backups.latest).total_seconds()
    passed = -_SKEW <= age <= environment.max_backup_age_hours * _HOUR
    yield Check("backup", f"{age / _HOUR:.1f} h old ({backups.source})", limit, _verdict(passed=passed), remedy)


_VISIBLE = "Give the role the right to see them: GRANT pg_read_all_stats TO …"


def _transactions(evidence: Evidence) -> Iterator[Check]:
    open_now = [
        (each.transaction, f"session {each.pid} of {each.user}")
        for each in _others(evidence)
        if each.transaction is not None
    ]
    prepared = [(age, f"prepared transaction {gid}") for gid, age in evidence.measured.prepared]
    yield _aged("transactions", [*open_now, *prepared], evidence)


def _queries(evidence: Evidence) -> Iterator[Check]:
    running = [
        (each.query, f"session {each.pid} of {each.user}") for each in _others(evidence) if each.query is not None
    ]
    yield _aged("queries", running, evidence)


def _others(evidence: Evidence) -> Iterator[Session]:
    return (each for each in evidence.measured.sessions if not each.name.startswith(OURS))


def _aged(name: str, found: list[tuple[float, str]], evidence: Evidence) -> Check:
    minutes = evidence.environment.max_transaction_minutes
    age, who = max(found, default=(0.0, ""))
    words = f"{age / 60:.1f} min, {who}" if found else "none"
    if age > minutes * 60:
        pid = who.split()[1] if who.startswith("session") else ""
        end = f"SELECT pg_terminate_backend({pid});" if pid else "COMMIT PREPARED or ROLLBACK PREPARED it."
        return Check(name, words, f"{minutes} min", Outcome.FAILED, f"Wait for it, or end it: {end}")
    if evidence.measured.hidden:
        hidden = f"{words}; {evidence.measured.hidden} sessions of other roles cannot be seen into"
        return Check(name, hidden, f"{minutes} min", Outcome.UNKNOWN, _VISIBLE)
    return Check(name, words, f"{minutes} min", Outcome.PASSED)


def _replication(evidence: Evidence) -> Iterator[Check]:
    standbys = evidence.measured.standbys
    limit = f"{evidence.environment.max_replication_lag_seconds} s"
    if not standbys:
        yield Check("replication", "no standby", limit, Outcome.PASSED)
        return
    if not evidence.measured.sees_all:
        yield Check("replication", "the role may not see it", limit, Outcome.UNKNOWN, _VISIBLE)
        return
    lag, name = max((lag or 0.0, name) for name, lag in standbys)
    passed = lag <= evidence.environment.max_replication_lag_seconds
    remedy = "Wait until the standby has caught up: a migration makes it fall further behind."
    yield Check("replication", f"{lag:.1f} s, {name}", limit, _verdict(passed=passed), remedy)


def _indexes(evidence: Evidence) -> Iterator[Check]:
    found = evidence.measured.invalid
    mine = [name for name in found if bare(name) in evidence.built]
    remedy = "Drop each with DROP INDEX CONCURRENTLY and build it again."
    outcome = Outcome.FAILED if mine else Outcome.NOTE if found else Outcome.PASSED
    if mine:  # IF NOT EXISTS would take it for built
        drops = " ".join(f"DROP INDEX CONCURRENTLY {name};" for name in mine)
        remedy = f"The migration that builds it would fail or pass it over. Drop it first: {drops}"
    yield Check("indexes", f"invalid: {', '.join(found)}" if found else "all valid", "all valid", outcome, remedy)


def _schema(evidence: Evidence) -> Iterator[Check]:
    limit = "as the applied migrations make it"
    if evidence.drift is None:
        yield Check("schema", "the replay cannot see all that they did", limit, Outcome.NOTE)
        return
    if evidence.environment.schema_differences == "off":
        yield Check("schema", "not compared", "not asked for", Outcome.NOTE)
        return
    words = few(evidence.drift) or "the same"
    remedy = "Somebody has changed it by hand (+ only there, - missing there, ! otherwise): make it a migration."
    found = Outcome.FAILED if evidence.environment.schema_differences == "error" else Outcome.NOTE
    yield Check("schema", words, limit, found if evidence.drift else Outcome.PASSED, remedy)


def few(found: tuple[str, ...]) -> str:
    """The first of many things in words, and how many there are besides."""
    more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
    return f"{'; '.join(found[:_FEW])}{more}"


def _room(evidence: Evidence) -> Iterator[Check]:
    needed = evidence.estimate.rewritten
    if not needed:
        yield Check("room", "nothing is rewritten", "free disk", Outcome.PASSED)
        return
    remedy = "PostgreSQL does not tell how much room its disk has: look yourself (df on the server)."
    yield Check("room", f"{size_words(needed)} are written anew", "free disk", Outcome.NOTE, remedy)


def _duration(evidence: Evidence) -> Iterator[Check]:
    environment, estimate = evidence.environment, evidence.estimate
    words = range_words(estimate.seconds.low, estimate.seconds.high)
    if estimate.unknown:
        words += f", without {', '.join(estimate.unknown)}"
    limit = f"{environment.max_minutes} min, longer in the maintenance window"
    if estimate.seconds.high <= environment.max_minutes * 60:
        yield Check("duration", words, limit, Outcome.PASSED)
        return
    window = environment.maintenance_window
    now = evidence.measured.there
    if window is None:
        yield Check("duration", words, limit, Outcome.FAILED, "Set a `maintenance-window` for the environment.")
        return
    fits = within(window, now) and within(window, now + timedelta(seconds=estimate.seconds.high))
    outcome = _verdict(passed=fits)
    yield Check("duration", words, limit, outcome, f"Run it in the maintenance window: {window.text}.")


def within(window: Window, moment: datetime) -> bool:
    """Whether a moment lies in a window."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only where there is a window

    local = moment.astimezone(ZoneInfo(window.zone))
    clock, day = local.time(), local.weekday()
    if window.begin < window.end:
        return day in window.days and window.begin <= clock < window.end
    return (day in window.days and clock >= window.begin) or ((day - 1) % 7 in window.days and clock < window.end)


_ALL: tuple[Callable[[Evidence], Iterator[Check]], ...] = (
    _primary,
    _version,
    _clock,
    _lock,
    _merged,
    _history,
    _order,
    _backup,
    _transactions,
    _queries,
    _replication,
    _indexes,
    _schema,
    _room,
    _duration,
)
