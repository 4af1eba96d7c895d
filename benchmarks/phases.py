"""Where the time of a run goes, phase by phase and rule by rule.

`python -m benchmarks.phases --files N -- --no-git --all FOLDER` runs avion-lint inside this process, with the functions
at which one phase meets the next replaced by ones that look at the clock. The CPU time of a phase is its own: what it
calls of another phase counts there. Looking at the clock costs time too (about half a microsecond a call), so that
whole runs are for `benchmarks/run` to measure.
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import io
import pstats
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import wraps
from time import process_time_ns
from types import ModuleType
from typing import Any

PHASES: tuple[tuple[str, str, str], ...] = (
    ("avion_lint.cli.arguments", "parse", "arguments"),
    ("avion_lint.cli.inputs", "known_rules", "rules put together"),
    ("avion_lint.cli.inputs", "load_settings", "settings"),
    ("avion_lint.policy.packs", "load_pack", "policy"),
    ("avion_lint.cli.files", "files_of", "git and list of files"),
    ("avion_lint.discovery.gather", "gather", "discover"),
    ("avion_lint.discovery.tree", "decode", "read: decode"),
    ("avion_lint.discovery.tree", "WorkTree.read", "read: file"),
    ("avion_lint.discovery.dialect", "dialect_of", "dialect"),
    ("avion_lint.runners.goose", "read", "runner"),
    ("avion_lint.runners.goose_parser", "parse", "runner: statements"),
    ("avion_lint.runners.goose_misreadings", "misreadings", "runner: misreadings"),
    ("avion_lint.runners.flyway", "read", "runner"),
    ("avion_lint.history.witness", "landed", "history"),
    ("avion_lint.history.witness", "read_history", "history"),
    ("pglast.parser", "parse_sql_json", "libpg_query to JSON"),
    ("avion_lint.sql.decoding", "decoded", "JSON to Python"),
    ("avion_lint.sql.parse", "parse", "parse: the rest"),
    ("avion_lint.sql.extract", "extract", "extract"),
    ("avion_lint.schema.replay", "replay", "replay"),
    ("avion_lint.sql.effects", "effects", "effects"),
    ("avion_lint.sql.effects.legality", "fails", "what fails for certain"),
    ("avion_lint.judgement.projects", "project", "subjects"),
    ("avion_lint.judgement.judging", "Judging._judged", "engine"),
    ("avion_lint.judgement.judge", "_suppressions", "suppressions"),
    ("avion_lint.judgement.weigh", "weigh", "weigh"),
    ("avion_lint.report.formats", "render", "report"),
    ("avion_lint.judgement.judge", "judge", "judge: the rest"),
    ("avion_lint.cli.judging", "judged", "lint: the rest"),
)
"""Functions by module, and the phase that their time counts for; what is not there (any more) is told."""

_IMPORT = "_find_and_load"  # what Python calls for a module that is not loaded yet


class Clock:
    """CPU time by phase: the time between two looks belongs to the phase entered last and not left yet."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = defaultdict(int)
        self.calls: dict[str, int] = defaultdict(int)
        self._open = ["outside"]
        self._last = 0

    def start(self) -> None:
        """Begin to count."""
        self._last = process_time_ns()

    def enter(self, phase: str) -> None:
        """Begin a phase inside the current one."""
        self._look()
        self.calls[phase] += 1
        self._open.append(phase)

    def leave(self) -> None:
        """End the current phase."""
        self._look()
        self._open.pop()

    def _look(self) -> None:
        now = process_time_ns()
        self.spent[self._open[-1]] += now - self._last
        self._last = now

    def timed(self, function: Callable[..., Any], phase: str) -> Callable[..., Any]:
        """The function, with its time counted for the phase."""

        @wraps(function)
        def inner(*given: Any, **named: Any) -> Any:
            self.enter(phase)
            try:
                return function(*given, **named)
            finally:
                self.leave()

        return inner


