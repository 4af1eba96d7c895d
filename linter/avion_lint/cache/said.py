"""What a run told, as it can be told again."""

from __future__ import annotations

from avion_lint.record import record


@record
class Said:
    """What a run told: its exit code, the report, the SARIF file and the step summary, as far as they were wanted.

    The reports are bytes in UTF-8, as they are written and kept.
    """

    code: int
    report: bytes
    sarif: bytes | None = None
    summary: str | None = None
