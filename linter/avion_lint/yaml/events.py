"""PyYAML's events of a text, and what it could not read said as a problem with a place."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.problems import Problem
from avion_lint.source import Document, Place, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class YamlError(Exception):
    """A file is not YAML, or not of the kind that is read here; `problems`, never empty, says why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0][1])
        self.problems = problems

    @property
    def place(self) -> Place:
        """Where the first problem is."""
        return self.problems[0][0]

    @property
    def message(self) -> str:
        """What the first problem is."""
        return self.problems[0][1]


# The events' classes are PyYAML's; its stubs leave most of their fields untyped, hence Any.
def events(document: Document, text: str, shift: int) -> Iterator[Any]:
    """Events of `text`, which stands `shift` characters into the document (itself, or as long with other letters).

    Raises YamlError where it is not YAML; the events before are given out first.
    """
    import yaml  # noqa: PLC0415 - 20 ms, and a run without settings reads no YAML

    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise YamlError((_syntax_problem(document, shift, error),)) from None
    except yaml.reader.ReaderError as error:
        raise YamlError((_character_problem(document, shift, error),)) from None


def _syntax_problem(document: Document, shift: int, error: Any) -> Problem:
    mark = error.problem_mark or error.context_mark
    offset = mark.index + shift if mark else 0
    if document.text[offset : offset + 1] == "\t":
        return problem_at(
            document, Span(offset, offset + 1), "not YAML: a tab stands here; YAML indents with spaces only"
        )
    said = error.problem or "it cannot be read"
    if error.context and error.context_mark:
        line = document.position(error.context_mark.index + shift).line
        said = f"{said} ({error.context} that begins on line {line})"
    return problem_at(document, Span(offset, min(offset + 1, len(document.text))), f"not YAML: {said}")


def _character_problem(document: Document, shift: int, error: Any) -> Problem:
    character = chr(error.character) if isinstance(error.character, int) else str(error.character)
    # Not the error's own position: the C reader counts bytes there.
    offset = max(document.text.find(character, shift), 0)
    said = f"not YAML: the character U+{ord(character):04X} is not allowed"
    return problem_at(document, Span(offset, offset + 1), said)


def problem_at(document: Document, span: Span, message: str) -> Problem:
    """Pair a place of the document with what is wrong there."""
    return Place(document, span), message
