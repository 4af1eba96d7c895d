"""The words that several reports share: counts, the sentence that sums a run up, and the names of things."""

from __future__ import annotations

from avion_lint.finding import Level
from avion_lint.report.plain import harmless
from avion_lint.rule import Rule
from avion_lint.verdict import Result, Suppressed, SuppressedBy, Unchecked, Verdict

# The path of what is about the whole repository.
WHOLE = "."

LEVELS = (Level.ERROR, Level.WARNING, Level.INFO)


def plural(number: int, one: str, many: str = "") -> str:
    """Give a number its noun: "1 error", "1,184 migrations"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def counts(verdict: Verdict) -> str:
    """How many results of every level: "2 errors, 1 warning", or "no findings"."""
    numbers = [(level, verdict.count(level)) for level in LEVELS]
    return ", ".join(plural(number, str(level)) for level, number in numbers if number) or "no findings"


def set_aside(verdict: Verdict) -> str:
    """How much does not count: "3 suppressed, 1 not checked", or the empty text."""
    numbers = ((len(verdict.suppressed), "suppressed"), (len(verdict.unchecked), "not checked"))
    return ", ".join(f"{number:,} {word}" for number, word in numbers if number)


def scope(verdict: Verdict) -> str:
    """Say what was taken as applied and how much was judged: "1,184 migrations …, 2 judged"."""
    assumed = harmless(verdict.scope.assumed).strip().rstrip(".")
    if assumed.endswith("nothing is judged"):
        return assumed
    judged = f"{verdict.scope.judged:,} judged" if verdict.scope.judged else "none judged"
    beside = f"{plural(verdict.scope.beside, 'file')} around them" if verdict.scope.beside else ""
    return ", ".join(filter(None, (assumed, judged, beside)))


def summary(verdict: Verdict) -> str:
    """Sum the run up in one line."""
    files = len({result.finding.place.document.path for result in verdict.results} - {WHOLE})
    found = counts(verdict) + (f" in {plural(files, 'file')}" if files else "")
    line = "; ".join(filter(None, (found, scope(verdict), set_aside(verdict))))
    return line[:1].upper() + line[1:]


def rule_title(rule: Rule) -> str:
    """Id and name of a rule."""
    return f"{rule.id} {rule.name}"


def place_text(path: str, line: int | None, column: int | None = None) -> str:
    """`path:line:column`, as far as it is known, safe to show."""
    return ":".join([harmless(path or "."), *(str(number) for number in (line, column) if number is not None)])


def why_suppressed(suppressed: Suppressed) -> str:
    """Say what keeps a result from counting, with the reason given."""
    match suppressed.by:
        case SuppressedBy.COMMENT:
            by = "by a comment in the file"
        case SuppressedBy.EXCEPTION:
            by = "by an exception in the settings"
        case SuppressedBy.BASELINE:
            by = "by the baseline"
        case SuppressedBy.SIZE:
            by = "by the size of its table"
    reason = harmless(suppressed.reason.strip())
    return f"{by}: {reason}" if reason else by


def unchecked_level(unchecked: Unchecked) -> Level:
    """Weight of something unchecked: an error where the run must not pass without it."""
    return Level.ERROR if unchecked.blocks else Level.WARNING


def unchecked_path(unchecked: Unchecked) -> str:
    """Path of the file that could not be checked, empty where it is about the whole repository."""
    return "" if unchecked.path == WHOLE else unchecked.path


def heaviest_first(results: tuple[Result, ...]) -> list[Result]:
    """Results by level, the heaviest first, and in the order given within a level."""
    return sorted(results, key=lambda result: -result.level)
