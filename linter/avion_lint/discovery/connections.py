"""Whether connections begin with a lock_timeout: what manifests, Makefiles and environment files give to PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from posixpath import basename

from avion_lint.discovery.nearness import nearest
from avion_lint.discovery.tree import Read
from avion_lint.pattern import pattern
from avion_lint.source import Document
from avion_lint.sql.session import is_limit

_SET = pattern(r"lock_timeout['\"]?(?:\s*(?:=|,)\s*|\s+to\s+|%3[dD])['\"]*([\w.]+)", re.IGNORECASE)
# Where a setting of a session can stand: connection strings, libpq's variable, statements for new connections.
_PLACE = pattern(
    r"postgres(?:ql)?://|PGOPTIONS|GOOSE_DBSTRING|\bdbname=|\bhost=|connection-?init-?sql|init-?sqls?\b|options=",
    re.IGNORECASE,
)
_ENDS = (".yaml", ".yml", ".env", ".mk", ".properties", ".toml", ".sh")
_NAMES = ("makefile", "justfile", "dockerfile", ".envrc")


def sets_limit(text: str) -> bool:
    """Whether SQL or a connection string sets a lock_timeout other than the endless 0."""
    return any(is_limit(found[1]) for found in _SET.finditer(text))


def is_place_of_connections(path: str) -> bool:
    """Whether a file is of a kind that says how programs connect; those of tests say nothing of production."""
    name = basename(path).lower()
    kind = name.endswith(_ENDS) or name.startswith((*_NAMES, ".env"))
    return kind and not any(part in ("test", "tests", "testdata") for part in path.lower().split("/"))


def limited(paths: Iterable[str], read: Read, roots: Collection[str]) -> frozenset[str]:
    """The services' folders, among the roots, whose connections are given a lock_timeout by a file near them."""
    found: set[str] = set()
    for path in paths:
        content = read(path) if is_place_of_connections(path) else None
        if isinstance(content, Document) and "lock_timeout" in content.text and _is_given(content.text):
            found.update(nearest(path, roots))
    return frozenset(found)


def _is_given(text: str) -> bool:
    return any("lock_timeout" in line and _PLACE.search(line) and sets_limit(line) for line in _joined(text))


def _joined(text: str) -> list[str]:
    """The lines, with `name: PGOPTIONS` and the `value:` beneath it as one, as in manifests."""
    lines = text.splitlines()
    return [f"{above} {line}" if "value" in line else line for above, line in zip(["", *lines], lines, strict=False)]
