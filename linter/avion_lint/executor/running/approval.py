"""Whether a plan has been approved: a file with its hash, and who approved it when; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from avion_lint.executor.running.plan import Plan
from avion_lint.settings.environments import Environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SKEW = timedelta(minutes=5)


class NotApprovedError(Exception):
    """The approval does not hold; the text says why."""


def approved_by(text: str, plan: Plan, environment: Environment, now: datetime) -> tuple[str, ...]:
    """Who approved the plan, by the text of the file; raises NotApprovedError.

    The file is JSON: `{"plan": "…", "approvals": [{"by": "jo@x", "at": "2026-11-22T03:10:00+09:00"}]}`. Each person
    counts once, and only if the environment's `approvers` has them.
    """
    given = _read(text)
    if given.get("plan") != plan.hash:
        said = str(given.get("plan"))[:12]
        raise NotApprovedError(f"another plan was approved ({said}…); this one is {plan.hash[:12]}…")
    return enough({_person(each, now) for each in given["approvals"]}, environment)


def enough(people: Iterable[str], environment: Environment) -> tuple[str, ...]:
    """The people, where each may approve and they are as many as must; raises NotApprovedError."""
    found = sorted({each.lower(): each for each in people}.values())
    allowed = {each.lower() for each in environment.approvers}
    strangers = [each for each in found if allowed and each.lower() not in allowed]
    if strangers:
        raise NotApprovedError(f"{', '.join(strangers)} may not approve in {environment.name}")
    if len(found) < environment.approvals:
        raise NotApprovedError(f"{len(found)} of {environment.approvals} approvals are there")
    return tuple(found)


def _read(text: str) -> dict[str, Any]:
    try:
        given: Any = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise NotApprovedError("the approval file is not JSON") from None
    match given:
        case {"plan": str(), "approvals": list()}:
            return dict(given)
    raise NotApprovedError('the approval file must have "plan" and "approvals"')


def _person(given: object, now: datetime) -> str:
    match given:
        case {"by": str(by), "at": str(at)} if by.strip():
            try:
                when = datetime.fromisoformat(at)
            except ValueError:
                raise NotApprovedError(f"{by} approved at {at}, which is no time") from None
            if when.tzinfo is None:
                raise NotApprovedError(f"{by} approved at {at}, which has no time zone")
            if when > now + _SKEW:
                raise NotApprovedError(f"{by} approved at {at}, which is in the future")
            return by.strip()
    raise NotApprovedError('each approval must have "by" and "at"')
