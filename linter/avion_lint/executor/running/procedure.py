"""A run from its first entry in the audit trail to its last: every step told before it is begun and after it ended."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping

from avion_lint.executor.problem import CannotRunError, EndedError
from avion_lint.executor.runner.job import NotBegunError
from avion_lint.executor.running.comparing import altered, applied_of
from avion_lint.executor.running.diagnosis import Branch, Diagnosis, Facts, diagnose
from avion_lint.executor.running.measure import bare, invalid_indexes, unvalidated_constraints
from avion_lint.executor.running.plan import PlannedFile
from avion_lint.executor.running.preflight import few
from avion_lint.executor.running.recorded import Recorded
from avion_lint.executor.running.sessions import end, name_of
from avion_lint.executor.running.steps import Answer, Context, Ended, Report
from avion_lint.executor.running.telling import Steps, StopError
from avion_lint.executor.running.undoing import undo, why
from avion_lint.executor.server.address import connect, driver
from avion_lint.executor.server.reaching import clock, reconnected
from avion_lint.record import replace
from avion_lint.settings.environments import Profile

# lock_not_available, deadlock_detected; as goose's driver and as Flyway tell of the server's error
_RETRIED = re.compile(r"(?:SQLSTATE|SQL State\s*:)\s*(?:55P03|40P01)\b")


def execute(context: Context, answers: Iterable[Answer], opening: Mapping[str, object], *, dry: bool) -> Report:
    """Take the run through all its steps; raises CannotRunError where the audit trail cannot be written any more.

    `opening` is told of the run in its first entry.
    """
    return _Run(context).execute(tuple(answers), opening, dry=dry)


def backup_of(told: Mapping[str, object]) -> Mapping[str, object]:
    """The backup that a runner's Job has made and tells of, nothing where it does not."""
    found = told.get("backup")
    return found if isinstance(found, dict) else {}


