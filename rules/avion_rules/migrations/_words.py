"""Words for messages: lists of things, and what others say in one short line."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 5
_LONG = 240
REFUSE = (
    "Where there is no way back, let Down stop with an error instead of reporting success: "
    "`DO $$ BEGIN RAISE EXCEPTION 'cannot be undone'; END $$;` on one line."
)


def listed(words: Sequence[str], shown: int = SHOWN) -> str:
    """Write `a`, `a and b`, `a, b and c`; more than `shown` are counted instead of named."""
    if len(words) > shown:
        rest = len(words) - shown + 1
        words = [*words[: shown - 1], f"{rest} more"]
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def shortened(text: str) -> str:
    """Put a text on one line, cut where it gets long."""
    line = " ".join(line.strip() for line in text.split("\n"))
    return line if len(line) <= _LONG else f"{line[: _LONG - 1].rstrip()}…"
