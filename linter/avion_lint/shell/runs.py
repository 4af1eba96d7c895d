"""Every command that a script runs, wrappers taken off, in the scripts inside it too."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record, replace
from avion_lint.shell.fate import Failure, Outcome, Reason
from avion_lint.shell.origin import Derived
from avion_lint.shell.read import read
from avion_lint.shell.script import Command, Script
from avion_lint.shell.shells import Kind, Options, Shell, from_argv, read_options
from avion_lint.shell.syntax import Heredoc, Redirect
from avion_lint.shell.words import Word
from avion_lint.shell.wrappers import Machine, Wrapper, joined, program, unwrap
from avion_lint.source import Place

MAX_DEPTH = 5
"""Scripts inside scripts that are read."""


@record
class Run:
    """A command as it is run: `words` without the wrappers, which stand in `wrappers`, outermost first.

    `command` is the simple command it is written as, in `script`; `failure` is what becomes of its failure in the
    outermost script. `stdin` is the heredoc or here-string that it reads, also through its wrappers.
    """

    words: tuple[Word, ...]
    wrappers: tuple[Wrapper, ...]
    command: Command
    script: Script
    failure: Failure
    outer: Run | None = None

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
        return first.origin.place(first.start, max(last.end, first.end))

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


def runs(script: Script) -> Iterator[Run]:
    """Every command of a script, in order, those inside `sh -c`, ssh, heredocs for a shell and traps after theirs."""
    yield from _runs(script, None, 0)


def _runs(script: Script, outer: Run | None, depth: int) -> Iterator[Run]:
    for command in script.commands:
        before = outer.wrappers if outer else ()
        failure = _outer_failure(command.failure, outer)
        run = Run(command.argv, before, command, script, failure, outer)
        yield from _unwrapped(run, depth)


def _unwrapped(run: Run, depth: int) -> Iterator[Run]:
    """The command that is left when all wrappers are off, and the commands of its script if it is a shell."""
    for _ in range(MAX_DEPTH * 2):
        found = unwrap(run.words)
        if found is None:
            break
        if found.script:
            yield run
        failure = Failure(Outcome.UNKNOWN, Reason.WRAPPED, run.command.where) if found.wrapper.masks else run.failure
        run = replace(run, wrappers=(*run.wrappers, found.wrapper), failure=failure)
        if found.script:
            shell = Shell(Kind.SH) if found.wrapper.machine is Machine.REMOTE else _same(run.script.shell)
            yield from _inner(run, joined(found.script).derived(), shell, depth)
            return
        if not found.words:
            if (text := run.stdin) is not None and found.wrapper.machine is Machine.REMOTE:
                yield run
                yield from _inner(run, text.text, Shell(Kind.SH), depth)
                return
            break
        run = replace(run, words=found.words)
    yield run
    if (inner := shell_script(run)) is not None:
        yield from _inner(run, *inner, depth)


def _same(shell: Shell) -> Shell:
    """A shell of the same kind with its options off."""
    return replace(shell, options=Options())


def shell_script(run: Run) -> tuple[Derived, Shell] | None:
    """The script that a command starts a shell for: after `-c`, or on its standard input; None where there is none."""
    words = tuple(word.shape for word in run.words)
    found = from_argv(words)
    if found is None:
        return None
    shell, taken = found
    is_command = read_options(words[1:], shell.options)[2]
    if is_command:
        return (run.words[taken].derived(), shell) if taken < len(words) else None
    if run.stdin is not None and (taken >= len(words) or "s" in "".join(words[1:taken])):
        return run.stdin.text, shell
    return None


def _inner(run: Run, text: Derived, shell: Shell, depth: int) -> Iterator[Run]:
    if depth >= MAX_DEPTH or not text.text.strip():
        return
    # GitHub's expressions are hidden already; a `${{` that is left stands in a file of its own.
    yield from _runs(read(text.text, text.origin, shell, expressions=False), run, depth + 1)


def _outer_failure(failure: Failure, outer: Run | None) -> Failure:
    """What an inner script's failure comes to: what becomes of the command that runs the script."""
    if outer is None or not failure.reaches_exit:
        return failure
    return outer.failure
