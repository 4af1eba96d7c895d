"""What a run told, as it can be told again."""

from __future__ import annotations

from avion_lint.record import record


@record
class Said:
    """What a run told: its exit code, the report, the SARIF file and the step summary, as far as they were wanted.

    The report is the bytes of one in UTF-8 where an earlier run told it, so that it is written as it was kept.
    """

    code: int
    report: str | bytes
    sarif: str | None = None
    summary: str | None = None


def encoded(text: str | bytes) -> bytes:
    """The bytes of a report, in UTF-8; what is no Unicode, as in odd names of files, is written as an escape."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
