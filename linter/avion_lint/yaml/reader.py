"""From the text of a YAML file to nodes with places; refuses what would explode or is said twice."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.problems import Problem
from avion_lint.record import field, record
from avion_lint.source import Document, Place, Span
from avion_lint.yaml.nodes import Entry, Listing, Mapping, Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_DEPTH = 100
"""Levels of nesting that are read; real files stay below 50."""
MAX_ALIASED = 100_000
"""Nodes that the aliases of a file may stand for, all together."""

_CORE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq"))
_BYTE_ORDER_MARK = "\ufeff"


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


def load(document: Document) -> Node:
    """Read the one YAML document of a file; an empty file is a null.

    Raises YamlError for what is not YAML, a key given twice, several documents, tags other than YAML's own,
    nesting deeper than MAX_DEPTH and aliases that stand for more than MAX_ALIASED nodes.
    """
    documents = load_all(document)
    if len(documents) > 1:
        raise YamlError((_at(document, documents[1].span, "a second document begins here; only one is read"),))
    end = len(document.text)
    return documents[0] if documents else Scalar(Span(end, end), "")


def load_all(document: Document) -> tuple[Node, ...]:
    """Every YAML document of a file; raises YamlError as `load` does, but for their number."""
    composer = _Composer(document, shift=int(document.text.startswith(_BYTE_ORDER_MARK)))
    for event in _events(document, composer.shift):
        composer.take(event)
    if composer.problems:
        raise YamlError(tuple(sorted(composer.problems, key=lambda problem: problem[0].sort_key)))
    return tuple(composer.documents)


# The events' classes are PyYAML's; its stubs leave most of their fields untyped, hence Any.
def _events(document: Document, shift: int) -> Iterator[Any]:
    import yaml  # noqa: PLC0415 - 20 ms, and a run without settings reads no YAML

    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        # The C scanner does not count a byte order mark and Python's does, so neither gets to see it.
        yield from yaml.parse(document.text[shift:], Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise YamlError((_syntax_problem(document, shift, error),)) from None
    except yaml.reader.ReaderError as error:
        raise YamlError((_character_problem(document, error),)) from None


def _syntax_problem(document: Document, shift: int, error: Any) -> Problem:
    mark = error.problem_mark or error.context_mark
    offset = mark.index + shift if mark else 0
    if document.text[offset : offset + 1] == "\t":
        return _at(document, Span(offset, offset + 1), "not YAML: a tab stands here; YAML indents with spaces only")
    said = error.problem or "it cannot be read"
    if error.context and error.context_mark:
        line = document.position(error.context_mark.index + shift).line
        said = f"{said} ({error.context} that begins on line {line})"
    return _at(document, Span(offset, min(offset + 1, len(document.text))), f"not YAML: {said}")


def _character_problem(document: Document, error: Any) -> Problem:
    character = chr(error.character) if isinstance(error.character, int) else str(error.character)
    # Not the error's own position: the C reader counts bytes there.
    offset = max(document.text.find(character), 0)
    return _at(document, Span(offset, offset + 1), f"not YAML: the character U+{ord(character):04X} is not allowed")


def _at(document: Document, span: Span, message: str) -> Problem:
    return Place(document, span), message


@record(frozen=False)
class _Open:
    """A collection whose end has not come yet; `size` counts its nodes, those behind aliases included."""

    event: Any
    is_mapping: bool
    children: list[Node] = field(default_factory=list)
    size: int = 1


@record(frozen=False)
class _Composer:
    """Puts nodes together from events, without recursion, so that depth costs no stack."""

    document: Document
    shift: int
    documents: list[Node] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int] | None] = field(default_factory=dict)
    aliased: int = 0

    def take(self, event: Any) -> None:
        match type(event).__name__:
            case "ScalarEvent":
                self.add(self.scalar(event), 1, event.anchor)
            case "MappingStartEvent" | "SequenceStartEvent":
                self.open(event)
            case "MappingEndEvent" | "SequenceEndEvent":
                self.close(event)
            case "AliasEvent":
                self.alias(event)
            case "DocumentStartEvent":
                self.anchors.clear()
            case _:
                pass

    def span(self, event: Any) -> Span:
        return Span(event.start_mark.index + self.shift, event.end_mark.index + self.shift)

    def refuse(self, span: Span, message: str) -> YamlError:
        return YamlError((*self.problems, _at(self.document, span, message)))

    def add(self, node: Node, size: int, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = (node, size)
        if self.stack:
            self.stack[-1].children.append(node)
            self.stack[-1].size += size
        else:
            self.documents.append(node)

    def scalar(self, event: Any) -> Scalar:
        self.check_tag(event)
        span, text = self.span(event), event.value
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise self.refuse(span, "not YAML: half of a surrogate pair is not a character")
        return Scalar(span, text, quoted=not event.implicit[0] and event.tag in {None, "!", "tag:yaml.org,2002:str"})

    def check_tag(self, event: Any) -> None:
        if event.tag not in {None, "!"} and event.tag not in _CORE_TAGS:
            raise self.refuse(self.span(event), f"the tag {event.tag} is not read here")

    def open(self, event: Any) -> None:
        self.check_tag(event)
        if len(self.stack) >= MAX_DEPTH:
            raise self.refuse(self.span(event), f"nested more than {MAX_DEPTH} levels deep")
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(event, type(event).__name__ == "MappingStartEvent"))

    def close(self, event: Any) -> None:
        opened = self.stack.pop()
        start = self.span(opened.event).start
        if opened.event.flow_style or not opened.children:
            span = Span(start, self.span(event).end)
        else:
            # A block ends, for the parser, where the next thing begins; for people, with its last child.
            span = Span(start, max(start, opened.children[-1].span.end))
        node = self.mapping(span, opened.children) if opened.is_mapping else Listing(span, tuple(opened.children))
        self.add(node, opened.size, opened.event.anchor)

    def mapping(self, span: Span, children: list[Node]) -> Mapping:
        found: dict[str, Scalar] = {}
        pairs = []
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise self.refuse(key.span, "a key must be a single value")
            first = found.setdefault(key.text, key)
            if first is not key:
                line = self.document.position(first.span.start).line
                message = f"the key `{key.text}` is given twice; it stands on line {line} already"
                self.problems.append(_at(self.document, key.span, message))
            pairs.append(Entry(key, value))
        return Mapping(span, tuple(pairs))

    def alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise self.refuse(self.span(event), f"no anchor `&{event.anchor}` stands before this alias")
        target = self.anchors[event.anchor]
        if target is None:
            raise self.refuse(self.span(event), f"the alias `*{event.anchor}` stands inside what it names")
        node, size = target
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            raise self.refuse(self.span(event), f"its aliases stand for more than {MAX_ALIASED} parts")
        self.add(node, size, None)
