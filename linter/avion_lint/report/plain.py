"""Hostile text made harmless for a terminal or a build log, and the number of columns that it takes there."""

from __future__ import annotations

import unicodedata
from functools import cache

TAB_STOP = 4

_ZERO_WIDTH_JOINER = "\u200d"
# Variation selectors 15 and 16, and the five skin tones: terminals disagree on what a sequence with them
# takes, so only the character before them is shown.
_EMOJI_MODIFIERS = frozenset("\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


def cells(text: str) -> list[str]:
    """Return what is shown for every character of one line; tabs reach to the next multiple of TAB_STOP.

    Whatever could steer a terminal or hide from the eye is replaced by something visible: control characters
    by Unicode's pictures of them, other invisible or unassigned ones by their number, as in <U+202E>.
    """
    if text.isascii() and text.isprintable():
        return list(text)
    shown: list[str] = []
    column = 0
    for character in text:
        cell = " " * (TAB_STOP - column % TAB_STOP) if character == "\t" else _cell(character, shown)
        shown.append(cell)
        column += width(cell)
    return shown


def harmless(text: str) -> str:
    """Text as one line that is safe to show; line ends in it are shown as ␍ and ␊."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(cells(text))


def harmless_lines(text: str) -> list[str]:
    """Split text into lines that are safe to show, without blanks at their ends and empty lines around."""
    lines = [harmless(line).rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def one_line(text: str) -> str:
    """Text as one line that is safe to show; any blanks and line ends in it become single spaces."""
    return " ".join(" ".join(harmless_lines(text)).split())


def width(shown: str) -> int:
    """Columns that harmless text takes in a terminal: two for East Asian wide characters and emoji."""
    return len(shown) if shown.isascii() else sum(map(_character_width, shown))


def without_commands(report: str) -> str:
    """Report in which no line is a workflow command to a GitHub Actions runner.

    The runner obeys a line that begins with `::`, blanks before it aside, and `##[` anywhere in a line
    (actions/runner, ActionCommand.TryParseV2 and TryParse). Visible characters of the same width stand in,
    because the runner's comparisons may pass over invisible ones.
    """
    if "::" not in report and "##[" not in report:
        return report
    lines = report.replace("##[", "##⁅").split("\n")
    return "\n".join(map(_without_leading_command, lines))


def _without_leading_command(line: str) -> str:
    body = line.lstrip()
    if not body.startswith("::"):
        return line
    return line[: len(line) - len(body)] + "∷" + body[2:]


def _cell(character: str, before: list[str]) -> str:
    if character.isascii():
        return character if character.isprintable() else _control_picture(character)
    if character in _EMOJI_MODIFIERS:
        return ""
    if character == _ZERO_WIDTH_JOINER and before and width(before[-1]) != 1:
        return ""
    match unicodedata.category(character):
        case "Cc" | "Cf" | "Cn" | "Co" | "Zl" | "Zp":
            return f"<U+{ord(character):04X}>"
        case "Cs":
            return _undecoded_byte(character)
        case _:
            return character


def _control_picture(character: str) -> str:
    return "␡" if character == "\x7f" else chr(0x2400 + ord(character))


def _undecoded_byte(surrogate: str) -> str:
    """Show a byte of a file name that is not UTF-8, which Python decodes to U+DC80 to U+DCFF."""
    return f"\\x{ord(surrogate) - 0xDC00:02x}" if "\udc80" <= surrogate <= "\udcff" else "�"


@cache
def _character_width(character: str) -> int:
    # First, for U+3099 and others are both wide and combining.
    if unicodedata.category(character) in ("Mn", "Me") or _is_trailing_jamo(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _is_trailing_jamo(character: str) -> bool:
    """Tell the vowels and finals of decomposed Hangul, which are drawn into the syllable's first letter."""
    return "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff"
