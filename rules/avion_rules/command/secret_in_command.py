"""Secrets that stand in a command, where other processes, logs and files get to see them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.record import replace
from avion_lint.rule import rule
from avion_lint.shell.script import Command
from avion_lint.shell.words import PartKind, Word
from avion_rules.command._words import is_local, is_test

_SECRET = pattern(r"^secrets\.([\w-]+)$")
_DSN = pattern(r"[a-z]{2,12}://[^\s:@/\ue000]{1,64}:([^\s@/\ue000${]{3,64})@([^\s/:]{1,128})")
_OPTION = pattern(r"^(?:--?password|-Dflyway\.password|--passwd)=(\S+)")
_PLAIN = frozenset({"password", "postgres", "pass", "secret", "example", "changeme", "test", "xxx", "***"})
_KUBECONFIG = pattern(r"kube-?config|\.kube/config", 2)
_BUILTINS = frozenset({"echo", "printf", "export", "[", "[[", "test"})
_MODE = pattern(r"\bchmod\s+(?:0?[46]00|go-)|\bumask\s+0?[0-7]?77|install\s+-m\s*0?600")


@rule("SH119", subject=Run)
def secret_in_command(run: Run) -> Iterator[Finding]:
    """Find a secret that stands in a command, where processes, logs or files show it."""
    for command in run.script.commands:
        name = _expression(command)
        if name:
            yield run.finding(command.place, _put_in(name, command, run), _remedy(name, command))
    if is_test(run):
        return
    for act in run.acts:
        word = None if is_local(act) else next((each for each in act.call.words[1:] if _is_password(each)), None)
        if word is not None:
            found = run.finding(word.where.place, _LITERAL, _variable(act), object=run.title)
            yield replace(found, hidden=True)


def _expression(command: Command) -> str:
    """The secret that GitHub writes into a command's words; "" where none does."""
    for word in command.argv[1:]:
        for part in word.parts:
            match = _SECRET.match(part.text) if part.kind is PartKind.UNKNOWN else None
            if match:
                return str(match[1])
    return ""


def _put_in(name: str, command: Command, run: Run) -> str:
    shown = "" if command.name in _BUILTINS else " Other processes see it among the arguments."
    message = (
        f"{name} is written into the script before the shell reads it: a quote or a dollar in it breaks the command, "
        f"or is run as one.{shown}"
    )
    if _file(command) and not _MODE.search(run.script.text):
        return f"{message} The kubeconfig that it goes to can be read by every user of the machine."
    return message


def _file(command: Command) -> str:
    """The kubeconfig that the command, or the pipe it stands in, writes."""
    member = command.membership
    text = member.pipeline.where.place.text if member else command.where.place.text
    after = text.partition(">")[2]
    return after if _KUBECONFIG.search(after) else ""


def _remedy(name: str, command: Command) -> str:
    mode = "umask 077\n" if _file(command) else ""
    return (
        "Hand it over as a variable, which the shell does not read as script:\n"
        f"env:\n  {name}: ${{{{ secrets.{name} }}}}\nand in the script:\n{mode}printf '%s' \"${name}\" | …"
    )


def _is_password(word: Word) -> bool:
    shape = word.shape
    dsn = _DSN.search(shape)
    if dsn and dsn[1].lower() not in _PLAIN and dsn[2] not in {"localhost", "127.0.0.1", "postgres", "db"}:
        return True
    option = _OPTION.match(shape)
    return bool(option and "\ue000" not in option[1] and option[1].lower() not in _PLAIN)


_LITERAL = "The password stands in the file: everybody who can read the repository, or its history, can use it."


def _variable(act: Act) -> str:
    tool = act.words[0].rpartition("/")[2]
    name = {"goose": "GOOSE_DBSTRING", "flyway": "FLYWAY_PASSWORD", "psql": "PGPASSWORD"}.get(tool, "a variable")
    return f"Change the password, and let {name} bring it from a secret."
