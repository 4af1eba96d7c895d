"""`avion-lint [PATH …]`: judge the migrations and report, or say again what was said of the same before."""

from __future__ import annotations

import os
import sys

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.look import Look
from avion_lint.cli.output import complain, say
from avion_lint.report.style import wants_colour
from avion_lint.wholes import load_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from avion_lint.cache.said import Said
    from avion_lint.cli.again import Remembered


def lint(given: Namespace) -> int:
    """Judge, or find what was said of the same before; write the reports, and tell by the exit code what came of it."""
    chosen = _format(given)
    if given.diff:
        given.fix = True
    if given.unsafe_fixes and not given.fix:
        raise UsageError("--unsafe-fixes goes with --fix or --diff")
    if given.fix:
        from avion_lint.cli.fix import fix_first  # noqa: PLC0415 - changes files, which few runs ask for

        code = fix_first(given)
        if code is not None:
            return code
    look = _look(given)
    earlier = _earlier(given, look, chosen)
    said = earlier.said if earlier else None
    if said is None:
        load_whole("avion_lint.cli.judging")
        from avion_lint.cli.judging import judged  # noqa: PLC0415 - all that judges, which an old verdict spares

        said = judged(given, chosen, look, earlier)
    return _tell(given, said)


def _earlier(given: Namespace, look: Look, chosen: str) -> Remembered | None:
    if given.no_cache:
        return None
    load_whole("avion_lint.cli.again")
    from avion_lint.cli.again import remembered  # noqa: PLC0415 - all that looks whether an old verdict holds

    return remembered(given, (str(look), chosen))


def _tell(given: Namespace, said: Said) -> int:
    """Write the reports, and give the exit code."""
    if given.sarif or given.output:
        from avion_lint.cli.writing import write_file, write_sarif  # noqa: PLC0415 - few runs write a file
    if given.sarif and said.sarif is not None:
        write_sarif(given.sarif, said.sarif)
    if given.output:
        write_file(given.output, said.report)
    else:
        say(said.report)
    if said.summary is not None:
        _step_summary(said.summary)
    return said.code


def _format(given: Namespace) -> str:
    if given.sarif == "":
        if given.format not in (None, "sarif"):
            raise UsageError("--sarif without a file makes SARIF the report; take either it or --format")
        return "sarif"
    if given.format:
        return str(given.format)
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" and not given.output else "text"


def _look(given: Namespace) -> Look:
    on_terminal = not given.output and sys.stdout.isatty()
    colour = given.color == "always" if given.color != "auto" else wants_colour(os.environ, terminal=on_terminal)
    return Look(colour=colour, columns=_columns() if on_terminal else 100)


def _columns() -> int:
    try:
        return max(os.get_terminal_size().columns, 40)
    except OSError:
        return 100


def _step_summary(text: str) -> None:
    """Add the summary to the page of the GitHub Actions run."""
    try:
        with open(os.environ["GITHUB_STEP_SUMMARY"], "a", encoding="utf-8") as summary:
            summary.write(text)
    except OSError as error:
        complain(f"the step summary cannot be written: {error.strerror}")
