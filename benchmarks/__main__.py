"""`benchmarks/run`: measure avion-lint beside its peers, print the table, write it as JSON."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks import environment, imports, readme, report
from benchmarks.around import around, small
from benchmarks.cases import Bench, Case, Commands, cases
from benchmarks.corpora import Corpora
from benchmarks.imports import Loaded
from benchmarks.measure import Measured, alternate

Results = dict[str, tuple[Case, Mapping[str, Measured], list[report.Judged]]]


def main() -> int:
    """Run what the command line asks for; 1 where something is not as it must be."""
    given = _arguments()
    programs = environment.install(given.revision, given.peer_python, only_squawk=given.small)
    scratch = given.work or environment.scratch()
    clean = environment.clean(scratch)
    Path(clean["XDG_CACHE_HOME"]).mkdir(parents=True, exist_ok=True)
    bench = Bench(programs, Corpora(scratch), clean, cache=_has_cache(programs, clean))
    own = () if given.corpus else (*small(bench), *around(bench))
    chosen = list(_chosen((*cases(bench, given.corpus), *own), given))
    machine = environment.machine(programs, given.revision)
    _say("\n".join(f"{name}: {value}" for name, value in machine.items()))
    found = _imports(bench) if (not given.case and not given.readme) or "imports" in (given.case or ()) else {}
    if found:
        _say("\n".join(report.imports_table(found)))
    results = _measure(chosen, given)
    if given.readme and not readme.written(environment.ROOT / "README.md", machine, results):
        _say("README.md has no place for the table: <!-- speed --> and <!-- /speed -->")
        return 1
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps(report.as_json(machine, results, found), indent=1) + "\n", encoding="utf-8")
    return 1 if given.small and _is_broken(results, found) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    parser.add_argument("--case", action="append", metavar="NAME", help="only this case, or those that begin so")
    parser.add_argument("--list", action="store_true", help="print the names of all cases")
    parser.add_argument("--runs", type=int, default=21, metavar="N", help="rounds of each case (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60, help="rounds of a case end after these (default: 60)")
    parser.add_argument("--timeout", type=float, default=180, help="seconds that one run may take (default: 180)")
    parser.add_argument(
        "--corpus", type=Path, metavar="FOLDER", help="measure on these files, which lie in no repository"
    )
    parser.add_argument("--small", action="store_true", help="for CI: less than a minute; fails on what is far off")
    parser.add_argument("--readme", action="store_true", help="measure for the README's table, and write it there")
    parser.add_argument("--json", type=Path, default=environment.HOME / "result.json", metavar="FILE")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="where generated files are kept")
    parser.add_argument("--revision", metavar="COMMIT", help="measure this commit instead of the work tree")
    parser.add_argument("--peer-python", metavar="PYTHON", help="for peers that need a newer one than ours")
    given = parser.parse_args()
    if given.small:
        given.runs, given.seconds, given.timeout = min(given.runs, 7), min(given.seconds, 5), min(given.timeout, 20)
    return given


def _chosen(all_cases: Iterable[Case], given: argparse.Namespace) -> Iterable[Case]:
    known = list(all_cases)
    if given.list:
        _say("\n".join(f"{case.name}: {case.title}" for case in known))
        sys.exit(0)
    if given.readme and not given.case:
        return [case for case in known if case.name in readme.ROWS]
    if given.case:
        names = {case.name for case in known}
        return [case for case in known if any(_means(name, case, names) for name in given.case)]
    return [case for case in known if case.small == given.small]


def _means(name: str, case: Case, names: set[str]) -> bool:
    """Whether a word on the command line means a case: its name or, where it is nobody's, how its name begins."""
    return case.name == name if name in names else case.name.startswith(name)


def _has_cache(programs: environment.Programs, clean: Mapping[str, str]) -> bool:
    help_ = subprocess.run([programs.avion_lint, "--help"], env=clean, capture_output=True, text=True, check=True)
    return "--no-cache" in help_.stdout


def _measure(chosen: Iterable[Case], given: argparse.Namespace) -> Results:
    results: Results = {}
    for case in chosen:
        _tell(f"{case.name}: making its files")
        commands: Commands = case.commands()
        measured = alternate(
            commands,
            runs=given.runs,
            seconds=given.seconds,
            timeout=given.timeout,
            tell=lambda words, name=case.name: _tell(f"{name}: {words}"),  # type: ignore[misc]
        )
        goals = report.judged(case, measured)
        results[case.name] = (case, measured, goals)
        _tell("")
        _say("\n".join(report.table(case, measured, goals)))
    return results


def _imports(bench: Bench) -> dict[str, Loaded]:
    folder = bench.corpora.repository(30).folder
    runs = {"version": bench.ours(folder, "--version"), "help": bench.ours(folder, "--help"), "one": bench.ours(folder)}
    if bench.cache:
        runs["warm"] = bench.warm(folder)
    rules = imports.lists()
    return {name: imports.loaded(bench.programs.python, command, rules[name]) for name, command in runs.items()}


def _is_broken(results: Results, found: Mapping[str, Loaded]) -> bool:
    """Tell what is not as it must be."""
    broken = [f"{name}: loads {' '.join(each.unexpected)}" for name, each in found.items() if each.unexpected]
    for name, (_, _, goals) in results.items():
        broken += [f"{name}: {each.value or each.trouble}" for each in goals if not each.met_somehow]
    sys.stderr.write("".join(f"{line}\n" for line in broken))
    return bool(broken)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _tell(words: str) -> None:
    """Tell on a terminal what goes on."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{words}")


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
