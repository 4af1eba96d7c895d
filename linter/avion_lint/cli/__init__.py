"""The commands; the one place that puts the pieces together and the only one that ends the process."""

from __future__ import annotations

import gc
import os
import sys

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.loading import hasten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Run the command line and end the process with its exit code."""
    hasten()
    gc.disable()  # nearly all that a run makes it needs to its end, and what is not is given free by itself
    _end(run(sys.argv[1:]))


def _end(code: int) -> None:
    """End the process without taking apart what it made, which takes as long as a part of the run."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            continue  # nobody is there to read it any more
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run the command that `arguments` name and return its exit code; whatever goes wrong is told in words."""
    from avion_lint.cli.output import complain, prepare, say  # noqa: PLC0415 - Ctrl-C while importing ends it quietly too

    prepare()
    try:
        try:
            return _run(arguments)
        except SystemExit as end:  # argparse, after the help or what is wrong with the arguments
            say("")
            return end.code if isinstance(end.code, int) else Exit.USAGE
    except UsageError as error:
        complain(str(error))
        return Exit.USAGE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:
        if "--traceback" in arguments:
            raise
        words = f"{type(error).__name__}: {error}".rstrip(": ")
        complain(f"this is a mistake of avion-lint itself ({words}); please report it with what --traceback prints")
        return Exit.UNCHECKED


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        from avion_lint import __version__  # noqa: PLC0415 - nothing else is needed then
        from avion_lint.cli.output import say  # noqa: PLC0415 - as above

        say(f"avion-lint {__version__}\n")
        return Exit.CLEAN
    command = _command(arguments)
    from avion_lint.cli.output import complain  # noqa: PLC0415 - --help shall not pay for these
    from avion_lint.git.errors import GitError  # noqa: PLC0415 - as above
    from avion_lint.problems import SettingsError, describe  # noqa: PLC0415 - as above

    try:
        return command()
    except SettingsError as error:
        sys.stderr.write("".join(f"{describe(problem)}\n" for problem in error.problems))
        return Exit.USAGE
    except GitError as error:
        mend = f" To mend it, {error.mend}." if error.mend else ""
        complain(f"could not check: {error.text}.{mend}")
        return Exit.UNCHECKED


def _command(arguments: list[str]) -> Callable[[], int]:
    from avion_lint.cli.usual import usual  # noqa: PLC0415 - --version shall not pay for it

    given = usual(arguments)
    if given is None:
        from avion_lint.cli.arguments import parse  # noqa: PLC0415 - takes as long as judging a file

        return parse(arguments)

    def run() -> int:
        from avion_lint.cli.lint import lint  # noqa: PLC0415 - errors while importing are told in words

        return lint(given)

    return run
