"""What a run comes to: results, what was suppressed and why, what could not be checked, and what was judged."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.enumeration import StrEnum
from avion_lint.finding import Finding, Level
from avion_lint.record import record
from avion_lint.rule import Rule


@record
class Sized:
    """What the size of tables makes of a finding.

    `small` says how small they are, so that it does not count; "" where it counts. `louder` tells that they are so
    large that it weighs one level more.
    """

    small: str = ""
    louder: bool = False


@record
class Found:
    """A finding with the rule that made it and the service that it is about ("" for none), not yet weighed.

    `size` is None where nothing is known of the size of tables, or where it does not matter. `environment` is the one
    that it is about, "" for none.
    """

    rule: Rule
    finding: Finding
    service: str
    size: Sized | None = None
    environment: str = ""


@record
class Result:
    """A finding with its weight and its identity.

    `fingerprint` (hexadecimal) stays when lines move, and changes when the finding is about something else. `size` is
    what the size of tables made of it.
    """

    rule: Rule
    level: Level
    finding: Finding
    service: str
    fingerprint: str
    size: Sized | None = None


class SuppressedBy(StrEnum):
    """What keeps a result from counting."""

    COMMENT = "comment"
    EXCEPTION = "exception"
    BASELINE = "baseline"
    SIZE = "size"


@record
class Suppressed:
    """A result that does not count, what says so and the reason given."""

    result: Result
    by: SuppressedBy
    reason: str


@record
class Unchecked:
    """Something that could not be checked, why, and how to mend it ("" where nothing can be done).

    `blocks` tells that a verdict without it is worth nothing, so that the run must not pass.
    """

    path: str
    line: int | None
    why: str
    mend: str = ""
    blocks: bool = False


@record
class EnabledRule:
    """A rule that was on in this run, at the level that the policy gives it where nothing more special holds."""

    rule: Rule
    level: Level


@record
class Scope:
    """What the run knew and what it judged.

    `assumed` says in a sentence what was taken as applied and why ("1,184 migrations on origin/main are taken as
    applied"); `notes` are further sentences for people. `beside` counts the judged files that are no
    migrations: workflows, manifests, scripts …
    """

    services: int
    migrations: int
    applied: int
    judged: int
    assumed: str
    notes: tuple[str, ...] = ()
    beside: int = 0


@record
class Verdict:
    """The outcome of a run, from which every report is made.

    `results` are sorted by path, offset and rule id. `judged` maps the path of every file judged to the
    SHA-256 of its bytes, in hexadecimal.
    """

    scope: Scope
    rules: tuple[EnabledRule, ...]
    results: tuple[Result, ...]
    suppressed: tuple[Suppressed, ...]
    unchecked: tuple[Unchecked, ...]
    judged: Mapping[str, str]

    def count(self, level: Level) -> int:
        """Number of results of exactly that level."""
        return sum(result.level is level for result in self.results)

    def fails(self, level: Level) -> bool:
        """Whether a result weighs at least `level`."""
        return any(result.level >= level for result in self.results)


def place_key(result: Result) -> tuple[str, int, int, str]:
    """Order of reports: path, offset, rule id."""
    return (*result.finding.place.sort_key, result.rule.id)
