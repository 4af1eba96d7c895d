"""What speaks for and against a run before it is begun: gate, checks, approval, dry run."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.cli.operating.github import is_github, told_of_run
from avion_lint.cli.operating.preparation import Prepared
from avion_lint.cli.operating.told import half_done, runs
from avion_lint.executor.running.approval import NotApprovedError, approved_by
from avion_lint.executor.running.github import approved_on_github
from avion_lint.executor.running.preflight import Check
from avion_lint.executor.running.steps import Answer
from avion_lint.executor.trail.audit import dry_run_of
from avion_lint.finding import Level

_SHORT = 12


def answers(given: Namespace, prepared: Prepared) -> tuple[Answer, ...]:
    """All of them; without anything to run there is nothing to ask but whether the history is right."""
    found = [_gate(prepared), of_checks(prepared.checks)]
    if prepared.plan.files:
        found += [
            *_half_done(given, prepared),
            *_named(given, prepared),
            *approval_of(given, prepared),
            *_dry_run(given, prepared),
        ]
    return tuple(found)


def _gate(prepared: Prepared) -> Answer:
    verdict, gate = prepared.gate.verdict, prepared.gate
    told = {"verdict": gate.hash, "errors": verdict.count(Level.ERROR), "judged": len(verdict.judged)}
    return Answer("gate", not gate.why, gate.why, told)


def of_checks(found: tuple[Check, ...]) -> Answer:
    """The answer that checks come to."""
    blocking = (check for check in found if check.blocks)
    against = "; ".join(f"{check.name}: {check.measured} (limit: {check.limit})" for check in blocking)
    told = {
        check.name: {"measured": check.measured, "limit": check.limit, "outcome": str(check.outcome)} for check in found
    }
    reasons = tuple(
        f"{check.name}: {check.measured} (limit: {check.limit}). {check.remedy}".rstrip()
        for check in found
        if check.blocks
    )
    return Answer("preflight", not against, against, {"checks": told}, reasons)


def _half_done(given: Namespace, prepared: Prepared) -> Iterator[Answer]:
    """Whether a file would be run again from its first statement though a part of it may be there already."""
    known = runs(prepared.place.known, prepared.plan.service)
    found = half_done(known, prepared.plan)
    if found and not given.again:
        names = ", ".join(file.path for file in found)
        words = f"{names} was begun by an earlier run without a transaction: see avion-lint diagnose and mend it"
        yield Answer("begun before", passed=False, why=f"{words}, or say --again if it bears being run twice")


def _named(given: Namespace, prepared: Prepared) -> Iterator[Answer]:
    """Whether the plan is the one that a person has named."""
    plan, environment = prepared.plan, prepared.place.environment
    if given.plan:
        same = len(given.plan) >= _SHORT and plan.hash.startswith(given.plan.lower())
        words = f"--plan names {given.plan[:_SHORT]}…, and the plan is now {plan.hash[:_SHORT]}…"
        yield Answer("plan", same, "" if same else words)
    elif not environment.auto_run and not given.approval and not given.dry_run:
        words = f"nothing runs by itself in {environment.name}: name the plan, --plan {plan.hash[:_SHORT]}"
        yield Answer("plan", passed=False, why=words)


def approval_of(given: Namespace, prepared: Prepared) -> Iterator[Answer]:
    """Whether those have approved who must; nothing where nobody must."""
    environment = prepared.place.environment
    if not given.approval:
        if environment.approval_required and not given.dry_run:
            words = f"{environment.name} asks for {environment.approvals} approvals of plan {prepared.plan.hash}"
            how = "--approval github" if environment.github_approval else "--approval FILE"
            yield Answer("approval", passed=False, why=f"{words}: {how}")
        return
    try:
        told = _approved(given.approval, prepared)
    except NotApprovedError as error:
        yield Answer("approval", passed=False, why=str(error))
    except (OSError, UnicodeDecodeError):
        yield Answer("approval", passed=False, why=f"{given.approval} cannot be read")
    else:
        yield Answer("approval", passed=True, why="", told=told)


def _approved(given: str, prepared: Prepared) -> dict[str, object]:
    """Who approved, by a file or by GitHub; raises NotApprovedError, OSError, UnicodeDecodeError."""
    environment, run = prepared.place.environment, is_github(given)
    if run is None:
        text = Path(given).read_text(encoding="utf-8")
        return {"by": list(approved_by(text, prepared.plan, environment, datetime.now(tz=UTC))), "file": given}
    wanted = environment.github_approval
    if wanted is None:
        raise NotApprovedError(f"{environment.name} has no `github-approval`, so GitHub's word does not count there")
    told = told_of_run(wanted, run, os.environ)
    found = approved_on_github(told, prepared.plan, environment, prepared.merged.commit)
    return {"by": list(found.people), "github": found.run, "attempt": found.attempt}


def _dry_run(given: Namespace, prepared: Prepared) -> Iterator[Answer]:
    if prepared.place.environment.dry_run and not given.dry_run:
        done = dry_run_of(prepared.place.known, prepared.plan.hash)
        words = "a dry run of this very plan must come first: --dry-run"
        yield Answer("dry run", done, "" if done else words)
