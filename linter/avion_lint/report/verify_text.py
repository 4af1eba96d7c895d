"""What a verification came to, as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from avion_lint.executor.proving.outcome import Claims, Problem, State, Step, Verified
from avion_lint.report.plain import harmless
from avion_lint.report.style import Paint, Style
from avion_lint.report.wording import plural

_WORDS = {State.PASSED: "ok", State.FAILED: "FAILED", State.SKIPPED: "skipped", State.UNCHECKED: "not checked"}
_PAINTS = {
    State.PASSED: Paint.GOOD,
    State.FAILED: Paint.ERROR,
    State.SKIPPED: Paint.QUIET,
    State.UNCHECKED: Paint.WARNING,
}
_WIDTH = 11
_NAME = 24
_FEW = 5
_SLOW = 3  # statements


def verify_text(found: Sequence[Verified], style: Style, *, verbose: bool = False) -> str:
    """All services, and a sentence that sums them up."""
    parts = ["\n".join(_service(each, style, verbose=verbose)) for each in found]
    return "\n\n".join([*parts, _sum(found)]) + "\n"


def _service(verified: Verified, style: Style, *, verbose: bool) -> Iterator[str]:
    where = f" ({verified.root or '.'})" if verified.root != verified.service else ""
    server = f" on PostgreSQL {verified.server}" if verified.server else ""
    yield style.paint(Paint.PLACE, harmless(f"{verified.service}{where}: {verified.runner}{server}"))
    for step in verified.steps:
        yield from _step(step, style)
    yield from _claims(verified.claims, verbose=verbose)
    yield from _replay(verified.replay, verbose=verbose)
    yield from _slowest(verified)
    yield from (f"  note: {harmless(note)}" for note in verified.notes)


def _step(step: Step, style: Style) -> Iterator[str]:
    word = style.paint(_PAINTS[step.state], f"{_WORDS[step.state]:<{_WIDTH}}")
    took = f" ({_time(step.seconds)})" if step.state in (State.PASSED, State.FAILED) else ""
    yield f"  {word} {step.name:<{_NAME}} {harmless(step.said)}{took}".rstrip()
    if step.problem is not None:
        yield from (f"    {line}".rstrip() for line in _problem(step.problem, step.said))


def _problem(problem: Problem, said: str) -> Iterator[str]:
    place = f"{problem.path}:{problem.line}: " if problem.path else ""
    if problem.message:
        yield harmless(f"{place}{problem.message} (SQLSTATE {problem.sqlstate})")
    elif place or problem.what != said:
        yield harmless(f"{place}{problem.what}")
    for name, text in (("detail", problem.detail), ("hint", problem.hint)):
        if text:
            yield f"{name}: {harmless(text)}"
    yield from (f"  | {harmless(line)}" for line in problem.statement.splitlines())
    yield from (f"  {harmless(line)}" for line in problem.lines)
    if problem.mend:
        yield f"→ {harmless(problem.mend)}"


def _claims(claims: Claims, *, verbose: bool) -> Iterator[str]:
    if not claims.compared and not claims.left:
        return
    left = sum(claims.left.values())
    share = f"{claims.agreeing:,} of {plural(claims.compared, 'statement')} did what avion-lint claims"
    yield f"  locks: {share}" + (f"; {left:,} could not be compared" if left else "")
    shown = claims.differences if verbose else claims.differences[:_FEW]
    for each in shown:
        where = f"{each.path}:{each.line}: {each.relation}"
        yield harmless(f"    avion-lint is wrong: {where}: claimed {each.claimed}, seen {each.seen}")
    if len(shown) < len(claims.differences):
        yield f"    … {len(claims.differences) - len(shown):,} more, with -v"
    if verbose:
        yield from (f"    {count:,} not compared: {reason}" for reason, count in claims.left.items())


def _replay(lines: tuple[str, ...], *, verbose: bool) -> Iterator[str]:
    shown = lines if verbose else lines[:_FEW]
    for line in shown:
        yield harmless(f"    avion-lint is wrong about the schema: {line}")
    if len(shown) < len(lines):
        yield f"    … {len(lines) - len(shown):,} more, with -v"


def _slowest(verified: Verified) -> Iterator[str]:
    """The statements that took longest, where they took long enough for anybody to care."""
    timed = [(one.seconds, each.path, one.line) for each in verified.times for one in each.statements]
    slow = sorted((each for each in timed if each[0] >= 1), reverse=True)[:_SLOW]
    yield from (f"  slow: {harmless(path)}:{line} took {_time(seconds)}" for seconds, path, line in slow)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _sum(found: Sequence[Verified]) -> str:
    failed = sum(each.has(State.FAILED) for each in found)
    unchecked = sum(each.has(State.UNCHECKED) and not each.has(State.FAILED) for each in found)
    passed = len(found) - failed - unchecked
    words = [(passed, "passed"), (failed, "failed"), (unchecked, "not wholly checked")]
    told = ", ".join(f"{number} {word}" for number, word in words if number)
    return f"{plural(len(found), 'service')}: {told}"
