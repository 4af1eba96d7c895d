"""The text of a new migration: a header, annotations and empty lines as the service's other files have them."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.runners.migration import Runner

_KEYED = pattern(
    r"(?i)[ \t]*--[ \t]*(?:author|date|created|created (?:by|at|on)|owner|team|e-?mail|reviewer|reviewed by|ticket"
    r"|issue|jira|story|task|pr|pull request)[ \t]*:[ \t]*\S"
)
_BLANK_BEFORE_DOWN = pattern(r"\n[ \t]*\r?\n-- \+goose Down")
_BLANK_BEFORE_UP = pattern(r"\n[ \t]*\r?\n-- \+goose (?:Up|NO TRANSACTION)")
_BLANK_AFTER_UP = pattern(r"-- \+goose Up[ \t]*\r?\n[ \t]*\r?\n")
_TOP = pattern(r"\ufeff?(?:[ \t]*--[^\n]*\n)+")

NOTHING_TO_UNDO = "SELECT 1;\n"
OUTSIDE_TRANSACTION = "executeInTransaction=false\n"
"""The script configuration with which Flyway runs a migration outside a transaction."""


@record
class Script:
    """What a new migration holds: lines of SQL with their semicolons, for both ways."""

    up: str
    down: str = ""
    transaction: bool = True


def head_end(text: str) -> int:
    """Offset behind the last `-- Name: value` among the comments at the top of a file."""
    end = at = 0
    while at < len(text):
        following = text.find("\n", at) + 1 or len(text)
        line = text[at:following].strip().removeprefix("\ufeff")
        if line and not line.startswith(("--", "/*", "*")):
            break
        at = following
        if _KEYED.match(line) and "avion-lint:" not in line:
            end = at
    return end


def header(text: str) -> tuple[str, ...]:
    """The lines `-- Name: value` at the top of a file, Author and Date among them."""
    lines = text.removeprefix("\ufeff")[: head_end(text)].splitlines()
    return tuple(line.strip() for line in lines if _KEYED.match(line) and "avion-lint:" not in line)


def script_text(runner: Runner, like: str, lines: tuple[str, ...], script: Script) -> str:
    """The text of a migration with these lines at its top, with the layout and the line ends of another one."""
    top = "".join(f"{line}\n" for line in lines)
    if runner is Runner.GOOSE:
        text = top + _goose(like, script, headed=bool(top))
    else:
        text = top + ("\n" if top and _flyway_gap(like) else "") + script.up
    return text.replace("\n", "\r\n") if "\r\n" in like else text


def _goose(like: str, script: Script, *, headed: bool) -> str:
    return "".join(
        (
            "\n" if headed and _BLANK_BEFORE_UP.search(like) else "",
            "" if script.transaction else "-- +goose NO TRANSACTION\n",
            "-- +goose Up\n",
            "\n" if _BLANK_AFTER_UP.search(like) else "",
            script.up,
            "\n" if _BLANK_BEFORE_DOWN.search(like) else "",
            "-- +goose Down\n",
            script.down or NOTHING_TO_UNDO,
        )
    )


def _flyway_gap(like: str) -> bool:
    """Whether an empty line stands between the header and what follows."""
    top = _TOP.match(like)
    return top is not None and like[top.end() : top.end() + 2].strip(" \t\r") == "\n"
