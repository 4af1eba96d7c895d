"""What to do after a run, by the decision tree of the two documents: a pure function of what is known."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.enumeration import StrEnum
from avion_lint.executor.running.plan import PlannedFile
from avion_lint.record import record


class Branch(StrEnum):
    """Where in the tree the run has ended; the value is what machines read."""

    NOT_BEGUN = "not-begun"
    NOT_THE_MIGRATION = "not-the-migration"
    FAILED_WHOLE = "failed-whole"
    FAILED_PART_WAY = "failed-part-way"
    DATA_LOST = "data-lost"
    UNKNOWN = "unknown"


@record
class Facts:
    """What is known of a run.

    `applied` are the paths of planned files that the history has now. `begun` are those that the runner was started
    for. `recorded_failed` are versions that Flyway has recorded as failed. `reached` tells that the database answered,
    `alive` who still works there for the run, `altered` that the history is neither what it was nor what was planned.
    `invalid` are indexes that were valid or not there before. `data_lost` is the operator's own word. `since` is when
    the first migration was begun, by the server's clock, with its zone. `backup` is the file of the run's own backup,
    `claim` the PersistentVolumeClaim that it is on, "" where it is on this machine.
    `table` is the runner's own, with its schema where that is known.
    """

    service: str
    environment: str
    runner: str
    run: str
    database: str
    before: str
    files: tuple[PlannedFile, ...]
    applied: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()
    recorded_failed: tuple[str, ...] = ()
    reached: bool = True
    alive: tuple[str, ...] = ()
    altered: bool = False
    invalid: tuple[str, ...] = ()
    data_lost: bool = False
    since: str = ""
    backup: str = ""
    claim: str = ""
    stanza: str = ""
    why: str = ""
    table: str = ""

    @property
    def stopped_at(self) -> PlannedFile | None:
        """The first file that the history does not have."""
        return next((file for file in self.files if file.path not in self.applied), None)

    @property
    def done(self) -> tuple[PlannedFile, ...]:
        """The files that the history has."""
        return tuple(file for file in self.files if file.path in self.applied)


@record
class Diagnosis:
    """The branch, why it is that one, and what to do: steps in order, commands among them."""

    branch: Branch
    why: str
    steps: tuple[str, ...]

    @property
    def said(self) -> dict[str, object]:
        """All of it, for JSON."""
        return {"branch": str(self.branch), "why": self.why, "steps": list(self.steps)}


def diagnose(facts: Facts) -> Diagnosis:
    """Walk down the tree."""
    branch, why = _branch(facts)
    return Diagnosis(branch, why, tuple(_STEPS[branch](facts)))


def _branch(facts: Facts) -> tuple[Branch, str]:
    if facts.data_lost:
        return Branch.DATA_LOST, "you say that data are lost or damaged"
    unknown = _unclear(facts)
    return (Branch.UNKNOWN, unknown) if unknown else _known(facts)


def _unclear(facts: Facts) -> str:
    """Why nobody knows what has become of the migrations, "" where it is known."""
    if not facts.reached:
        return "the database does not answer, so nobody knows what has become of the migrations"
    if facts.alive:
        return f"the server still works for the run: {'; '.join(facts.alive)}"
    return "the history is neither what it was before the run nor what the plan makes of it" if facts.altered else ""


def _known(facts: Facts) -> tuple[Branch, str]:
    file = facts.stopped_at
    if file is None:
        return Branch.NOT_THE_MIGRATION, _all_applied(facts)
    if not facts.begun:
        return Branch.NOT_BEGUN, "no migration was begun, so the database is as it was"
    if not _touched(facts, file):
        words = f"; before it {_listed(facts.done)} {'was' if len(facts.done) == 1 else 'were'} applied"
        return Branch.FAILED_WHOLE, f"nothing of {_name(file)} is in the database{words if facts.done else ''}"
    return Branch.FAILED_PART_WAY, (
        f"{_name(file)} was begun, runs without a transaction and is not recorded as applied: what it did before it "
        "stopped has stayed"
    )


def _all_applied(facts: Facts) -> str:
    if not facts.files:
        return "there was nothing to apply"
    return f"the history has all that was planned: {_listed(facts.files)}"


def _touched(facts: Facts, file: PlannedFile) -> bool:
    """Whether something of the file may be in the database."""
    if file.version in facts.recorded_failed:
        return True
    return file.path in facts.begun and not file.transactional


def _name(file: PlannedFile) -> str:
    return f"version {file.version} ({file.path})" if file.version else file.path


def _listed(files: tuple[PlannedFile, ...]) -> str:
    return ", ".join(file.version or file.path for file in files)


# --- what to do --------------------------------------------------------------------------------------------------


def _again(facts: Facts) -> str:
    return f"avion-lint run {facts.service} --env {facts.environment}"


def _history(facts: Facts) -> str:
    if facts.runner == "goose":
        table = facts.table or "goose_db_version"
        return f'psql -c "TABLE {table} ORDER BY id DESC LIMIT 5"'
    table = facts.table or "flyway_schema_history"
    return f'psql -c "TABLE {table} ORDER BY installed_rank DESC LIMIT 5"'


def _not_begun(facts: Facts) -> Iterator[str]:
    yield f"Put right what stopped it, then run it again: {_again(facts)}"


def _not_the_migration(facts: Facts) -> Iterator[str]:
    if facts.why and facts.files:
        yield "The migrations went well; what did not came after them."
    yield "Leave the database as it is: rolling back the application is not rolling back the database."
    yield f"If the new release misbehaves, roll back the application: kubectl rollout undo deployment/{facts.service}"
    yield "If the old release does not work with the new schema either, write a migration that mends it (roll forward)."
    for index in facts.invalid:
        yield f"An index was left invalid; drop it and build it again: DROP INDEX CONCURRENTLY {index};"


def _failed_whole(facts: Facts) -> Iterator[str]:
    file = facts.stopped_at
    yield "Do not deploy the application."
    if file is not None:
        yield f"Mend the SQL of {file.path}; it was never applied, so it may be changed."
    yield f"Have the linter and avion-lint verify judge it, merge it, then run it again: {_again(facts)}"
    if facts.done:
        yield f"{_listed(facts.done)} stay applied; the next run goes on after them."


def _failed_part_way(facts: Facts) -> Iterator[str]:
    file = facts.stopped_at
    if file is None:
        return
    yield "Do not deploy the application."
    yield f"See what of {file.path} is there: psql -c '\\d+' of each table in it, and {_history(facts)}"
    for index in facts.invalid:
        yield f"An interrupted CREATE INDEX CONCURRENTLY has left this: DROP INDEX CONCURRENTLY {index};"
    if facts.runner == "goose":
        yield (
            f"goose has no row for it and will begin at its first statement again. Make each statement of {file.path} "
            "bear being run twice (IF NOT EXISTS, IF EXISTS), since it is not recorded as applied it may be changed."
        )
    else:
        yield "Take back by hand what it has left half-done, then let Flyway forget the failed row: flyway repair"
        yield (
            f"If what it did shall stay, bring the rest in a new version after {file.version or facts.before} "
            "(roll forward), each statement with IF NOT EXISTS."
        )
    yield f"Then run it again: {_again(facts)}"


def _data_lost(facts: Facts) -> Iterator[str]:
    when = facts.since or "the moment before the first migration was begun (the audit trail has it)"
    yield "The last resort: what was written since then is lost. It needs the approval of those who own the data."
    yield "[ ] SQL cannot mend the loss: what is lost is in no dump, no delayed replica, no log and no export."
    yield "[ ] The owners of the data have approved, in writing, that everything since then is given up."
    yield "[ ] There is a backup from before that time, and a copy of the damaged server's data is kept."
    yield f"Stop the application, so that it writes no more: kubectl scale deployment/{facts.service} --replicas=0"
    if facts.stanza:
        yield f"See that backup and WAL reach back far enough: pgbackrest --stanza={facts.stanza} info"
        yield (
            "With the server stopped: pgbackrest "
            f'--stanza={facts.stanza} --delta --type=time --target="{when}" --target-action=promote restore'
        )
    else:
        yield f"With a physical backup and archived WAL: recovery_target_time = '{when}', then promote"
    if facts.claim:
        yield (
            f"Or copy the run's own dump ({facts.backup} and its .json) from the PersistentVolumeClaim {facts.claim} "
            f"by a pod that mounts it: avion-lint restore {facts.service} --env {facts.environment} FILE"
        )
    elif facts.backup:
        yield (
            "Or look into the run's own dump beside the damaged database first: "
            f"avion-lint restore {facts.service} --env {facts.environment} {facts.backup}"
        )
    yield f"Afterwards the history must end at version {facts.before}: {_history(facts)}"
    yield "Count the rows of the tables that matter, start the old release, and enter by hand what was lost."


def _unknown(facts: Facts) -> Iterator[str]:
    yield "Do not deploy the application, and start no other run before this is known."
    if not facts.reached:
        yield (
            "Bring the database up, then ask again: avion-lint diagnose " + f"{facts.service} --env {facts.environment}"
        )
        return
    if facts.alive:
        yield "Wait until it has ended, or end it: SELECT pg_terminate_backend(pid) with the number of the session."
    if facts.altered:
        yield f"Somebody else has changed the history: {_history(facts)}; ask who, and avion-lint audit show."
    yield f"Then ask again: avion-lint diagnose {facts.service} --env {facts.environment}"


_STEPS = {
    Branch.NOT_BEGUN: _not_begun,
    Branch.NOT_THE_MIGRATION: _not_the_migration,
    Branch.FAILED_WHOLE: _failed_whole,
    Branch.FAILED_PART_WAY: _failed_part_way,
    Branch.DATA_LOST: _data_lost,
    Branch.UNKNOWN: _unknown,
}
