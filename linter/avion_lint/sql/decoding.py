"""Reads libpg_query's JSON by Python's own scanner, without its package.

The package `json` compiles regular expressions for what is never needed here, which takes as long as reading thirty
files.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Plain:
    """How JSON becomes Python's objects: what `json.JSONDecoder` has where nothing is asked of it."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = parse_constant = float
    parse_int = int


def _scanner() -> Any:
    """What takes a text and an offset, and gives the value there and where it ends."""
    try:
        from _json import make_scanner  # noqa: PLC0415 - CPython's
    except ImportError:
        from json import JSONDecoder  # noqa: PLC0415 - elsewhere

        return vars(JSONDecoder())["scan_once"]
    return make_scanner(_Plain)  # type: ignore[arg-type] # it looks for the fields only


_scan = _scanner()


def decoded(text: str) -> Any:
    """The value that JSON from libpg_query tells; it is right and begins with the value, so that nothing is checked."""
    return _scan(text, 0)[0]


def decoded_at(text: str, at: int) -> Any:
    """The value that begins at an offset, as above."""
    return _scan(text, at)[0]
