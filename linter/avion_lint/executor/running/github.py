"""Whether a plan has been approved in a run of GitHub Actions, by what GitHub's API says of that run; pure.

The API (2022-11-28): a run, `…/actions/runs/{id}/approvals` (every review of its environments), `…/{id}/jobs`.
"""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.executor.running.approval import NotApprovedError, enough
from avion_lint.executor.running.plan import Plan
from avion_lint.record import record
from avion_lint.settings.environments import Environment, GitHubApproval

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SHORT = 12  # digits of a plan's hash that name it


@record
class Told:
    """What the API says of a run, as JSON; `jobs` is None where they were not asked for."""

    run: object
    reviews: object
    jobs: object = None


@record
class Approved:
    """Who approved, and where that can be seen: the run's address and which attempt it is."""

    people: tuple[str, ...]
    run: str
    attempt: int


def approved_on_github(told: Told, plan: Plan, environment: Environment, commit: str) -> Approved:
    """Who approved the plan in the run; raises NotApprovedError.

    `commit` is the one that is checked out here. Whoever has approved the environment counts once, and only with the
    plan's hash in the comment; where the settings say so, the name of the job that runs may have it instead.
    """
    wanted = environment.github_approval
    if wanted is None:
        raise NotApprovedError(f"{environment.name} has no `github-approval`, so GitHub's word does not count there")
    run = _run(told.run, wanted, commit)
    reviews = tuple(_reviews(told.reviews, wanted.environment))
    refusing = sorted({person for person, state, _ in reviews if state == "rejected"})
    if refusing:
        raise NotApprovedError(f"{', '.join(refusing)} rejected {wanted.environment} in {run['html_url']}")
    named = _in_job(told.jobs, run, plan) if wanted.plan_in == "job-name" else False
    people = {person for person, state, words in reviews if state == "approved" and (named or _names(words, plan))}
    unnamed = {person for person, state, _ in reviews if state == "approved"} - people
    if unnamed and len(people) < environment.approvals:
        where = "in the comment" if wanted.plan_in == "comment" else "in the name of the job that runs"
        words = f"{', '.join(sorted(unnamed))} approved {wanted.environment}, but not this plan"
        raise NotApprovedError(f"{words}: {plan.hash[:_SHORT]} must stand {where}")
    return Approved(enough(people, environment), str(run["html_url"]), int(run["run_attempt"]))


def _run(given: object, wanted: GitHubApproval, commit: str) -> dict[str, Any]:  # Any: JSON
    told: Any = given
    match told:
        case {
            "repository": {"full_name": str(name)},
            "head_sha": str(sha),
            "status": str(status),
            "run_attempt": int(),
            "html_url": str(address),
        }:
            pass
        case _:
            raise NotApprovedError("GitHub's answer is not that of a run")
    if name.lower() != wanted.repository.lower():
        raise NotApprovedError(f"that run is one of {name}, not of {wanted.repository}")
    if status == "completed":
        raise NotApprovedError(f"{address} is over: an approval holds for the run that it was given in")
    if sha != commit:
        raise NotApprovedError(f"{address} is of commit {sha[:_SHORT]}, and here is {commit[:_SHORT] or 'no commit'}")
    return dict(told)


def _reviews(told: object, environment: str) -> Iterator[tuple[str, str, str]]:
    """Person, state and comment of each review of the environment."""
    if not isinstance(told, list):
        raise NotApprovedError("GitHub's answer has no list of approvals")
    for each in told:
        match each:
            case {"state": str(state), "environments": list(names), "user": {"login": str(login), **user}}:
                said = each.get("comment")
                mine = any(isinstance(name, dict) and name.get("name") == environment for name in names)
                if mine and user.get("type", "User") == "User":
                    yield login, state, said if isinstance(said, str) else ""


def _names(words: str, plan: Plan) -> bool:
    """Whether words have the plan's hash, or at least its first digits."""
    cleaned = "".join(letter if letter.isalnum() else " " for letter in words.lower())
    return any(len(word) >= _SHORT and plan.hash.startswith(word) for word in cleaned.split())


def _in_job(told: object, run: dict[str, Any], plan: Plan) -> bool:  # Any: JSON
    """Whether a job that runs has the plan in its name, which those saw who approved; not where it was run again."""
    if run["run_attempt"] != 1:
        raise NotApprovedError("it was run again, and the approvals may be older: start a new run")
    match told:
        case {"jobs": list(jobs)}:
            running = (each for each in jobs if isinstance(each, dict) and each.get("status") == "in_progress")
            return any(_names(str(each.get("name")), plan) for each in running)
    raise NotApprovedError("GitHub's answer has no list of jobs")
