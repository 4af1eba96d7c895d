"""How a report looks: coloured or not, and how wide."""

from __future__ import annotations

from avion_lint.record import record


@record
class Look:
    """Whether a report is coloured, and how many columns a line of it may have."""

    colour: bool
    columns: int
