"""Numbered pieces of bytes in one file, each found and checked by itself: who wants few does not read the others."""

from __future__ import annotations

import os

from avion_lint.hashing import hasher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_CHECK = 8  # bytes that check a piece, and the table of all
_NUMBER = 8  # bytes of a place in the file


class DamagedError(BaseException):
    """A piece that is not as it was written, or whose content cannot be read.

    It is no Exception: who goes on after an error of a rule must not take it for one.
    """


class Lines:
    """The pieces of an open file, which stays open as long as this is used."""

    __slots__ = ("_file", "_name", "_table", "count")

    def __init__(self, file: int, name: str) -> None:
        """Take an open file, and close it with this; `name` is the one that it was written under.

        Raises DamagedError where its table is not whole, or OSError.
        """
        self._file = file
        self._name = name.encode()
        head = os.pread(file, _CHECK + _NUMBER, 0)
        self.count = int.from_bytes(head[_CHECK:], "little")
        size = os.fstat(file).st_size
        if (self.count + 1) * _NUMBER > size:
            raise DamagedError("the table is longer than the file")
        self._table = os.pread(file, (self.count + 1) * _NUMBER, _CHECK + _NUMBER)
        if head[:_CHECK] != _check(self._name + head[_CHECK:] + self._table) or self._place(self.count) != size:
            raise DamagedError("the table is damaged")

    def __del__(self) -> None:
        os.close(self._file)

    def __getitem__(self, number: int) -> bytes:
        """A piece by its number; raises DamagedError for one that was harmed, IndexError where there is none."""
        if not 0 <= number < self.count:
            raise IndexError(number)
        start = self._place(number)
        data = os.pread(self._file, self._place(number + 1) - start, start)
        if data[:_CHECK] != _check(b"%s %d:" % (self._name, number) + data[_CHECK:]):
            raise DamagedError(f"piece {number} is damaged")
        return data[_CHECK:]

    def _place(self, number: int) -> int:
        return int.from_bytes(self._table[number * _NUMBER : (number + 1) * _NUMBER], "little")


def joined(pieces: Iterable[bytes], name: str) -> bytes:
    """The bytes of a file of this name with these pieces."""
    own = name.encode()
    whole = [_check(b"%s %d:" % (own, number) + piece) + piece for number, piece in enumerate(pieces)]
    place = _CHECK + _NUMBER + (len(whole) + 1) * _NUMBER
    table = [len(whole), place]
    for piece in whole:
        place += len(piece)
        table.append(place)
    numbers = b"".join(number.to_bytes(_NUMBER, "little") for number in table)
    return b"".join((_check(own + numbers), numbers, *whole))


def _check(data: bytes) -> bytes:
    return bytes(hasher("blake2b")(data, digest_size=_CHECK).digest())
