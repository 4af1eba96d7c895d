"""`avion-lint baseline`: what is there today, written down so that only what comes new counts."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.baseline import render
from avion_lint.cli.case import case_of
from avion_lint.cli.exit_codes import Exit
from avion_lint.cli.inputs import root_of
from avion_lint.cli.output import say, write_file
from avion_lint.judge import judge


def baseline(given: Namespace) -> int:
    """Judge every migration and write its findings to the baseline file."""
    given.all = not given.staged
    case = case_of(given, datetime.now(tz=UTC).date())
    verdict = judge(replace(case, baseline=None))
    root = root_of(Path(given.paths[0]) if given.paths else Path.cwd())
    path = given.output or str(root / case.settings.baseline)
    write_file(path, render(verdict.results))
    count = len(verdict.results)
    say(f"{path}: {count:,} {'finding' if count == 1 else 'findings'} will not count from now on\n")
    return Exit.CLEAN
