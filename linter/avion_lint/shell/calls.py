"""Every command that a script runs, wrappers taken off, in the scripts inside it too."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record, replace
from avion_lint.shell.fate import Failure, Outcome, Reason
from avion_lint.shell.read import read
from avion_lint.shell.script import Command, Script
from avion_lint.shell.shells import Kind, Options, Shell, from_argv, read_options
from avion_lint.shell.syntax import Heredoc, Redirect
from avion_lint.shell.words import Word
from avion_lint.shell.wrappers import Machine, Wrapper, joined, program, unwrap
from avion_lint.source import Excerpt, Place, Span

MAX_DEPTH = 5
"""Scripts inside scripts that are read."""


@record
class Call:
    """A command as it is run: `words` without the wrappers, which stand in `wrappers`, outermost first.

    `command` is the simple command it is written as, in `script`; `failure` is what becomes of its failure in the
    outermost script. `stdin` is the heredoc or here-string that it reads, also through its wrappers.
    """

    words: tuple[Word, ...]
    wrappers: tuple[Wrapper, ...]
    command: Command
    script: Script
    failure: Failure
    outer: Call | None = None

    @property
    def name(self) -> str | None:
        """The program's name without its folder, None where it is not known."""
        return program(self.words)

    @property
    def arguments(self) -> tuple[Word, ...]:
        """The words behind the name."""
        return self.words[1:]

    @property
    def place(self) -> Place:
        """Where it stands in the document, without its wrappers."""
        if not self.words:
            return self.command.place
        first, last = self.words[0].where, self.words[-1].where
        return first.text.place(Span(first.start, max(last.end, first.end)))

    @property
    def machine(self) -> Machine:
        """Where it runs."""
        found = [each.machine for each in self.wrappers if each.machine is not Machine.HERE]
        return found[0] if found else Machine.HERE

    @property
    def seconds(self) -> float | None:
        """Seconds after which a wrapper ends it."""
        limits = [each.seconds for each in self.wrappers if each.seconds is not None]
        return min(limits) if limits else None

    @property
    def stdin(self) -> Heredoc | None:
        """What it reads from a heredoc or a here-string, also of the command that runs its script."""
        own = self.command.heredoc
        if own is None and self.outer is not None and len(self.script.commands) == 1:
            return self.outer.stdin
        return own

    @property
    def redirects(self) -> tuple[Redirect, ...]:
        """Redirections of the command as it is written."""
        return self.command.redirects


def calls(script: Script) -> Iterator[Call]:
    """Every command of a script, in order, those inside `sh -c`, ssh, heredocs for a shell and traps after theirs."""
    yield from _calls(script, None, 0)


def _calls(script: Script, outer: Call | None, depth: int) -> Iterator[Call]:
    for command in script.commands:
        before = outer.wrappers if outer else ()
        failure = _outer_failure(command.failure, outer)
        call = Call(command.argv, before, command, script, failure, outer)
        yield from _unwrapped(call, depth)


def _unwrapped(call: Call, depth: int) -> Iterator[Call]:
    """The command that is left when all wrappers are off, and the commands of its script if it is a shell."""
    for _ in range(MAX_DEPTH * 2):
        found = unwrap(call.words)
        if found is None:
            break
        if found.script:
            yield call
        failure = Failure(Outcome.UNKNOWN, Reason.WRAPPED, call.command.where) if found.wrapper.masks else call.failure
        call = replace(call, wrappers=(*call.wrappers, found.wrapper), failure=failure)
        if found.script:
            shell = Shell(Kind.SH) if found.wrapper.machine is Machine.REMOTE else _same(call.script.shell)
            yield from _inner(call, joined(found.script).derived(), shell, depth)
            return
        if not found.words:
            if (text := call.stdin) is not None and found.wrapper.machine is Machine.REMOTE:
                yield call
                yield from _inner(call, text.text, Shell(Kind.SH), depth)
                return
            break
        call = replace(call, words=found.words)
    yield call
    if (inner := shell_script(call)) is not None:
        yield from _inner(call, *inner, depth)


def _same(shell: Shell) -> Shell:
    """A shell of the same kind with its options off."""
    return replace(shell, options=Options())


def shell_script(call: Call) -> tuple[Excerpt, Shell] | None:
    """The script that a command starts a shell for: after `-c`, or on its standard input; None where there is none."""
    words = tuple(word.shape for word in call.words)
    found = from_argv(words)
    if found is None:
        return None
    shell, taken = found
    is_command = read_options(words[1:], shell.options)[2]
    if is_command:
        return (call.words[taken].derived(), shell) if taken < len(words) else None
    if call.stdin is not None and (taken >= len(words) or "s" in "".join(words[1:taken])):
        return call.stdin.text, shell
    return None


def _inner(call: Call, text: Excerpt, shell: Shell, depth: int) -> Iterator[Call]:
    if depth >= MAX_DEPTH or not text.text.strip():
        return
    # GitHub's expressions are hidden already; a `${{` that is left stands in a file of its own.
    yield from _calls(read(text, shell, expressions=False), call, depth + 1)


def _outer_failure(failure: Failure, outer: Call | None) -> Failure:
    """What an inner script's failure comes to: what becomes of the command that runs the script."""
    if outer is None or not failure.reaches_exit:
        return failure
    return outer.failure
