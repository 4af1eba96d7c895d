"""GitHub's `primaryLocationLineHash`: the identity of a line that code scanning follows an alert by."""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

_WINDOW = 100
_BASE = 37
_MODULUS = 1 << 64
_END = "\uffff"


def line_hashes(text: str, lines: Iterable[int]) -> dict[int, str]:
    """Hash of every wanted line of a file, as github/codeql-action computes it (src/fingerprints.ts).

    The hash covers the 100 UTF-16 code units from the line's beginning, blanks and tabs left out and any line
    end made a line feed; 0xFFFF stands at the end of the file and zeros after it. It is the polynomial of
    those units in 37, modulo 2**64, in hexadecimal; after the colon stands how many lines up to this one have
    the same. Lines are counted from 1, and as there a lone carriage return ends one too. A line that the file
    does not have gets no hash.
    """
    wanted = set(lines)
    units = _units(text) + _END
    windows = {number: window for number, window in _windows(units, wanted) if number in wanted}
    counted = set(windows.values())
    seen: Counter[str] = Counter()
    hashes: dict[int, str] = {}
    for number, window in _windows(units, wanted):
        if window in counted:
            seen[window] += 1
        if number in wanted:
            hashes[number] = f"{_polynomial(window):x}:{seen[window]}"
    return hashes


def _windows(units: str, wanted: set[int]) -> Iterator[tuple[int, str]]:
    """Yield the number and the hashed units of every line up to the last wanted one."""
    for number, start in enumerate(islice(_line_starts(units), max(wanted, default=0)), 1):
        yield number, units[start : start + _WINDOW].ljust(_WINDOW, "\0")


def _units(text: str) -> str:
    """Text with one character per UTF-16 code unit, without blanks and tabs, every line end a line feed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    if text.isascii() or max(text) <= _END:
        return text
    units = array("H", text.encode("utf-16-le"))
    if sys.byteorder == "big":
        units.byteswap()
    return "".join(map(chr, units))


def _line_starts(units: str) -> Iterator[int]:
    start = 0
    while start >= 0:
        yield start
        start = units.find("\n", start) + 1 or -1


def _polynomial(window: str) -> int:
    value = 0
    for unit in window:
        value = (value * _BASE + ord(unit)) % _MODULUS
    return value
