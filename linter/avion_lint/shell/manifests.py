"""Texts that a script writes to files or hands to kubectl: manifests and settings in heredocs."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.shell.script import Command, Script
from avion_lint.shell.syntax import Heredoc, Node, Pipeline, Simple
from avion_lint.shell.words import Word
from avion_lint.shell.wrappers import program
from avion_lint.source import Excerpt

_APPLIES = frozenset({"apply", "create", "replace", "delete", "diff"})
_FILE = frozenset({"-f", "--filename"})
_WRITERS = frozenset({"cat", "tee", "sponge"})


@record
class Embedded:
    """A text in a script: `text` maps it to the document, unknown stretches are U+E000.

    `path` is the file that it is written to, `verb` what kubectl does with it; one of them is None.
    """

    text: Excerpt
    command: Command
    heredoc: Heredoc
    path: Word | None = None
    verb: str | None = None


def embedded(script: Script) -> Iterator[Embedded]:
    """Every heredoc that is a manifest for kubectl or becomes a file."""
    for command in script.commands:
        heredoc = command.heredoc
        if heredoc is None:
            continue
        verb = _verb(command.node) or _piped(command)
        path = None if verb else _path(command)
        if verb or path is not None:
            yield Embedded(heredoc.text, command, heredoc, path, verb)


def _verb(node: Node) -> str | None:
    """What kubectl does with its standard input; None for any other command."""
    if not isinstance(node, Simple) or program(node.words) not in {"kubectl", "oc", "k"}:
        return None
    shapes = [word.shape for word in node.words]
    reads = any(
        (first in _FILE and second in {"-", "/dev/stdin"}) or first in {"-f-", "--filename=-", "-f=-"}
        for first, second in zip(shapes, [*shapes[1:], ""], strict=True)
    )
    return next((shape for shape in shapes if shape in _APPLIES), None) if reads else None


def _piped(command: Command) -> str | None:
    """What kubectl at the end of a pipeline does with what goes into its beginning."""
    member = command.membership
    if member is None or program(command.argv) not in {*_WRITERS, "envsubst", "sed"}:
        return None
    return _last_verb(member.pipeline, member.index)


def _last_verb(pipeline: Pipeline, index: int) -> str | None:
    return next((verb for part in pipeline.parts[index + 1 :] if (verb := _verb(part))), None)


def _path(command: Command) -> Word | None:
    """File that a heredoc is written to: by a redirection, or by tee."""
    name = program(command.argv)
    if name not in _WRITERS:
        return None
    if name == "tee":
        return next((word for word in command.argv[1:] if not word.shape.startswith("-")), None)
    for each in command.redirects:
        if each.operator in {">", ">>", ">|"} and each.descriptor in {None, 1} and each.target is not None:
            return each.target
    member = command.membership
    if member is None:
        return None
    tees = [part for part in member.pipeline.parts[member.index + 1 :] if isinstance(part, Simple)]
    found = [word for part in tees if "tee" in [each.text for each in part.words] for word in part.words]
    plain = [word for word in found if not word.shape.startswith("-") and word.text not in {"tee", "sudo"}]
    return plain[0] if plain else None
