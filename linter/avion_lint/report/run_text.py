"""What a run came to, for people and for machines."""

from __future__ import annotations

import json

from avion_lint.executor.running.steps import Ended, Report

_WORDS = {
    Ended.DONE: "done",
    Ended.NOTHING: "nothing to do",
    Ended.DRY_RUN: "dry run",
    Ended.REFUSED: "refused, and nothing was changed",
    Ended.FAILED: "failed",
    Ended.ROLLED_BACK: "failed and rolled back",
    Ended.INTERRUPTED: "interrupted",
}


def render(report: Report) -> str:
    """Write it as text."""
    lines = [f"run {report.run}: {_WORDS[report.outcome]}"]
    if report.against:
        lines += [f"  - {each}" for each in report.against]
    elif report.why:
        lines.append(f"  {report.why}")
    for step in report.steps:
        mark = "failed" if step.why else "ok"
        lines.append(f"  {step.name:<24} {mark:<7} {step.seconds:.1f} s")
        lines += [f"    note: {step.note}"] if step.note else []
    lines.append(f"  version {report.before} -> {report.after or 'not known'}")
    if report.plan and report.outcome in (Ended.REFUSED, Ended.DRY_RUN):
        lines.append(f"  plan {report.plan}")
    if report.diagnosis is not None:
        lines += ["", f"{report.diagnosis.branch}: {report.diagnosis.why}"]
        lines += [f"  {number}. {step}" for number, step in enumerate(report.diagnosis.steps, 1)]
    if report.manifests:
        lines += ["", "what would be created in the cluster:", "---", report.manifests.rstrip()]
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """Write it as JSON."""
    told = {
        "run": report.run,
        "outcome": str(report.outcome),
        "why": report.why,
        "plan": report.plan,
        "against": list(report.against),
        "before": report.before,
        "after": report.after or None,
        "applied": list(report.applied),
        "rolled_back": list(report.rolled_back),
        "steps": [
            {"name": step.name, "seconds": step.seconds, "why": step.why, "note": step.note} for step in report.steps
        ],
        "diagnosis": report.diagnosis.said if report.diagnosis else None,
        "untold": report.untold,
        "manifests": report.manifests or None,
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
