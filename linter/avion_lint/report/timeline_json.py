"""Lock timelines for programs."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.report.json_text import dump
from avion_lint.timeline.conflicts import kept_waiting
from avion_lint.timeline.model import Lane, Step, Stretch, Timeline
from avion_lint.timeline.words import blocks, remarks, summary, until_words

Json = dict[str, object]


def render(timelines: Iterable[Timeline]) -> str:
    """A list of timelines as JSON text; numbers of statements count from 1 within their section."""
    return dump([_timeline(each) for each in timelines], depth=4)


def _timeline(timeline: Timeline) -> Json:
    said = {remark.lane: remark.text for remark in remarks(timeline)}
    return {
        "path": timeline.path,
        "service": timeline.service,
        "runner": str(timeline.runner),
        "direction": str(timeline.direction),
        "postgres": timeline.postgres,
        "summary": summary(timeline),
        "gaps": list(timeline.gaps),
        "transactions": [_stretch(each) for each in timeline.stretches],
        "statements": [_step(step, timeline) for step in timeline.steps],
        "relations": [_lane(lane, timeline, said.get(at, "")) for at, lane in enumerate(timeline.lanes)],
    }


def _stretch(stretch: Stretch) -> Json:
    return {"first": stretch.first, "last": stretch.last, "opened_by": str(stretch.holder)}


def _step(step: Step, timeline: Timeline) -> Json:
    held = ((lane, lane.at(step.number)) for lane in timeline.lanes)
    return {
        "number": step.number,
        "line": step.line,
        "text": step.text,
        "transaction": step.stretch + 1,
        "reached": step.reached,
        "takes": [
            {"relation": str(lane.name), "lock": str(taken.lock)}
            for lane in timeline.lanes
            for taken in lane.held
            if taken.first == step.number
        ],
        "holds": [{"relation": str(lane.name), "lock": str(now.lock)} for lane, now in held if now],
        "work": [
            {
                "relation": str(deed.relation),
                "kind": str(deed.work),
                "sure": deed.sure,
                "indexes": [str(name) for name in deed.builds],
            }
            for deed in step.deeds
        ],
        "phases": list(step.phases),
        "fails": {"sqlstate": step.failure.sqlstate, "why": step.failure.why} if step.failure else None,
        "unseen": step.unseen,
    }


def _lane(lane: Lane, timeline: Timeline, remark: str) -> Json:
    return {
        "relation": str(lane.name),
        "renamed_to": [str(name) for name in lane.names],
        "part_of": str(lane.part_of) if lane.part_of else None,
        "made_here": lane.fresh,
        "worst": str(lane.worst.lock),
        "locks": [
            {
                "lock": str(held.lock),
                "first": held.first,
                "last": held.last,
                "sure": held.sure,
                "held": until_words(timeline, held),
                "blocks": blocks(held.lock),
                "keeps_waiting": [activity.name.lower() for activity in kept_waiting(held.lock)],
            }
            for held in lane.held
        ],
        "remark": remark,
    }
