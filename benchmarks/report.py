"""What was measured, as a table for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from resource import RUSAGE_SELF, getrusage
from statistics import median

from benchmarks.cases import Case, Goal, Of
from benchmarks.imports import Loaded
from benchmarks.measure import Measured


@dataclass(frozen=True)
class Judged:
    """A goal and what came of it, on the clock and in CPU time; None where that could not be measured to its end."""

    goal: Goal
    value: float | None
    cpu: float | None = None
    trouble: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.value is not None and self.value <= self.goal.at_most

    @property
    def met_somehow(self) -> bool:
        """Whether it is reached in CPU time at least, which a busy machine disturbs less."""
        return self.met or (self.cpu is not None and self.cpu <= self.goal.at_most)


def judged(case: Case, measured: Mapping[str, Measured]) -> list[Judged]:
    """The goals of a case, those left out whose other side is not installed."""
    goals = (goal for goal in case.goals if goal.against is None or goal.against in measured)
    return [_judged(goal, measured) for goal in goals]


def _judged(goal: Goal, measured: Mapping[str, Measured]) -> Judged:
    sides = [measured[label] for label in (goal.measured, goal.against) if label]
    trouble = next((side.trouble for side in sides if side.trouble), "")
    if trouble or not all(side.samples for side in sides):
        return Judged(goal, None, trouble=trouble or "not run")
    if goal.against is None:
        return Judged(goal, sides[0].peak() if goal.of is Of.PEAK else sides[0].wall())
    rounds = list(zip(sides[0].samples, sides[1].samples, strict=False))
    wall = median(one.wall / other.wall for one, other in rounds)
    return Judged(goal, wall, median(one.cpu / other.cpu for one, other in rounds))


def table(case: Case, measured: Mapping[str, Measured], goals: list[Judged]) -> Iterator[str]:
    """The case in Markdown."""
    yield f"\n### {case.name}: {case.title}\n"
    yield "| | ms (median) | ms (least) | CPU ms | MB | runs |\n|---|---:|---:|---:|---:|---:|"
    for label, each in measured.items():
        if not each.samples:
            yield f"| {label} | {each.trouble[:100]} | | | | 0 |"
            continue
        times = (1000 * each.wall(), 1000 * each.least(), 1000 * each.cpu())
        cells = " | ".join(f"{value:,.1f}" for value in times)
        yield f"| {label} | {cells} | {_peak(each)} | {len(each.samples)} |"
    if goals:
        yield "\n| goal | at most | is | in CPU time | |\n|---|---:|---:|---:|---|"
    for each_goal in goals:
        yield _row(each_goal)


def _peak(measured: Measured) -> str:
    """The largest memory; a process that takes less than this one is told to have taken as much (Linux)."""
    floor = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    return f"≤ {floor:.0f}" if measured.peak() <= floor + 1 else f"{measured.peak():.0f}"


def _row(judged: Judged) -> str:
    goal = judged.goal
    unit = f" {goal.of}" if goal.against is None else " ×"
    words = f"{goal.measured} / {goal.against}" if goal.against else goal.measured
    value = f"{judged.value:.3g}{unit}" if judged.value is not None else judged.trouble[:100]
    cpu = f"{judged.cpu:.3g}{unit}" if judged.cpu is not None else ""
    return f"| {words} | {goal.at_most:g}{unit} | {value} | {cpu} | {'met' if judged.met else 'not met'} |"


def imports_table(found: Mapping[str, Loaded]) -> Iterator[str]:
    """The modules that runs load, in Markdown."""
    yield "\n### imports: what a run loads\n"
    yield "| run | modules | our own | ms | must not be there | known, to go | gone from the list |"
    yield "|---|---:|---:|---:|---|---|---|"
    for name, each in found.items():
        lists = (" ".join(_tops(part)) for part in (each.unexpected, each.known, each.gone))
        yield f"| {name} | {each.count} | {each.own} | {each.milliseconds:.0f} | {' | '.join(lists)} |"


def _tops(names: tuple[str, ...]) -> list[str]:
    """Names without those that lie inside others among them."""
    return [name for name in names if not any(name.startswith(f"{other}.") for other in names)]


def as_json(
    machine: Mapping[str, str | int],
    results: Mapping[str, tuple[Case, Mapping[str, Measured], list[Judged]]],
    imports: Mapping[str, Loaded],
) -> dict[str, object]:
    """Everything that was measured; seconds and KiB."""
    return {
        "machine": dict(machine),
        "cases": {
            name: {
                "title": case.title,
                "runs": {label: asdict(each) for label, each in measured.items()},
                "goals": [{**asdict(each.goal), "is": each.value, "cpu": each.cpu, "met": each.met} for each in goals],
            }
            for name, (case, measured, goals) in results.items()
        },
        "imports": {name: asdict(each) for name, each in imports.items()},
    }
