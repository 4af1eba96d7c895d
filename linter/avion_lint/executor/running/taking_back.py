"""A rollback from its first entry in the audit trail to its last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from avion_lint.executor.problem import CannotRunError, EndedError
from avion_lint.executor.running.sessions import end, name_of
from avion_lint.executor.running.steps import Answer, Context, Ended, Report
from avion_lint.executor.running.telling import Steps, StopError
from avion_lint.executor.running.undoing import undo
from avion_lint.executor.server.address import driver
from avion_lint.executor.server.reaching import reconnected
from avion_lint.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.executor.runner.job import Ran


def take_back(context: Context, answers: Iterable[Answer], opening: Mapping[str, object], *, dry: bool) -> Report:
    """Undo the files of the plan, the newest first; raises CannotRunError where the audit trail cannot be written."""
    steps = Steps(context)
    steps.tell_of("rollback-begun", plan=context.plan.hash, **opening)
    against: list[str] = []
    reasons: list[str] = []
    for answer in answers:
        steps.tell_of("answer", step=answer.step, passed=answer.passed, why=answer.why, **answer.told)
        against += [] if answer.passed else [f"{answer.step}: {answer.why}"]
        reasons += answer.against
    if against:
        told = _ended(steps, Ended.REFUSED, "; ".join(against), context.plan.before)
        return replace(told, against=tuple(reasons))
    if not context.plan.files:
        return _ended(steps, Ended.NOTHING, "there is nothing above that version", context.plan.before)
    if dry or context.back is None:
        return _ended(steps, Ended.DRY_RUN, "nothing was changed: this was a dry run", context.plan.before)
    return _worked(steps, context.back)


def _worked(steps: Steps, back: Callable[[float], Ran]) -> Report:
    context, begun = steps.context, False

    def undone() -> Mapping[str, object]:
        nonlocal begun
        begun = True
        return {"versions": list(undo(context, context.plan.files, back, steps.tell_of))}

    try:
        steps.step("lock", steps.take_lock)
        steps.step("status", steps.same_state)
        if context.backup is not None:
            steps.step("backup", context.backup)
        steps.step("take back", undone)
    except StopError as error:
        outcome = Ended.FAILED if begun else Ended.REFUSED
        return _ended(steps, outcome, str(error), _version_now(steps) if begun else context.plan.before)
    except (KeyboardInterrupt, EndedError):
        context.custody.end()
        return _ended(steps, Ended.INTERRUPTED, "it was interrupted", _version_now(steps))
    finally:
        steps.release()
    versions = tuple(file.version for file in context.plan.files)
    return replace(_ended(steps, Ended.DONE, "", _version_now(steps)), rolled_back=versions)


def _version_now(steps: Steps) -> str:
    """The highest version that is applied now, "" where the database does not tell."""
    context = steps.context
    try:
        with reconnected(context.address) as connection:
            end(connection, name_of(context.key, context.run))
            return context.look(connection).newest
    except (CannotRunError, driver().Error) as error:
        steps.note("not-known", why=context.address.redacted(" ".join(str(error).split())))
        return ""


def _ended(steps: Steps, outcome: Ended, words: str, after: str) -> Report:
    plan = steps.context.plan
    report = Report(steps.context.run, outcome, words, plan.before, after, steps=tuple(steps.taken), plan=plan.hash)
    steps.note("rollback-ended", outcome=str(outcome), why=words, plan=plan.hash, before=plan.before, after=after)
    return replace(report, steps=tuple(steps.taken), untold=steps.untold)
