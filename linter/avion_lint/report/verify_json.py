"""What a verification came to, as JSON; verify.schema.json describes it."""

from __future__ import annotations

from collections.abc import Sequence

from avion_lint.executor.proving.outcome import Claims, MigrationTime, Problem, Step, Verified
from avion_lint.report.json_text import dump

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DEPTH = 5


def verify_json(found: Sequence[Verified]) -> str:
    """All services."""
    return dump({"format": 1, "services": [_service(each) for each in found]}, _DEPTH)


def _service(verified: Verified) -> dict[str, Any]:  # Any: JSON
    return {
        "service": verified.service,
        "root": verified.root,
        "runner": verified.runner,
        "postgres": verified.server or None,
        "seconds": round(verified.seconds, 3),
        "steps": [_step(step) for step in verified.steps],
        "notes": list(verified.notes),
        "claims": _claims(verified.claims),
        "schema_differences": list(verified.replay),
        "times": [_time(each) for each in verified.times],
    }


def _step(step: Step) -> dict[str, Any]:  # Any: JSON
    return {
        "name": step.name,
        "state": str(step.state),
        "said": step.said,
        "seconds": round(step.seconds, 3),
        "problem": _problem(step.problem) if step.problem else None,
    }


def _problem(problem: Problem) -> dict[str, Any]:  # Any: JSON
    return {
        "what": problem.what,
        "mend": problem.mend,
        "path": problem.path or None,
        "line": problem.line or None,
        "statement": problem.statement or None,
        "sqlstate": problem.sqlstate or None,
        "message": problem.message or None,
        "detail": problem.detail or None,
        "hint": problem.hint or None,
        "lines": list(problem.lines),
    }


def _claims(claims: Claims) -> dict[str, Any]:  # Any: JSON
    return {
        "compared": claims.compared,
        "agreeing": claims.agreeing,
        "not_compared": dict(claims.left),
        "differences": [
            {
                "path": each.path,
                "line": each.line,
                "statement": each.statement,
                "relation": each.relation,
                "claimed": each.claimed,
                "seen": each.seen,
            }
            for each in claims.differences
        ],
    }


def _time(time: MigrationTime) -> dict[str, Any]:  # Any: JSON
    return {
        "path": time.path,
        "version": time.version,
        "direction": str(time.direction),
        "seconds": round(time.seconds, 6),
        "statements": [{"line": each.line, "seconds": round(each.seconds, 6)} for each in time.statements],
    }
