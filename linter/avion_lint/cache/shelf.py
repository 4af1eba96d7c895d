"""A mapping in a file, of which only what is asked for is read: the objects of a schema with thousands of tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from avion_lint.cache.lines import DamagedError
from avion_lint.hashing import hasher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from avion_lint.cache.lines import Lines

_TOGETHER = 4  # entries of a piece
_TO_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NONE: Any = object()

Plain = tuple[object, object, object]
"""A key, and what JSON can hold of it and of the value."""


def pieces(entries: list[Plain]) -> list[bytes]:
    """The entries as they stand in a file, in their order; keys are texts, tuples of keys, or None."""
    found: list[list[tuple[str, int, object, object]]] = [[] for _ in range(-(-len(entries) // _TOGETHER))]
    for number, (key, plain, value) in enumerate(entries):
        text = _TO_TEXT(key)
        found[_piece(text, len(found))].append((text, number, plain, value))
    return [_TO_TEXT(each).encode("utf-8", "surrogatepass") for each in found]


def _piece(text: str, count: int) -> int:
    digest = hasher("blake2b")(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") % count


class Shelf(Mapping["Any", "Any"]):
    """The entries that stand in `count` pieces of a file from `first` on, `size` in all.

    `key_of` and `value_of` make keys and values of what JSON held, each once. Raises DamagedError, and what they raise,
    where an entry is asked for.
    """

    __slots__ = ("_count", "_first", "_key_of", "_known", "_lines", "_size", "_value_of", "_whole")

    def __init__(
        self, lines: Lines, place: tuple[int, int, int], key_of: Callable[[Any], Any], value_of: Callable[[Any], Any]
    ) -> None:
        self._lines = lines
        self._first, self._count, self._size = place
        self._key_of = key_of
        self._value_of = value_of
        self._known: dict[Any, Any] = {}
        self._whole: dict[Any, Any] | None = None

    def get(self, key: object, default: Any = None) -> Any:
        """Value of the key, or the default."""
        if self._whole is not None:
            return self._whole.get(key, default)
        if key not in self._known:
            self._known[key] = self._found(key)
        value = self._known[key]
        return default if value is _NONE else value

    def _found(self, key: object) -> Any:
        if not self._count:
            return _NONE
        text = _TO_TEXT(key)
        for known, _, _, value in self._entries(_piece(text, self._count)):
            if known == text:
                return self._value_of(value)
        return _NONE

    def _entries(self, piece: int) -> list[tuple[str, int, Any, Any]]:
        try:
            return [(text, int(number), key, value) for text, number, key, value in self._decoded(piece)]
        except (ValueError, TypeError, RecursionError) as error:
            raise DamagedError(str(error)) from error

    def _decoded(self, piece: int) -> Any:
        found = json.loads(self._lines[self._first + piece])
        if type(found) is not list:
            raise DamagedError("a piece is no list")
        return found

    def whole(self) -> dict[Any, Any]:
        """All entries in their order."""
        if self._whole is None:
            found = sorted((each for number in range(self._count) for each in self._entries(number)), key=_number)
            keys = [self._key_of(plain) for _, _, plain, _ in found]
            known, self._known = self._known, {}
            self._whole = {
                key: known[key] if key in known else self._value_of(entry[3])
                for key, entry in zip(keys, found, strict=True)
            }
        return self._whole

    def __getitem__(self, key: object) -> Any:
        value = self.get(key, _NONE)
        if value is _NONE:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        return self.get(key, _NONE) is not _NONE

    def __iter__(self) -> Iterator[Any]:
        return iter(self.whole())

    def __len__(self) -> int:
        return self._size


def _number(entry: tuple[str, int, Any, Any]) -> int:
    return entry[1]
