"""The commands; the one place that puts the pieces together and the only one that ends the process."""

from __future__ import annotations

import sys

from avion_lint.cli.exit_codes import Exit, UsageError


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command that `arguments` name and return its exit code; Ctrl-C and a closed pipe end it quietly."""
    from avion_lint.cli.arguments import parse  # noqa: PLC0415 - --version shall not pay for it
    from avion_lint.git.errors import GitError  # noqa: PLC0415 - as above
    from avion_lint.problems import SettingsError, describe  # noqa: PLC0415 - as above

    if arguments in (["--version"], ["-V"]):
        from avion_lint import __version__  # noqa: PLC0415 - as above

        sys.stdout.write(f"avion-lint {__version__}\n")
        return Exit.CLEAN
    try:
        return parse(arguments)()
    except SettingsError as error:
        sys.stderr.write("".join(f"{describe(problem)}\n" for problem in error.problems))
        return Exit.USAGE
    except UsageError as error:
        sys.stderr.write(f"avion-lint: {error}\n")
        return Exit.USAGE
    except GitError as error:
        mend = f" To mend it, {error.mend}." if error.mend else ""
        sys.stderr.write(f"avion-lint: could not check: {error.text}.{mend}\n")
        return Exit.UNCHECKED
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return Exit.CLEAN