def _install(clock: Clock) -> list[str]:
    """Put the clock in wherever a phase begins; returns what was not there."""
    missing: list[str] = []
    for module_name, name, phase in PHASES:
        try:
            module = importlib.import_module(module_name)
        except ImportError:
            missing.append(module_name)
            continue
        holder: Any = module
        *outer, last = name.split(".")
        for part in outer:
            holder = getattr(holder, part, None)
        original = getattr(holder, last, None)
        if original is None:
            missing.append(f"{module_name}.{name}")
            continue
        _everywhere(holder, last, original, clock.timed(original, phase))
    _rules(clock)
    imports = sys.modules["_frozen_importlib"]
    setattr(imports, _IMPORT, clock.timed(getattr(imports, _IMPORT), "imports"))
    return missing


def _everywhere(holder: Any, name: str, original: object, timed: object) -> None:
    """Replace a function where it is defined and wherever it was imported by name."""
    setattr(holder, name, timed)
    if not isinstance(holder, ModuleType):
        return
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("avion_"):
            for key, value in list(vars(module).items()):
                if value is original:
                    setattr(module, key, timed)


def _rules(clock: Clock) -> None:
    """Count the time of each rule for it; a rule is a generator, so that it must be run to its end to be timed."""
    engine = importlib.import_module("avion_lint.judgement.engine")
    asked = engine._Chooser._asked  # noqa: SLF001 - where rules are given out

    def timed(rule: Any, check: Any) -> Any:
        def inner(*given: Any) -> list[Any]:
            clock.enter(f"rule {rule.id} {rule.name}")
            try:
                return list(check(*given))
            finally:
                clock.leave()

        return inner

    engine._Chooser._asked = lambda *given: ((rule, timed(rule, check)) for rule, check in asked(*given))  # noqa: SLF001


def _report(clock: Clock, files: int) -> str:
    total = sum(clock.spent.values())
    rules = {phase: spent for phase, spent in clock.spent.items() if phase.startswith("rule ")}
    phases = {phase: spent for phase, spent in clock.spent.items() if phase not in rules}
    phases["rules, their own"] = sum(rules.values())
    clock.calls["rules, their own"] = sum(clock.calls[phase] for phase in rules)
    lines = [f"CPU {total / 1e6:.0f} ms, {files} files: {total / 1e6 / files:.3f} ms a file", ""]
    for title, part in (("phase", phases), ("rule (its own time)", rules)):
        lines.append(f"| {title} | ms | % | ms a file | calls |\n|---|---|---|---|---|")
        for phase, spent in sorted(part.items(), key=lambda item: -item[1]):
            row = (f"{spent / 1e6:.1f}", f"{100 * spent / total:.1f}", f"{spent / 1e6 / files:.4f}", clock.calls[phase])
            lines.append(f"| {phase.removeprefix('rule ')} | {' | '.join(map(str, row))} |")
        lines.append("")
    return "\n".join(lines)


def _run(arguments: list[str]) -> None:
    """Run it to its end, without its output; raises SystemExit where it could not do what it was to do."""
    from avion_lint.cli import run  # noqa: PLC0415 - after the clock is in
    from avion_lint.cli.exit_codes import Exit  # noqa: PLC0415 - as above

    with redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")):
        code = run(arguments)
    if code not in (Exit.CLEAN, Exit.FINDINGS):
        raise SystemExit(f"exit code {code}: there is nothing to measure")


def _functions(arguments: list[str], count: int) -> None:
    profile = cProfile.Profile()
    profile.runcall(_run, arguments)
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("tottime").print_stats(count)
    sys.stdout.write(text.getvalue())


def main() -> None:
    """Measure one run with the arguments behind `--`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.phases", description=__doc__)
    parser.add_argument("--files", type=int, default=1, metavar="N", help="how many files are judged, for the averages")
    parser.add_argument(
        "--functions", type=int, metavar="N", help="instead the N functions that take longest (cProfile)"
    )
    parser.add_argument("arguments", nargs="*", metavar="ARGUMENT", help="of avion-lint")
    given = parser.parse_args()
    if given.functions:
        _functions(given.arguments, given.functions)
        return
    clock = Clock()
    missing = _install(clock)
    clock.start()
    _run(given.arguments)
    sys.stdout.write(_report(clock, given.files))
    if missing:
        sys.stdout.write(f"not there: {', '.join(missing)}\n")


if __name__ == "__main__":
    main()
