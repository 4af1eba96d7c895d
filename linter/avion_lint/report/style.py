"""Whether a report is coloured, and with which colours."""

from __future__ import annotations

from avion_lint.enumeration import StrEnum
from avion_lint.finding import Level
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Paint(StrEnum):
    """What a piece of text is; the value is its ANSI attribute (ECMA-48, select graphic rendition)."""

    ERROR = "1;31"
    WARNING = "1;33"
    INFO = "1;36"
    PLACE = "1"
    QUIET = "2"
    GOOD = "32"


@record
class Style:
    """Paints text, or leaves it as it is."""

    colour: bool

    def paint(self, paint: Paint, text: str) -> str:
        """Text in its colour; the empty text stays empty."""
        return f"\x1b[{paint}m{text}\x1b[0m" if self.colour and text else text


def level_paint(level: Level) -> Paint:
    """Colour of a level."""
    match level:
        case Level.ERROR:
            return Paint.ERROR
        case Level.WARNING:
            return Paint.WARNING
        case _:
            return Paint.INFO


def wants_colour(environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Decide on colour: NO_COLOR, then FORCE_COLOR, then whether the output is a terminal that can show it.

    A variable counts when it is set and not empty (no-color.org, force-color.org); FORCE_COLOR=0 does not
    force.
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return terminal and environ.get("TERM") != "dumb"
