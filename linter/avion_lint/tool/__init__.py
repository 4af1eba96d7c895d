"""The tool's own rules: what avion-lint says of itself, of what it could not read and of what steers it."""

from __future__ import annotations

from avion_lint.rule import Rule


def _rule(id_: str, name: str, summary: str) -> Rule:
    return Rule(id_, name, summary, __name__, any_database=True, down=True)


NOT_PARSED = _rule("AV101", "not-parsed", "SQL that PostgreSQL's grammar refuses: the server would refuse it as well.")
NOT_READABLE = _rule("AV102", "not-readable", "A file that cannot be read as text, so that nothing in it was checked.")
NOT_JUDGED = _rule(
    "AV103",
    "not-judged",
    "A file or statement that was recognised but cannot be judged, so that no rule looked at it.",
)
HISTORY_UNKNOWN = _rule(
    "AV104",
    "history-unknown",
    "git does not tell which migrations are applied, so that history cannot be checked.",
)
UNUSED_SUPPRESSION = _rule(
    "AV105", "unused-suppression", "A comment that turns off a rule where the rule finds nothing."
)
INVALID_SUPPRESSION = _rule(
    "AV106",
    "invalid-suppression",
    "A comment for avion-lint that has no effect, because it is not written as it must be.",
)
EXPIRED_EXCEPTION = _rule(
    "AV107",
    "expired-exception",
    "An exception in the settings whose last day is over, so that it holds no longer.",
)
UNUSED_EXCEPTION = _rule("AV108", "unused-exception", "An exception in the settings that accepts no finding.")
STALE_BASELINE_ENTRY = _rule(
    "AV109", "stale-baseline-entry", "An entry of the baseline whose finding is no longer there."
)
CODE_MIGRATION = _rule(
    "AV110",
    "code-migration",
    "A migration written in Go or Java: it runs, and nobody can read from it what it does.",
)
OLD_STATS = _rule(
    "AV111", "old-stats", "A file of table sizes that were measured too long ago to keep findings silent."
)
OLD_APPLIED_STATE = _rule(
    "AV112",
    "old-applied-state",
    "An export of the applied migrations that is too old to tell what is applied today.",
)
APPLIED_STATE_CONTRADICTS = _rule(
    "AV113",
    "applied-state-contradicts",
    "A database that has run other migrations, or with another text, than the files here.",
)
SUM_DIFFERS = _rule("AV114", "sum-differs", "A migration that is not what avion-lint.sum says of it.")
ENDED_OVERRIDE = _rule(
    "AV115",
    "ended-override",
    "An override in a policy whose last day is over, so that the environment is as strict again as what it extends.",
)
IDLE_CHECK = _rule(
    "AV116", "idle-check", "A check of a policy that selects nothing in the whole repository, and so checks nothing."
)

RULES = (
    NOT_PARSED,
    NOT_READABLE,
    NOT_JUDGED,
    HISTORY_UNKNOWN,
    UNUSED_SUPPRESSION,
    INVALID_SUPPRESSION,
    EXPIRED_EXCEPTION,
    UNUSED_EXCEPTION,
    STALE_BASELINE_ENTRY,
    CODE_MIGRATION,
    OLD_STATS,
    OLD_APPLIED_STATE,
    APPLIED_STATE_CONTRADICTS,
    SUM_DIFFERS,
    ENDED_OVERRIDE,
    IDLE_CHECK,
)
