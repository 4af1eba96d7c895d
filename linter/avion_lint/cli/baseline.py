"""`avion-lint baseline`: what is there today, written down so that only what comes new counts."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime

from avion_lint.cli.case import case_of
from avion_lint.cli.exit_codes import NOT_CHECKED, Exit
from avion_lint.cli.inputs import first_path
from avion_lint.cli.output import complain, say
from avion_lint.cli.roots import root_of
from avion_lint.cli.writing import write_file
from avion_lint.judgement.baseline import render
from avion_lint.judgement.judge import judge
from avion_lint.record import replace
from avion_lint.report.wording import plural


def baseline(given: Namespace) -> int:
    """Judge every migration and write its findings to the baseline file, but for what could not be checked."""
    given.all = not given.staged
    case = replace(case_of(given, datetime.now(tz=UTC).date(), with_baseline=False), whole=False)
    verdict = judge(case)
    blocked = [entry for entry in verdict.unchecked if entry.blocks]
    if blocked:
        complain("; ".join(entry.why for entry in blocked))
        return Exit.UNCHECKED
    known = [result for result in verdict.results if result.rule.id not in NOT_CHECKED]
    path = given.output or os.path.join(root_of(first_path(given)), case.settings.baseline)
    write_file(path, render(known))
    left_out = len(verdict.results) - len(known)
    more = f"; {left_out:,} could not be checked, which no baseline accepts" if left_out else ""
    say(f"{path}: {plural(len(known), 'finding')} will not count from now on{more}\n")
    return Exit.CLEAN
