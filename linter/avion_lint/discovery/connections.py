"""Whether connections begin with a lock_timeout: what manifests, Makefiles and environment files give to PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from avion_lint.discovery.nearness import nearest
from avion_lint.discovery.tree import Read
from avion_lint.pattern import IGNORECASE, pattern
from avion_lint.record import record
from avion_lint.runners.migration import Runner
from avion_lint.source import Document
from avion_lint.sql.session import is_limit

_SET = pattern(r"lock_timeout['\"]?(?:\s*(?:=|,)\s*|\s+to\s+|%3[dD])['\"]*([\w.]+)", IGNORECASE)
# Where a setting of a session can stand: connection strings, libpq's variable, statements for new connections.
_PLACE = pattern(
    r"postgres(?:ql)?://|PGOPTIONS|GOOSE_DBSTRING|\bdbname=|\bhost=|connection-?init-?sql|init-?sqls?\b|options=",
    IGNORECASE,
)
_ENDS = (".yaml", ".yml", ".env", ".mk", ".properties", ".toml", ".sh")
_BEGINNINGS = ("makefile", "justfile", "dockerfile", ".env")


def sets_limit(text: str) -> bool:
    """Whether SQL or a connection string sets a lock_timeout other than the endless 0."""
    return any(is_limit(found[1]) for found in _SET.finditer(text))


def is_place_of_connections(path: str) -> bool:
    """Whether a file is of a kind that says how programs connect; those of tests say nothing of production."""
    if path.endswith(".sql"):
        return False  # as most files here, which is seen without all their names in small letters
    name = path.rpartition("/")[2].lower()
    kind = name.endswith(_ENDS) or name.startswith(_BEGINNINGS)
    return kind and not any(part in ("test", "tests", "testdata") for part in path.lower().split("/"))


@record
class Limits:
    """The services' folders whose connections are given a lock_timeout: by what every runner heeds, or by PGOPTIONS."""

    certain: frozenset[str] = frozenset()
    by_pgoptions: frozenset[str] = frozenset()

    def holds_for(self, root: str, runner: Runner, goose: str) -> bool:
        """Whether the runner of a service begins its sessions with one."""
        return root in self.certain or (root in self.by_pgoptions and _heeds_pgoptions(runner, goose))


def _heeds_pgoptions(runner: Runner, goose: str) -> bool:
    """Flyway's JDBC driver has no such variable, and goose heeds it from 3.25 on (pgx 5.7.5)."""
    if runner is Runner.FLYWAY:
        return False
    numbers = _NUMBERS.match(goose)
    return numbers is None or (int(numbers[1]), int(numbers[2])) >= _PGX_WITH_OPTIONS


_NUMBERS = pattern(r"v?(\d+)\.(\d+)")
_PGX_WITH_OPTIONS = (3, 25)


def limited(paths: Iterable[str], read: Read, roots: Collection[str]) -> Limits:
    """The services' folders, among the roots, whose connections are given a lock_timeout by a file near them."""
    certain: set[str] = set()
    by_pgoptions: set[str] = set()
    for path in paths:
        content = read(path) if is_place_of_connections(path) else None
        if isinstance(content, Document) and "lock_timeout" in content.text:
            for line in _given(content.text):
                (by_pgoptions if "PGOPTIONS" in line else certain).update(nearest(path, roots))
    return Limits(frozenset(certain), frozenset(by_pgoptions))


def _given(text: str) -> list[str]:
    return [line for line in _joined(text) if "lock_timeout" in line and _PLACE.search(line) and sets_limit(line)]


def _joined(text: str) -> list[str]:
    """The lines, with `name: PGOPTIONS` and the `value:` beneath it as one, as in manifests."""
    lines = text.splitlines()
    return [f"{above} {line}" if "value" in line else line for above, line in zip(["", *lines], lines, strict=False)]
