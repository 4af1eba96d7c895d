"""Lists of texts as bytes and back, without `json`, whose loading takes longer than to tell what an old run said."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def packed(parts: Iterable[bytes]) -> bytes:
    """The parts one after the other, each with its length before it."""
    return b"".join(each for part in parts for each in (b"%d:" % len(part), part))


def unpacked(data: bytes) -> list[bytes]:
    """The parts again; raises ValueError for other bytes."""
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        colon = data.index(b":", at, at + _DIGITS)
        start = colon + 1
        at = start + int(data[at:colon])
        if at < start or at > len(data):
            raise ValueError("a part is cut off")
        parts.append(data[start:at])
    return parts


_DIGITS = 20


def words(texts: Iterable[str]) -> bytes:
    """Texts that hold no NUL, as paths of files do not, as one part."""
    return "\0".join(texts).encode("utf-8", "surrogatepass")


def from_words(data: bytes) -> list[str]:
    """The texts again; raises ValueError for other bytes."""
    return data.decode("utf-8", "surrogatepass").split("\0") if data else []
