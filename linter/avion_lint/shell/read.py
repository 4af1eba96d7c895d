"""Reads a script: the door of this package."""

from __future__ import annotations

from avion_lint.shell.build import Trouble, build
from avion_lint.shell.failure import follow
from avion_lint.shell.masking import mask
from avion_lint.shell.origin import Stretch
from avion_lint.shell.scanning import heredocs
from avion_lint.shell.script import Command, Script, commands_of
from avion_lint.shell.shells import Kind, Shell
from avion_lint.source import Document, Excerpt


def read(excerpt: Excerpt, shell: Shell, *, expressions: bool = True) -> Script:
    """Read a script.

    Its text may hold U+E000 for what is not known. `expressions` tells whether GitHub puts `${{ … }}` in before the
    shell reads it. A script of another language has no commands.
    Raises grammar.Missing where what reads shell is not installed.
    """
    if shell.kind is Kind.NOT_SHELL:
        return Script(excerpt, shell, (), (), (), (), frozenset())
    masked = mask(excerpt.text, expressions=expressions)
    built = build(masked, heredocs(masked.text), excerpt)
    found, called = follow(built.body, built.simples, shell)
    commands = commands_of(built.body, found)
    return Script(excerpt, shell, built.body, commands, built.troubles, masked.expressions, called)


def read_document(document: Document, shell: Shell) -> Script:
    """Read a script file."""
    return read(Excerpt.whole(document), shell, expressions=False)


__all__ = ["Command", "Script", "Stretch", "Trouble", "read", "read_document"]
