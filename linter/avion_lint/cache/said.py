"""What a run told, as it can be told again."""

from __future__ import annotations

from avion_lint.record import record


@record
class Said:
    """What a run told: its exit code, the report, the SARIF file and the step summary, as far as they were wanted."""

    code: int
    report: str
    sarif: str | None = None
    summary: str | None = None
