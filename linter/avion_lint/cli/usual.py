"""The usual ways to call `avion-lint`, read without argparse, whose loading takes as long as judging a file."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")
_SWITCHES = {
    "--all": "all",
    "--staged": "staged",
    "--no-git": "no_git",
    "--no-cache": "no_cache",
    "--exit-zero": "exit_zero",
    "-q": "quiet",
    "--quiet": "quiet",
    "-v": "verbose",
    "--verbose": "verbose",
}
_VALUES = {"--format": "format", "--base": "base", "--output": "output"}
_UNSET = (
    "base",
    "fail_on",
    "format",
    "output",
    "policy",
    "sarif",
    "select",
    "ignore",
    "settings",
    "settings_from",
    "stdin_filename",
)
_OFF = ("fix", "unsafe_fixes", "diff", "traceback")


def usual(arguments: list[str]) -> Namespace | None:
    """Read paths and the most usual options of `lint` as argparse does; None for all else, which is argparse's."""
    if arguments and arguments[0].isalpha():
        return None  # it may name a command
    given: dict[str, object] = dict.fromkeys(_UNSET) | dict.fromkeys((*_OFF, *_SWITCHES.values()), False)
    paths: list[str] = []
    words = iter(arguments)
    for word in words:
        if word in _SWITCHES:
            given[_SWITCHES[word]] = True
        elif word in _VALUES:
            value = next(words, "-")
            if value.startswith("-") or (word == "--format" and value not in FORMATS):
                return None
            given[_VALUES[word]] = value
        elif word.startswith("-"):
            return None
        else:
            paths.append(word)
    return None if given["all"] and given["staged"] else _namespace(given | {"paths": paths, "color": "auto"})


class _Given:
    """Stands for argparse's Namespace, which is nothing but its attributes either."""


def _namespace(given: dict[str, object]) -> Namespace:
    made: Namespace = _Given()  # type: ignore[assignment]
    vars(made).update(given)
    return made
