"""From a migration as rules see it to its timeline: who holds what, statement by statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.record import record, replace
from avion_lint.runners.migration import Direction, Kind
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect, Failure, fails, refused_in_transaction
from avion_lint.sql.effects.locks import merged
from avion_lint.sql.effects.scope import Scope
from avion_lint.subjects import Migration, Statement
from avion_lint.timeline.deeds import deeds_of
from avion_lint.timeline.model import Holder, Lane, Step, Stretch, Timeline
from avion_lint.timeline.phases import phases_of
from avion_lint.timeline.register import Register

_NO_TRANSACTION = "25001"  # active_sql_transaction
_NO_COMMIT = "2D000"  # invalid_transaction_termination, what COMMIT in a DO block ends with inside one


def timeline(migration: Migration, direction: Direction = Direction.UP) -> Timeline:
    """The timeline of a section whose statements were read (the migration is judged); empty for one without any.

    The first statement that is certain to fail ends it: both runners stop there.
    """
    statements = migration.up if direction is Direction.UP else migration.down
    steps: list[Step] = []
    stretches: list[Stretch] = []
    lanes: list[Lane] = []
    reached = True
    for group in _transactions(statements):
        first = len(steps) + 1
        stretches.append(Stretch(first, first + len(group) - 1, _holder(group)))
        register = Register(group[0].schema, len(lanes))
        for statement in group:
            step = _step(statement, len(steps) + 1, len(stretches) - 1, reached=reached)
            steps.append(_entered(step, statement, register) if reached else step)
            reached = reached and step.failure is None
        lanes.extend(register.lanes(until=_last_reached(steps, stretches[-1])))
    service = migration.service
    joined, moved = _joined(lanes)
    return Timeline(
        migration.path,
        service.name,
        service.runner,
        direction,
        service.postgres,
        tuple(_moved(step, moved) for step in steps),
        tuple(stretches),
        joined,
        tuple(_gaps(migration, direction)),
    )


def _gaps(migration: Migration, direction: Direction) -> Iterator[str]:
    section = migration.file.section(direction)
    if migration.kind is Kind.CODE:
        yield "The file is code: what it locks cannot be read from it."
    if section and section.error:
        line = migration.document.position(section.error.span.start).line
        yield f"{migration.service.runner} refuses the file at line {line} and sends nothing: {section.error.text}."
    for problem in migration.problems:
        if problem.direction is direction:
            yield f"Line {problem.place.start.line} cannot be read, so what it locks is not told: {problem.message}."


def _joined(lanes: list[Lane]) -> tuple[tuple[Lane, ...], tuple[int, ...]]:
    """One lane for a relation that several transactions lock, and where each of the lanes given has gone."""
    found: list[Lane] = []
    known: dict[a.Name, int] = {}
    moved: list[int] = []
    for lane in lanes:
        at = known.get(lane.name)
        if at is None or found[at].fresh is not lane.fresh:
            at = len(found)
            found.append(lane)
        else:
            found[at] = replace(found[at], held=(*found[at].held, *lane.held), names=(*found[at].names, *lane.names))
        known[lane.names[-1] if lane.names else lane.name] = at
        moved.append(at)
    return tuple(found), tuple(moved)


def _moved(step: Step, moved: tuple[int, ...]) -> Step:
    return replace(step, deeds=tuple(replace(deed, lane=moved[deed.lane]) for deed in step.deeds))


def _last_reached(steps: list[Step], stretch: Stretch) -> int:
    reached = (step.number for step in steps[stretch.first - 1 : stretch.last] if step.reached)
    return max(reached, default=stretch.last)


# --- transactions ----------------------------------------------------------------------------------------------


def _transactions(statements: Iterable[Statement]) -> Iterator[tuple[Statement, ...]]:
    """Statements in the groups that the server commits together, BEGIN and COMMIT among them."""
    group: list[Statement] = []
    for statement in statements:
        if group and not _together(group[-1], statement):
            yield tuple(group)
            group = []
        group.append(statement)
    if group:
        yield tuple(group)


def _together(one: Statement, other: Statement) -> bool:
    if one.in_transaction or _opens(one):
        return other.in_transaction
    return one.chunk is other.chunk


def _opens(statement: Statement) -> bool:
    return any(control.word is a.TransactionWord.BEGIN for control in statement.of(a.TransactionControl))


def _holder(group: tuple[Statement, ...]) -> Holder:
    if group[0].session.runner_transaction:
        return Holder.RUNNER
    if group[0].session.own_transaction or _opens(group[0]):
        return Holder.FILE
    return Holder.QUERY if len(group) > 1 or group[0].shares_chunk else Holder.STATEMENT


# --- statements ------------------------------------------------------------------------------------------------


def _step(statement: Statement, number: int, stretch: int, *, reached: bool) -> Step:
    return Step(
        number,
        statement.place.start.line,
        statement.text.strip(),
        stretch,
        control=any(isinstance(action, a.TransactionControl) for action in statement.actions),
        phases=phases_of(statement) if reached else (),
        failure=_failure(statement) if reached else None,
        reached=reached,
        unseen=_unseen(statement) if reached else "",
    )


def _failure(statement: Statement) -> Failure | None:
    version = statement.service.postgres
    for action in statement.actions:
        schema = statement.schema
        refused = refused_in_transaction(action, schema, version)
        if refused and (statement.in_transaction or statement.shares_chunk):
            state = _NO_COMMIT if isinstance(action, a.DoBlock) else _NO_TRANSACTION
            return Failure(state, f"{refused} cannot run inside a transaction")
        failure = fails(action, schema, version, statement.actions)
        if failure:
            return failure
    return None


def _unseen(statement: Statement) -> str:
    for block in statement.of(a.DoBlock):
        if block.unreadable:
            return "what the block does cannot be read"
        if block.dynamic:
            return "the block runs SQL that it puts together while it runs"
    return ""


def _entered(step: Step, statement: Statement, register: Register) -> Step:
    """The step with what it does, its locks entered."""
    for action in _acting(statement):
        if isinstance(action.action, a.TransactionControl):
            register.control(action.action, statement.text, step.number)
    found: list[tuple[a.Action, Effect, bool]] = []
    for each in _acting(statement):
        scope = Scope(statement.schema_before(each.action), statement.service.postgres)
        for effect in merged(statement.effects(each.action, parts=True), scope.resolve):
            named = replace(effect, relation=scope.resolve(effect.relation))
            register.take(named, step.number, scope.schema, sure=each.sure)
            found.append((each.action, named, each.sure))
    deeds = tuple(dict.fromkeys(deeds_of(found, register.lane)))
    for each in _acting(statement):
        register.follow(each.action, Scope(statement.schema_before(each.action), statement.service.postgres))
    return replace(step, deeds=deeds)


@record
class _Acting:
    """Something that a statement does; `sure` is False where a condition of its block may keep it from being done."""

    action: a.Action
    sure: bool


def _acting(statement: Statement) -> Iterator[_Acting]:
    for action in statement.actions:
        if isinstance(action, a.DoBlock):
            yield from (_Acting(inner.action, not inner.conditional) for inner in action.inner)
        else:
            yield _Acting(action, sure=True)
