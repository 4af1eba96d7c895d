"""`avion-lint diagnose`: what has become of a run, and what to do about it."""

from __future__ import annotations

import json
import os
from argparse import Namespace

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.operating.cluster import kubectl_for
from avion_lint.cli.operating.database import address_for, connected
from avion_lint.cli.operating.preparation import Place, place_of
from avion_lint.cli.operating.told import Told, named, runs
from avion_lint.cli.output import complain, say
from avion_lint.executor.kubernetes.seeing import of_run, under_way
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.comparing import altered, applied_of
from avion_lint.executor.running.diagnosis import Branch, Diagnosis, Facts, diagnose
from avion_lint.executor.running.lock import holder
from avion_lint.executor.running.measure import invalid_indexes
from avion_lint.executor.running.recorded import Recorded
from avion_lint.executor.running.sessions import prefix_of, seen
from avion_lint.executor.server.address import driver
from avion_lint.record import record, replace
from avion_lint.settings.environments import Mode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.executor.trail.audit import Entry


@record
class _Live:
    """What the database says now; `found` is None where it does not answer."""

    found: Recorded | None = None
    alive: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    elsewhere: tuple[Entry, ...] = ()


def diagnosed(given: Namespace) -> int:
    """Print the branch of the decision tree and the steps; 0 where there is nothing to mend."""
    place = place_of(given)
    live = _live(place)
    place = replace(place, elsewhere=live.elsewhere)
    known = [each for each in runs(place.known, _service(place)) if each.first["event"] == "run-begun"]
    told = named(known, given.run) if given.run else _last(known)
    if told is None:
        raise UsageError(f"{place.trail.path} tells of no {f'run {given.run}' if given.run else 'run of this service'}")
    if place.environment.mode is Mode.KUBERNETES:
        live = replace(live, alive=(*live.alive, *_jobs(given, place)))
    found = diagnose(facts_of(told, live, place, data_lost=given.data_lost))
    say(_json(told, found) if given.format == "json" else _text(told, found))
    return Exit.CLEAN if found.branch in (Branch.NOT_THE_MIGRATION, Branch.NOT_BEGUN) else Exit.FINDINGS


def _last(known: list[Told]) -> Told | None:
    """The last run that began something, since one that was refused changes nothing; else the last of all."""
    return next((each for each in reversed(known) if each.began), next(reversed(known), None))


def _service(place: Place) -> str:
    return place.collected.service.name


def _live(place: Place) -> _Live:
    try:
        address = address_for(place.environment, _service(place), os.environ)
        with connected(address, "diagnose") as (connection, _):
            by = holder(connection, place.key)
            working = [each.words for each in seen(connection, prefix_of(place.key))]
            alive = (*([f"a run is under way: {by.words}"] if by else []), *working)
            place = place.remembering(connection)
            return _Live(place.look(connection), alive, invalid_indexes(connection), place.elsewhere)
    except (CannotRunError, driver().Error):
        return _Live()


def _jobs(given: Namespace, place: Place) -> tuple[str, ...]:
    """Jobs that are under way, in words; where the cluster does not answer, that is said and nothing is known."""
    try:
        found = under_way(kubectl_for(given, place), place.key)
    except CannotRunError as error:
        complain(f"{error.text}; so whether a Job is under way is not known")
        return ()
    return tuple(f"the Job {each.name} of {of_run(each)} is under way: {each.words}" for each in found)


def facts_of(told: Told, live: _Live, place: Place, *, data_lost: bool) -> Facts:
    """What the trail and the database say together."""
    plan, found, began = told.plan(), live.found, told.began
    return Facts(
        plan.service,
        plan.environment,
        plan.runner,
        told.run,
        plan.database,
        plan.before,
        plan.files,
        applied=applied_of(plan, found) if found is not None else frozenset(),
        begun=frozenset(file["path"] for entry in began for file in entry["files"]),
        recorded_failed=found.failed if found is not None else (),
        reached=found is not None,
        alive=live.alive,
        altered=found is not None and altered(plan, found),
        invalid=live.invalid,
        data_lost=data_lost,
        since=str(began[0]["since"]) if began else "",
        backup=str(told.backup.get("file", "")),
        claim=str(told.backup.get("claim", "")),
        stanza=place.environment.pgbackrest_stanza,
        why=str(told.end["why"]) if told.end else f"the trail has no end of it{_of_job(told)}",
        table=found.table if found is not None and found.table else ".".join(filter(None, place.collected.history)),
    )


def _of_job(told: Told) -> str:
    """What the trail says of the Job of a run that was killed."""
    found = [each for each in told.entries if each["event"] in ("job-created", "job-ended", "job-found")]
    if not found:
        return ""
    state = found[-1].get("state")
    return f"; its Job {found[-1]['job']} {f'was seen later: {state}' if state else 'was created'}"


def _text(told: Told, found: Diagnosis) -> str:
    ended = f"ended {told.end['at']}: {told.end['outcome']}" if told.end else "has no end in the trail"
    lines = [f"run {told.run} of {told.first['service']}, begun {told.first['at']}, {ended}"]
    lines += [f"  {told.end['why']}"] if told.end and told.end["why"] else []
    lines += [f"{found.branch}: {found.why}", *(f"  {at}. {step}" for at, step in enumerate(found.steps, 1))]
    return "\n".join(lines) + "\n"


def _json(told: Told, found: Diagnosis) -> str:
    outcome = told.end["outcome"] if told.end else None
    stopped = told.end["why"] if told.end else ""
    return (
        json.dumps(
            {"run": told.run, "outcome": outcome, "stopped": stopped, **found.said}, indent=2, ensure_ascii=False
        )
        + "\n"
    )