class _Run:
    """A run under way."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.steps = Steps(context)
        self.begun: set[str] = set()
        self.since = ""
        self.backup: Mapping[str, object] = {}

    # --- the order of things ------------------------------------------------------------------------------------

    def execute(self, answers: tuple[Answer, ...], opening: Mapping[str, object], *, dry: bool) -> Report:
        context = self.context
        self.steps.tell_of("run-begun", plan=context.plan.hash, **opening)
        for answer in answers:
            self.steps.tell_of("answer", step=answer.step, passed=answer.passed, why=answer.why, **answer.told)
        against = [answer for answer in answers if not answer.passed]
        if against:
            words = "; ".join(f"{answer.step}: {answer.why}" for answer in against)
            reasons = tuple(reason for answer in against for reason in answer.against)
            return replace(self.ended(Ended.REFUSED, words), against=reasons)
        if not context.plan.files:
            return self.ended(Ended.NOTHING, "the database has all migrations already")
        if dry:
            return self.ended(Ended.DRY_RUN, "nothing was changed: this was a dry run")
        try:
            self.work()
        except StopError as error:
            return self.aftermath(Ended.FAILED if self.begun else Ended.REFUSED, str(error))
        except (KeyboardInterrupt, EndedError):
            return self.aftermath(Ended.INTERRUPTED, "it was interrupted")
        finally:
            self.steps.release()
        return self.ended(Ended.DONE, "", applied=tuple(file.path for file in context.plan.files))

    def work(self) -> None:
        """Do what changes something, and what comes before and after it."""
        context = self.context
        self.steps.step("lock", self.steps.take_lock)
        self.steps.step("status", self.steps.same_state)
        if context.backup is not None:
            self.steps.step("backup", self.back_up)
        self.migrate()
        self.steps.step("verify", self.verify)
        if context.differences is not None:
            self.steps.step("schema", self.compare)
        for name, do in context.after:
            self.steps.step(name, do)

    # --- steps --------------------------------------------------------------------------------------------------

    def back_up(self) -> Mapping[str, object]:
        told = self.context.backup() if self.context.backup is not None else {}
        self.backup = told
        return told

    def migrate(self) -> None:
        """Start the runner, until the history has all files of the plan; raises StopError."""
        context = self.context
        last = time.monotonic() + (context.seconds or context.environment.timeout_seconds)
        files = context.plan.files
        for group in (files,) if context.at_once else tuple((file,) for file in files):
            self.step_of(group, last)

    def step_of(self, group: tuple[PlannedFile, ...], last: float) -> None:
        context = self.context
        tries = context.environment.max_retries if context.plan.transactional else 1
        for turn in range(1, tries + 1):
            name = f"migrate {group[0].version or group[0].path}" if len(group) == 1 else "migrate"
            try:
                self.steps.step(name, lambda: self.move(group, last))
            except StopError as error:
                if turn == tries or not _RETRIED.search(str(error)):
                    raise
                if time.monotonic() + context.pause * 2**turn >= last:
                    raise
                context.tell(f"{name} did not get its lock; once more in {context.pause * 2 ** (turn - 1):.0f} s")
                time.sleep(context.pause * 2 ** (turn - 1))
            else:
                return

    def move(self, group: tuple[PlannedFile, ...], last: float) -> Mapping[str, object]:
        """Start the runner once, and see by the history what it has done; raises CannotRunError."""
        context = self.context
        with connect(context.address, "status") as connection:
            before = context.look(connection)
            self.expect(before, upto=group[0])
            self.since = self.since or clock(connection)
        seconds = last - time.monotonic()
        if seconds <= 0:
            raise CannotRunError(f"the time for all migrations ({context.environment.timeout_seconds} s) is over")
        begun_before = frozenset(self.begun)
        self.begun |= {file.path for file in group}
        self.steps.tell_of("runner-begun", files=[file.said for file in group], version=before.newest, since=self.since)
        try:
            ran = context.move(seconds)
        except NotBegunError:
            self.not_begun(group, begun_before, "it was interrupted before")
            raise
        self.backup = backup_of(ran.told) or self.backup
        with reconnected(context.address) as connection:
            killed = end(connection, name_of(context.key, context.run))
            after = context.look(connection)
        told = {"content": ran.content, "late": ran.late, "said": ran.said[-4000:], "version": after.newest, **ran.told}
        self.steps.note("runner-ended", **told)
        if not ran.begun:
            self.not_begun(group, begun_before, ran.why)
        applied = [file for file in group if self.is_applied(file, after)]
        self.tell_applied(applied)
        if len(applied) < len(group):
            raise CannotRunError(why(ran, context.environment, [each.words for each in killed]))
        note = {} if ran.content else {"note": "the runner ended with an error after it"}
        return {"version": after.newest, **ran.told, **note}

    def not_begun(self, group: tuple[PlannedFile, ...], before: frozenset[str], words: str) -> None:
        """Take back that these were begun, in the trail too."""
        self.begun = set(before)
        self.steps.note("runner-not-begun", files=[file.said for file in group], why=words)

    def tell_applied(self, applied: list[PlannedFile]) -> None:
        if applied:
            self.steps.note("files-applied", files=[file.said for file in applied])

    def expect(self, found: Recorded, upto: PlannedFile) -> None:
        """See that nobody else has written into the history; raises CannotRunError."""
        files = self.context.plan.files
        for file in files:
            if file.version:
                has = self.is_applied(file, found)
                if has and files.index(file) >= files.index(upto):
                    raise CannotRunError(f"somebody else has applied version {file.version} meanwhile")
                if not has and files.index(file) < files.index(upto):
                    raise CannotRunError(f"somebody else has taken back version {file.version} meanwhile")
        if altered(self.context.plan, found):
            raise CannotRunError("somebody else has changed the history meanwhile")

    def is_applied(self, file: PlannedFile, found: Recorded) -> bool:
        return file.path in applied_of(self.context.plan, found)

    def verify(self) -> Mapping[str, object]:
        """See that the history is what was planned and that no index was left behind invalid."""
        with connect(self.context.address, "verify") as connection:
            found = self.context.look(connection)
            left = invalid_indexes(connection)
            open_now = sorted(frozenset(unvalidated_constraints(connection)) - self.steps.unvalidated)
        missing = [file.path for file in self.context.plan.files if not self.is_applied(file, found)]
        if missing or found.failed or altered(self.context.plan, found):
            raise CannotRunError(f"the history is not as planned: {', '.join((*missing, *found.failed)) or 'altered'}")
        invalid = self.ours(left)
        if invalid:
            raise CannotRunError(f"indexes were left invalid: {', '.join(invalid)}")
        note = {"note": f"not validated yet: {', '.join(open_now)}; VALIDATE CONSTRAINT in a later migration"}
        return {"version": found.newest, **(note if open_now else {})}

    def ours(self, invalid: tuple[str, ...]) -> tuple[str, ...]:
        """The invalid indexes that were not before the run, or that its migrations build."""
        built = self.context.built
        return tuple(name for name in invalid if name not in self.steps.invalid or bare(name) in built)

    def compare(self) -> Mapping[str, object]:
        """See that the schema is the one that the migrations make; what was otherwise before fails nothing."""
        context = self.context
        if context.differences is None:
            return {}
        with connect(context.address, "schema") as connection:
            found = context.differences(connection)
        if found is None:
            return {"note": "not compared: the replay cannot see all that the migrations did"}
        new = tuple(each for each in found if each not in context.drift)
        words = f"not as the migrations make it: {few(new or found)}"
        if new and context.environment.schema_differences == "error":
            raise CannotRunError(f"{words} (+ only there, - missing there, ! otherwise)")
        return {"differences": list(found), "note": f"{words}{'' if new else ', as before the run'}"} if found else {}

    # --- when it did not go well --------------------------------------------------------------------------------

    def aftermath(self, outcome: Ended, words: str) -> Report:
        """Find out what is known, take back what may be taken back, and tell of both."""
        if outcome is Ended.INTERRUPTED:
            self.context.custody.end()
        found, invalid = self.found_out() if self.begun else (None, ())
        facts = self.facts(words, found, invalid)
        diagnosis = diagnose(facts)
        back = None
        try:
            back = self.roll_back(facts, diagnosis) if outcome is Ended.FAILED else None
        except StopError as error:
            words = f"{words}; {error}"
            found, invalid = self.found_out()
            facts = self.facts(words, found, invalid)
            diagnosis = diagnose(facts)
        if back is None:
            applied = tuple(file.path for file in facts.done)
            return self.ended(outcome, words, applied=applied, diagnosis=diagnosis, found=found)
        told = f"{words}; what it had applied was taken back"
        return self.ended(Ended.ROLLED_BACK, told, diagnosis=diagnosis, rolled_back=back)

    def found_out(self) -> tuple[Recorded | None, tuple[str, ...]]:
        """The history, once the server does nothing more for the runner, and new invalid indexes; None if unknown."""
        context = self.context
        context.tell("find out what has become of it")
        try:
            with reconnected(context.address) as connection:
                end(connection, name_of(context.key, context.run))
                found = context.look(connection)
                return found, self.ours(invalid_indexes(connection))
        except (CannotRunError, driver().Error) as error:
            self.steps.note("not-known", why=context.address.redacted(" ".join(str(error).split())))
            return None, ()

    def facts(self, words: str, found: Recorded | None, invalid: tuple[str, ...]) -> Facts:
        plan = self.context.plan
        return Facts(
            plan.service,
            plan.environment,
            plan.runner,
            self.context.run,
            plan.database,
            plan.before,
            plan.files,
            applied=applied_of(plan, found) if found is not None else frozenset(),
            begun=frozenset(self.begun),
            recorded_failed=found.failed if found is not None else (),
            reached=found is not None or not self.begun,
            altered=found is not None and altered(plan, found),
            invalid=invalid,
            since=self.since,
            backup=str(self.backup.get("file", "")),
            claim=str(self.backup.get("claim", "")),
            stanza=self.context.environment.pgbackrest_stanza,
            why=words,
            table=found.table if found is not None else "",
        )

    def roll_back(self, facts: Facts, diagnosis: Diagnosis) -> tuple[str, ...] | None:
        """Take back what the run has applied; None where the settings or the facts do not allow it.

        Raises StopError where it did not go well.
        """
        allowed = self.context.environment.rollback_on_failure
        if not allowed or self.context.environment.profile is Profile.PRODUCTION or self.context.back is None:
            return None
        if diagnosis.branch is not Branch.FAILED_WHOLE or not facts.done or not all(f.undoable for f in facts.done):
            return None
        self.steps.step("roll back", lambda: {"versions": list(self.take_back(facts.done))})
        return tuple(file.version for file in facts.done)

    def take_back(self, files: tuple[PlannedFile, ...]) -> tuple[str, ...]:
        back = self.context.back
        if back is None:
            raise CannotRunError("the runner cannot take back migrations")
        return undo(self.context, files, back, self.steps.tell_of)

    def ended(
        self,
        outcome: Ended,
        words: str,
        *,
        applied: tuple[str, ...] = (),
        diagnosis: Diagnosis | None = None,
        rolled_back: tuple[str, ...] = (),
        found: Recorded | None = None,
    ) -> Report:
        plan = self.context.plan
        report = Report(
            self.context.run,
            outcome,
            words,
            plan.before,
            self.version_after(outcome, found),
            applied,
            tuple(self.steps.taken),
            diagnosis,
            rolled_back,
            plan=plan.hash,
        )
        self.steps.note(
            "run-ended",
            outcome=str(outcome),
            why=words,
            plan=plan.hash,
            before=plan.before,
            after=report.after,
            applied=list(applied),
            rolled_back=list(rolled_back),
            diagnosis=diagnosis.said if diagnosis else None,
        )
        return replace(report, untold=self.steps.untold)

    def version_after(self, outcome: Ended, found: Recorded | None) -> str:
        """The highest version that is applied now, "" where nobody knows."""
        if outcome is Ended.DONE:
            return self.context.plan.after
        if found is not None and outcome is not Ended.ROLLED_BACK:
            return found.newest
        return self.context.plan.before if not self.begun or outcome is Ended.ROLLED_BACK else ""
