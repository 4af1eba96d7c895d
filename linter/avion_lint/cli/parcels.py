"""What one process of a run tells another: records, with what both have alike told by its number."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DIGITS = 16  # of the length that stands in front


def packed(value: object, common: Sequence[object]) -> bytes:
    """A value as bytes; what is in `common` is not written, but told by its place there."""
    data = io.BytesIO()
    _Packer(data, common).dump(value)
    return b"%0*d" % (_DIGITS, data.tell()) + data.getvalue()


def unpacked(data: bytes, common: Sequence[object]) -> tuple[Any] | None:
    """The value of such bytes, alone in a tuple; None where they are not whole.

    They must come from a process that this one made: bytes from elsewhere could do anything.
    """
    length, content = data[:_DIGITS], data[_DIGITS:]
    if len(length) < _DIGITS or int(length) != len(content):
        return None
    return (_Unpacker(io.BytesIO(content), common).load(),)


class _Packer(pickle.Pickler):
    def __init__(self, target: io.BytesIO, common: Sequence[object]) -> None:
        super().__init__(target, pickle.HIGHEST_PROTOCOL)
        self._numbers = {id(each): number for number, each in enumerate(common)}

    def persistent_id(self, obj: object) -> int | None:
        return self._numbers.get(id(obj))


class _Unpacker(pickle.Unpickler):
    def __init__(self, source: io.BytesIO, common: Sequence[object]) -> None:
        super().__init__(source)
        self._common = common

    def persistent_load(self, pid: int) -> object:
        return self._common[pid]
