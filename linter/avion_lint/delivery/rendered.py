"""Which of a chart's templates a command renders for kubectl: `helm template NAME CHART --show-only FILE`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import normpath

_SHOWN = ("--show-only", "-s")


def templates(words: Sequence[str], folder: str) -> Iterator[str]:
    """Paths, from the root, of the templates that a command renders, or of the folders that hold them.

    Each word may be the chart: which of the paths exist is for the caller to see.
    """
    if tuple(words[:2]) != ("helm", "template"):
        return
    shown = tuple(_shown(words)) or ("templates",)
    for word in words[2:]:
        if not word.startswith("-"):
            yield from (normpath(f"{folder}/{word}/{file}").lstrip("/") for file in shown)


def _shown(words: Sequence[str]) -> Iterator[str]:
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in _SHOWN:
            yield from (value,) if equals else tuple(words[at + 1 : at + 2])
