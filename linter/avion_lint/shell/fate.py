"""What becomes of a command's failure: the words for it."""

from __future__ import annotations

from avion_lint.enumeration import Enum
from avion_lint.record import record
from avion_lint.shell.origin import Stretch


class Outcome(Enum):
    """What happens when a command returns anything but 0.

    ENDS: the script returns non-zero, by errexit or because the status is its last. HANDLED: the script sees it and
    returns non-zero. TESTED: the script sees it and decides; how it ends depends on what it does then. MASKED: the
    script goes on and returns 0 if nothing else fails. UNKNOWN: not known.
    """

    ENDS = "ends"
    HANDLED = "handled"
    TESTED = "tested"
    MASKED = "masked"
    UNKNOWN = "unknown"


class Reason(Enum):
    """Why; what `Failure.by` points at stands behind each."""

    ERREXIT = "errexit is on"
    LAST = "it is the last command"
    TRAP = "a trap decides"  # the trap
    NEXT = "errexit is off, and a later command decides"  # that command
    PIPE = "pipefail is off, and it is not the last of its pipeline"  # the next part of the pipeline
    OR = "another command runs instead"  # what is right of ||
    AND = "errexit does not count it left of &&"  # what is right of &&
    IGNORED = "errexit does not count inside what is tested"  # the test: if, while, !, && or ||
    NEGATED = "! turns it into a success"  # the negated command
    ARGUMENT = "it is in an argument of another command"  # that command
    DECLARATION = "the status is that of export, local, readonly or declare"  # that word
    PROCESS = "nobody waits for a process substitution"  # the substitution
    BACKGROUND = "it runs in the background"  # the command
    WAIT = "somebody waits for it"  # wait
    SUBSTITUTION = "bash turns errexit off in substitutions, and a later command decides"  # that command
    IF = "a condition decides"  # the if
    LOOP = "the condition of a loop"  # the loop
    ROUND = "errexit is off, and a later round of the loop decides"  # the loop
    EXIT = "the script ends there"  # exit or return
    STATUS = "its status is looked at"  # where
    STATUS_UNUSED = "its status is kept and never looked at"  # the assignment
    CONTROL = "break or continue follows"  # break or continue
    OPTIONS = "whether errexit or pipefail is on is not known here"
    WRAPPED = "what runs it does not tell of its status"  # that command
    DEPTH = "the script is nested too deeply"
    NAME = "what the command is comes from a substitution"


@record
class Failure:
    """What becomes of a command's failure, why, and where that is decided.

    `by` is what masks, tests or handles it, None where nothing in the script does. `within` is the construct in
    which errexit does not count, for a failure that errexit would otherwise have seen.
    """

    outcome: Outcome
    reason: Reason
    by: Stretch | None = None
    within: Stretch | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the script can succeed although this fails, and nothing in it has looked."""
        return self.outcome is Outcome.MASKED

    @property
    def reaches_exit(self) -> bool:
        """Whether the script's own exit status tells of it."""
        return self.outcome in {Outcome.ENDS, Outcome.HANDLED}


_RANK = {Outcome.ENDS: 0, Outcome.HANDLED: 1, Outcome.UNKNOWN: 2, Outcome.TESTED: 3, Outcome.MASKED: 4}


def worse(first: Failure | None, second: Failure) -> Failure:
    """The one of two failures of which less is seen; of equal ones the first."""
    return second if first is None or _RANK[second.outcome] > _RANK[first.outcome] else first


@record
class Rest:
    """The statements that follow one, and those that follow the list they are in."""

    nodes: tuple[object, ...]
    at: int
    outer: Rest | None


@record
class Pipes:
    """What reads PIPESTATUS after a pipeline: where that leads, and the parts it asks for (`0`, `@` …)."""

    failure: Failure
    numbers: frozenset[str]

    def of(self, number: int) -> Failure | None:
        """What a failure of that part leads to; None where nobody asks for it."""
        return self.failure if self.numbers & {str(number), "@", "*"} else None


@record
class Context:
    """Where a command stands, seen from its exit status.

    `fail` is what a status other than 0 leads to when errexit does not act, `succeed` what 0 leads to where `!` made
    it, `leave` what follows when this shell exits non-zero, `back` when the function returns non-zero. `ignored` is
    the construct in which errexit does not count. `pipes` is what reads PIPESTATUS.
    """

    fail: Failure
    succeed: Failure
    leave: Failure
    back: Failure
    ignored: Stretch | None = None
    rest: Rest | None = None
    pipes: Pipes | None = None
    inner: bool = False
