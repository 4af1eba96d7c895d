"""Builtins that change how a shell takes failures: options, traps and sourced files."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.shell.fate import Failure, Outcome, Reason
from avion_lint.shell.shells import Kind, Options, Shell, after_set, after_shopt
from avion_lint.shell.syntax import Simple

_PLAIN_SOURCES = (".env", "activate", "/etc/", "profile", "rc", "nvm.sh", "envvars")


class Traps:
    """The traps that are set, for each shell process that is open.

    `on_error` tells that a trap for ERR ends the script, `on_error_inside` that a function has set one: which calls
    that one holds for is not followed.
    """

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.exits: list[Failure | None] = [None]
        self.on_error = False
        self.on_error_inside = False

    def enter(self) -> None:
        """A process of its own begins."""
        self.exits.append(None)

    def leave(self) -> None:
        """It ends, and its traps with it."""
        self.exits.pop()

    @property
    def at_exit(self) -> Failure | None:
        """What a trap for EXIT makes of a status other than 0, None where none changes it."""
        return next((trap for trap in reversed(self.exits) if trap is not None), None)

    def set(self, node: Simple, *, in_function: bool) -> None:
        """Take note of a `trap`."""
        words = tuple(word.text for word in node.words[1:])
        if len(words) < 2 or words[0] is None:  # noqa: PLR2004 - what to do, and when
            return
        ends = words[0].replace(";", " ; ").split()
        at = len(ends) - 1 - ends[::-1].index("exit") if "exit" in ends else None
        value = ends[at + 1] if at is not None and at + 1 < len(ends) else ""
        if {"EXIT", "0"} & set(words[1:]):
            masks = at is not None and value == "0"
            self.exits[-1] = Failure(Outcome.MASKED, Reason.TRAP, node.where) if masks else None
        if "ERR" in words[1:] and len(self.exits) == 1 and self.shell.kind is Kind.BASH:
            ends_script = at is not None and value not in {"0", ";", ""}
            self.on_error = ends_script and not in_function
            self.on_error_inside = ends_script and in_function


def after_builtin(node: Simple, options: Options) -> Options:
    """Options after a builtin that changes them."""
    words = tuple(word.text for word in node.words[1:])
    match node.name:
        case "set":
            return after_set(options, words)
        case "shopt":
            return after_shopt(options, words)
        case "." | "source" if options.errexit is not True and not _is_plain_source(node):
            return replace(options, errexit=None)
    return options


def _is_plain_source(node: Simple) -> bool:
    """Whether a sourced file is of a kind that sets variables, not options."""
    path = node.words[1].shape if len(node.words) > 1 else ""
    return path.endswith(_PLAIN_SOURCES) or path.startswith("/etc/") or not path.endswith((".sh", ".bash"))
