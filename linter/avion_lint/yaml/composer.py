"""Puts nodes together from a YAML parser's events; refuses what would explode."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from avion_lint.pattern import pattern
from avion_lint.problems import Problem
from avion_lint.record import field, record
from avion_lint.source import UNKNOWN, Document, Span
from avion_lint.yaml.events import YamlError, problem_at
from avion_lint.yaml.hidden import Hidden
from avion_lint.yaml.merge import merged
from avion_lint.yaml.nodes import Entry, Listing, Mapping, Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_DEPTH = 100
"""Levels of nesting that are read; real files stay below 50."""
MAX_ALIASED = 100_000
"""Nodes that the aliases of a file may stand for, all together."""

_NEAR = 20  # keys of one name with which another is compared; more of them are a mistake that is told already

_TEXT_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str"})
_CORE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq"))
_OWN_TAGS = _CORE_TAGS | {None, "!"}
_PROPERTIES = pattern(r"(?:(?:!<[^>\s]*>|[&!][^\s,\[\]{}]*)(?:\s+(?:#[^\r\n]*\s+)*|$))+")


@record(frozen=False)
class _Open:
    """A collection whose end has not come yet; `size` counts its nodes, those behind aliases included.

    `after` is where what stands before it ends.
    """

    event: Any
    is_mapping: bool
    after: int
    children: list[Node] = field(default_factory=list)
    size: int = 1


@record(frozen=False)
class Composer:
    """Puts nodes together from events, without recursion, so that depth costs no stack.

    `tolerant` keeps what strict reading refuses: other languages' tags, and both entries of a key that is given twice
    (`hidden`, for a template, says which of those are a mistake). `shift` is where the parsed text begins, `decode`
    what is done to every scalar's text.
    """

    document: Document
    shift: int
    tolerant: bool = False
    hidden: Hidden | None = None
    decode: Callable[[str], str] | None = None
    documents: list[Node] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int] | None] = field(default_factory=dict)
    aliased: int = 0
    last: int = 0

    def compose(self, events: Iterable[Any]) -> None:
        """Take every event; YamlError, from them or from here, leaves the documents before it in `documents`."""
        take = {
            "ScalarEvent": self.scalar,
            "MappingStartEvent": self.open,
            "SequenceStartEvent": self.open,
            "MappingEndEvent": self.close,
            "SequenceEndEvent": self.close,
            "AliasEvent": self.alias,
            "DocumentStartEvent": self.begin,
        }
        for event in events:
            handler = take.get(type(event).__name__)
            if handler:
                handler(event)
            self.last = event.end_mark.index + self.shift

    def begin(self, _: Any) -> None:
        """Forget the anchors of the document before."""
        self.anchors.clear()

    def span(self, event: Any) -> Span:
        """Where an event stands."""
        return Span(event.start_mark.index + self.shift, event.end_mark.index + self.shift)

    def refuse(self, span: Span, message: str) -> YamlError:
        """Make the error that ends the reading, with what was wrong before."""
        return YamlError((*self.problems, problem_at(self.document, span, message)))

    def add(self, node: Node, size: int, anchor: str | None) -> None:
        """Put a finished node into what is open."""
        if anchor:
            self.anchors[anchor] = (node, size)
        if self.stack:
            opened = self.stack[-1]
            opened.children.append(node)
            opened.size += size
        else:
            self.documents.append(node)

    def scalar(self, event: Any) -> None:
        """Add a scalar."""
        text, tag = event.value, event.tag
        if self.decode is not None:
            text = self.decode(text)
        span = Span(event.start_mark.index + self.shift, event.end_mark.index + self.shift)
        if tag not in _OWN_TAGS and not self.tolerant:
            raise self.refuse(span, f"the tag {tag} is not read here")
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise self.refuse(span, "not YAML: half of a surrogate pair is not a character")
        if self.tolerant and (tag or event.anchor):
            span = self.without_properties(span)
        is_open = tag not in _OWN_TAGS or (self.hidden is not None and self.hidden.within(span))
        quoted = not event.implicit[0] and tag in _TEXT_TAGS
        self.add(Scalar(span, text, quoted, event.style or "", is_open), 1, event.anchor)

    def without_properties(self, span: Span) -> Span:
        """The value alone, without the anchor and the tag before it."""
        found = _PROPERTIES.match(self.document.text, span.start, span.end)
        return Span(found.end(), span.end) if found else span

    def open(self, event: Any) -> None:
        """Begin a collection."""
        if event.tag not in _OWN_TAGS and not self.tolerant:
            raise self.refuse(self.span(event), f"the tag {event.tag} is not read here")
        if len(self.stack) >= MAX_DEPTH:
            raise self.refuse(self.span(event), f"nested more than {MAX_DEPTH} levels deep")
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(event, type(event).__name__ == "MappingStartEvent", self.last))

    def close(self, event: Any) -> None:
        """Finish the collection that was begun last."""
        opened = self.stack.pop()
        start = opened.event.start_mark.index + self.shift
        end = event.end_mark.index + self.shift
        is_open = opened.event.tag not in _OWN_TAGS
        children = opened.children
        if self.hidden is not None:
            column = opened.event.start_mark.column
            children = self.hidden.filled(children, end, column, is_mapping=opened.is_mapping)
            is_open |= self.hidden.opens(Span(opened.after, end), column, is_mapping=opened.is_mapping)
        if not opened.event.flow_style and children:
            # A block ends, for the parser, where the next thing begins; for people, with its last child.
            end = max(start, children[-1].span.end)
        span = Span(start, end)
        node = (
            self.mapping(span, children, is_open=is_open)
            if opened.is_mapping
            else Listing(span, tuple(children), is_open)
        )
        self.add(node, opened.size, opened.event.anchor)

    def mapping(self, span: Span, children: list[Node], *, is_open: bool) -> Mapping:
        """Make a mapping of keys and values in turn."""
        found: dict[str, Scalar] = {}
        again: dict[str, list[Scalar]] = {}
        pairs, merging = [], False
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise self.refuse(key.span, "a key must be a single value")
            first = found.setdefault(key.text, key)
            if first is not key:
                others = again.setdefault(key.text, [first])
                self.given_twice(others[-_NEAR:], key)
                others.append(key)
            merging |= key.text == "<<"
            is_open |= UNKNOWN in key.text
            pairs.append(Entry(key, value))
        made = Mapping(span, tuple(pairs), is_open)
        return merged(made) if merging and self.tolerant else made

    def given_twice(self, others: list[Scalar], key: Scalar) -> None:
        """Note that a key stands twice, unless a template's branches tell the two apart."""
        aside = self.hidden
        first = next((other for other in others if aside is None or aside.meet(other, key)), None)
        if first is None:
            return
        line = self.document.position(first.span.start).line
        message = f"the key `{key.text}` is given twice; it stands on line {line} already"
        self.problems.append(problem_at(self.document, key.span, message))

    def alias(self, event: Any) -> None:
        """Add what an alias names."""
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
