"""Which services a file is about, by where it lies."""

from __future__ import annotations

from collections.abc import Collection
from posixpath import commonpath


def nearest(path: str, roots: Collection[str]) -> tuple[str, ...]:
    """The folders that share the longest beginning of their path with the file; all where none shares any."""
    shared = {root: len(commonpath((path, root))) for root in roots if root}
    longest = max(shared.values(), default=0)
    return tuple(root for root in roots if shared.get(root, 0) == longest)
