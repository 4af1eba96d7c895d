"""What a timeline comes to, as sentences: who holds what how long, and what is done meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.runners.migration import Runner
from avion_lint.sql.effects import Lock
from avion_lint.timeline.conflicts import waiting_words
from avion_lint.timeline.model import Deed, Held, Holder, Lane, Step, Stretch, Timeline, Work

MOST_REMARKS = 6  # that a report shows at once
_TOLD = 4  # deeds that one sentence names; more are counted


@record
class Remark:
    """A sentence about a lane that keeps reads or writes waiting."""

    lane: int
    text: str


def remarks(timeline: Timeline) -> Iterator[Remark]:
    """One sentence for each relation whose reads or writes wait for more than a moment, the worst first."""
    for at in timeline.felt():
        lane = timeline.lanes[at]
        said = _remark(timeline, lane, lane.worst) if lane.worst.lock.blocks else ""
        if said:
            yield Remark(at, said)


def _remark(timeline: Timeline, lane: Lane, held: Held) -> str:
    """What is done while the lock is held; "" where that is nothing but the statement that takes it."""
    holds = "Holds" if held.sure else "May hold"
    opening = f"{holds} {held.lock} on {called(lane)}"
    later = [step for step in _under(timeline, held) if step.number > held.first and not step.control]
    work = [each for step in (timeline.steps[held.first - 1], *later) for each in _deeds(timeline, step)]
    if not later:
        told = _told(work, numbered=False)
        return f"{opening} while statement {held.first} {told}." if told else ""
    told = _told(work, numbered=True)
    count = "1 later statement runs" if len(later) == 1 else f"{len(later)} later statements run"
    meanwhile = f"; meanwhile the migration {told}" if told else ""
    return f"{opening} from statement {held.first} on, while {count}{meanwhile}."


def _under(timeline: Timeline, held: Held) -> tuple[Step, ...]:
    return timeline.steps[held.first - 1 : held.last]


def _deeds(timeline: Timeline, step: Step) -> list[tuple[Step, Deed]]:
    return [(step, deed) for deed in step.deeds if not timeline.lanes[deed.lane].fresh]


def _told(work: list[tuple[Step, Deed]], *, numbered: bool) -> str:
    words = [deed_words(deed) + (f" ({step.number})" if numbered else "") for step, deed in work]
    if len(words) > _TOLD:
        words = [*words[: _TOLD - 1], f"does {len(words) - _TOLD + 1} more such things"]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def deed_words(deed: Deed) -> str:
    """What is done, as in "writes users anew"."""
    name, sure = str(deed.relation), deed.sure
    match deed.work:
        case Work.REWRITE:
            return f"writes {name} anew" if sure else f"may write {name} anew"
        case Work.SCAN:
            return f"reads {name} in full" if sure else f"may read {name} in full"
        case Work.CHANGE:
            return f"changes many rows of {name}" if sure else f"may change many rows of {name}"
        case Work.BUILD:
            count = len(deed.builds)
            indexes = "an index" if count <= 1 else f"{count} indexes"
            return f"builds {indexes} on {name}" if sure else f"may build {indexes} on {name}"


def called(lane: Lane) -> str:
    """A relation's name, with the one that the migration gives it."""
    if not lane.names or lane.names[-1] == lane.name:
        return str(lane.name)
    return f"{lane.name} (later {lane.names[-1]})"


def blocks(lock: Lock) -> str:
    """What a lock keeps waiting."""
    return waiting_words(lock)


def until_words(timeline: Timeline, held: Held) -> str:
    """From which statement until when a lock is held."""
    stretch = timeline.until(held)
    if stretch.holder is Holder.STATEMENT:
        return f"while statement {held.first} runs"
    if held.last < stretch.last and timeline.steps[held.last].reached:
        return f"from statement {held.first} until statement {held.last + 1} gives it back"
    if timeline.steps[held.last - 1].failure is not None:
        return f"from statement {held.first} until statement {held.last} fails"
    return f"from statement {held.first} until the transaction ends, after statement {held.last}"


def span_words(held: Held) -> str:
    """Under which statements a lock is held."""
    return f"statement {held.first}" if held.first == held.last else f"statements {held.first} to {held.last}"


def stretch_words(timeline: Timeline) -> Iterator[str]:
    """How the statements are committed, a sentence for each sort of transaction."""
    runner = "goose" if timeline.runner is Runner.GOOSE else "Flyway"
    for stretch in timeline.stretches:
        match stretch.holder:
            case Holder.RUNNER:
                yield f"{_which(stretch)}: one transaction of {runner}'s; a lock is held until it commits."
            case Holder.FILE:
                yield f"{_which(stretch)}: a transaction that the file opens; a lock is held until it ends."
            case Holder.QUERY:
                yield f"{_which(stretch)}: sent as one query, so one transaction; a lock is held until it ends."
    alone = [stretch for stretch in timeline.stretches if stretch.holder is Holder.STATEMENT]
    if alone:
        which = "Every statement" if len(alone) == len(timeline.stretches) else "Every other statement"
        yield f"{which} is a transaction by itself; a lock is held until it is done."


def _which(stretch: Stretch) -> str:
    if stretch.first == stretch.last:
        return f"Statement {stretch.first}"
    return f"Statements {stretch.first} to {stretch.last}"


def summary(timeline: Timeline) -> str:
    """The worst that the section does to others, as a sentence."""
    lanes = [timeline.lanes[at] for at in timeline.felt()]
    reads = [called(lane) for lane in lanes if lane.worst.lock is Lock.ACCESS_EXCLUSIVE]
    writes = [called(lane) for lane in lanes if lane.worst.lock.blocks and lane.worst.lock is not Lock.ACCESS_EXCLUSIVE]
    parts = [
        *([f"every read and write of {_names(reads)}"] if reads else []),
        *([f"every write of {_names(writes)}"] if writes else []),
    ]
    return (
        f"Blocks {', and '.join(parts)}." if parts else "Blocks no read and no write of anything that was there before."
    )


def _names(names: list[str]) -> str:
    shown = names if len(names) <= _TOLD else [*names[: _TOLD - 1], f"{len(names) - _TOLD + 1} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
