"""A plan: exactly what would be run, where, under which settings; its hash is what people approve."""

from __future__ import annotations

import json
from collections.abc import Mapping

from avion_lint.hashing import hasher
from avion_lint.record import field, record
from avion_lint.runners.migration import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@record
class PlannedFile:
    """A migration that will be run. `sha256` is of its bytes, `text_sha256` of its text with line feeds as line ends.

    `version` is canonical, "" for repeatable migrations, whose `checksums` are those that Flyway may record.
    `transactional` tells that nothing of it stays when it fails, `undoable` that it has a Down section with statements.
    """

    path: str
    version: str
    sha256: str
    text_sha256: str
    transactional: bool
    undoable: bool = False
    checksums: tuple[str, ...] = ()

    @property
    def said(self) -> dict[str, object]:
        """All of it, for JSON."""
        own: dict[str, object] = {name: getattr(self, name) for name in self.__match_args__}
        return own | {"checksums": list(self.checksums)}


@record
class Plan:
    """What will be run, and where.

    `before` is the highest version that is applied now, "0" for none, `known` are all of them, `state` is their hash.
    `callbacks` maps paths of Flyway's callbacks to their SHA-256. `settings` are those of the environment.
    `database` is `host:port/name`. A plan whose `direction` is `down` takes its files back, down to version `target`.
    """

    service: str
    environment: str
    runner: str
    database: str
    server: str
    before: str
    state: str
    files: tuple[PlannedFile, ...]
    known: tuple[str, ...] = ()
    callbacks: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    direction: str = "up"
    target: str = ""

    @property
    def after(self) -> str:
        """The highest version that will be applied."""
        if self.direction == "down":
            return self.target
        versions = [file.version for file in self.files if file.version]
        return versions[-1] if versions else self.before

    @property
    def transactional(self) -> bool:
        """Whether nothing stays of whichever file fails."""
        return all(file.transactional for file in self.files)

    @property
    def hashed(self) -> dict[str, Any]:  # Any: JSON
        """What the hash is made of; the server's minor version and what its rows are stamped with are no part of it."""
        return {
            "service": self.service,
            "environment": self.environment,
            "runner": self.runner,
            "database": self.database,
            "before": self.before,
            "known": list(self.known),
            "files": [file.said for file in self.files],
            "callbacks": dict(self.callbacks),
            "settings": dict(self.settings),
            "direction": self.direction,
            "target": self.target,
        }

    @property
    def hash(self) -> str:
        """SHA-256, in hexadecimal."""
        return digest(self.hashed)


def canonical(version: Version) -> str:
    """A version as both the runner's table and a file's name come to: `00001` is 1, `1.0` is 1."""
    return ".".join(str(part) for part in version.parts)


def digest(value: object) -> str:
    """SHA-256 of a value as JSON with sorted keys, in hexadecimal."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return str(hasher("sha256")(text.encode("utf-8", "backslashreplace")).hexdigest())
