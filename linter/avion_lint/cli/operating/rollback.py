"""`avion-lint rollback`: back to the version that was recorded before a run, by goose's Down sections."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.operating.afterwards import announce
from avion_lint.cli.operating.answers import approval_of, of_checks
from avion_lint.cli.operating.cluster import cluster_answers, earlier
from avion_lint.cli.operating.preparation import Place, Prepared, place_of, planned, prepare
from avion_lint.cli.operating.run import code_of, context_of, copied, end_as_by_hand, means_of, opening, shown_of
from avion_lint.cli.operating.told import named, runs
from avion_lint.cli.output import complain, say
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.plan import Plan, canonical
from avion_lint.executor.running.steps import Answer, Report
from avion_lint.executor.running.taking_back import take_back
from avion_lint.record import replace
from avion_lint.report import run_text
from avion_lint.runners.migration import Runner

_ASKED = ("primary", "version", "clock", "lock", "transactions", "queries", "replication")
_SHORT = 12


def rollback(given: Namespace) -> int:
    """Take migrations back; the exit code tells how it ended."""
    end_as_by_hand()
    try:
        report = _ran(given)
    except CannotRunError as error:
        complain(f"{error.text}{f'. To mend it, {error.mend}' if error.mend else ''}")
        return Exit.UNCHECKED
    say(run_text.render(report) if given.format == "text" else run_text.as_json(report))
    return code_of(report)


def _ran(given: Namespace) -> Report:
    place = place_of(given)
    if place.collected.service.runner is Runner.FLYWAY:
        raise UsageError(
            "Flyway undoes migrations in its paid editions only: mend forward with a new version, or see avion-lint "
            "diagnose"
        )
    with tempfile.TemporaryDirectory(prefix="avion-lint-rollback-", ignore_cleanup_errors=True) as folder:
        means = means_of(given, place, Path(folder))
        try:
            left = earlier(given, place, means.kubectl, means.private)
            prepared = prepare(given, place)
            target = _target(given, prepared.place)
            prepared = replace(prepared, plan=_plan(prepared, target))
            with copied(prepared.place, prepared.address) as trail:
                context, clustered = context_of(given, prepared, means, trail)
                found = (*_answers(given, prepared, target), *cluster_answers(clustered, left))
                report = take_back(context, found, opening(prepared, means), dry=given.dry_run)
        finally:
            means.custody.end()
    announce(report, prepared, os.environ, "rollback")
    return replace(report, manifests=shown_of(clustered, report))


def _target(given: Namespace, place: Place) -> str:
    """The version to go back to: what is named, or what the trail has recorded before the last run with effects."""
    if given.to is not None:
        return str(given.to)
    known = [each for each in runs(place.known, place.collected.service.name) if each.applied]
    told = named(known, given.run) if given.run else next(reversed(known), None)
    if told is None:
        raise UsageError("the audit trail has no run that applied something: name the version with --to VERSION")
    return str(told.first["before"])


def _plan(prepared: Prepared, target: str) -> Plan:
    """The plan of the way back: the files above the target, lowest first; raises UsageError."""
    known = {canonical(file.version): file for file in prepared.place.collected.files if file.version}
    applied = [canonical(version) for version in prepared.recorded.versions]
    if target != "0" and target not in applied:
        raise UsageError(f"version {target} is not applied here, so there is no way back to it")
    above = [version for version in applied if int(version) > int(target)]
    missing = [version for version in above if version not in known]
    if missing:
        raise UsageError(f"there is no file of version {', '.join(missing)} here, so it cannot be taken back")
    files = planned(prepared.place.collected, [known[version].path for version in above])
    return replace(prepared.plan, files=files, direction="down", target=target)


def _answers(given: Namespace, prepared: Prepared, target: str) -> tuple[Answer, ...]:
    plan = prepared.plan
    one_way = [file.version for file in plan.files if not file.undoable]
    found = [
        of_checks(tuple(check for check in prepared.checks if check.name in _ASKED)),
        Answer("files", not one_way, f"no Down section that does anything: {', '.join(one_way)}" if one_way else ""),
    ]
    if not plan.files or given.dry_run:
        return tuple(found)
    return (*found, _named(given, plan, target), *approval_of(given, prepared))


def _named(given: Namespace, plan: Plan, target: str) -> Answer:
    """Whether a person has named the plan, or says yes now."""
    if given.plan:
        same = len(given.plan) >= _SHORT and plan.hash.startswith(given.plan.lower())
        return Answer("plan", same, "" if same else f"the plan is {plan.hash[:_SHORT]}…, not {given.plan[:_SHORT]}…")
    if not sys.stdin.isatty():
        return Answer("plan", passed=False, why=f"nobody is there to be asked: --plan {plan.hash[:_SHORT]}")
    versions = ", ".join(file.version for file in reversed(plan.files))
    sys.stderr.write(f"{plan.service} in {plan.environment} is at version {plan.before}.\n")
    sys.stderr.write(f"Take back {versions}, down to {target}? What they made is lost. Say yes: ")
    said = sys.stdin.readline().strip()
    return Answer("plan", said == "yes", "" if said == "yes" else "you did not say yes")
