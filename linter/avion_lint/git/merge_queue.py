"""Reads which commit a merge group of GitHub's is judged against, from the event that started the workflow."""

from __future__ import annotations

import os
import stat

from avion_lint.git.errors import GitError, Trouble
from avion_lint.git.process import is_object_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_EVENT = "merge_group"
_MOST = 1 << 25  # GitHub sends no event of more than 25 MB


def merge_group_base(environment: Mapping[str, str]) -> str | None:
    """Object id of the commit that the merge group is built on; None outside a merge queue, or without its event.

    That is the last commit of the queue before it, so that what other groups bring counts as applied. GITHUB_BASE_REF
    is empty there (GitHub's documentation of `merge_group`). The file is data that is not trusted. Raises GitError.
    """
    path = environment.get("GITHUB_EVENT_PATH", "")
    if environment.get("GITHUB_EVENT_NAME") != _EVENT or not path:
        return None
    data = _read(path)
    if data is None:
        return None
    group = _group(data)
    base = group.get("base_sha") if isinstance(group, dict) else None
    if not isinstance(base, str) or not is_object_id(base):
        raise GitError(
            Trouble.UNKNOWN_REVISION,
            f"{path} (GITHUB_EVENT_PATH) does not name the base of the merge group (merge_group.base_sha)",
            "name it with `--base`",
        )
    return base


def _read(path: str) -> bytes | None:
    """Content of a regular file; None where there is none that can be read, as in a container without it."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with open(path, "rb") as stream:
            return stream.read(_MOST)
    except (OSError, ValueError):  # ValueError: a path with a NUL
        return None


def _group(data: bytes) -> object:
    import json  # noqa: PLC0415 - in a merge queue only

    try:
        event = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return event.get(_EVENT) if isinstance(event, dict) else None
