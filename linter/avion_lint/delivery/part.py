"""A part of a YAML file, with the ways to what stands in it and to its places in the file."""

from __future__ import annotations

from avion_lint.finding import Finding, Related
from avion_lint.record import record
from avion_lint.source import Document, Excerpt, Place, Span
from avion_lint.yaml.conditions import Condition
from avion_lint.yaml.nodes import Entry, Key, Listing, Mapping, Node, Scalar, find, span_at
from avion_lint.yaml.stream import Stream

Somewhere = Node | Entry | Span | Place
"""What a finding can point at."""


def one_line(place: Place) -> Place:
    """The part of a place that is on its first line: what spans several lines is not shown in pull requests."""
    first = place.document.line_span(place.start.line)
    return Place(place.document, Span(place.span.start, max(place.span.start, min(place.span.end, first.end))))


@record
class YamlText:
    """YAML that was read: a file, or a stretch of one.

    `judged` tells that findings in it are asked for; the rest is only known. `chart` is the folder of the Helm chart
    that it is a template of, None where it is none's, and `values` are that chart's default values.
    """

    excerpt: Excerpt
    stream: Stream
    judged: bool = True
    chart: str | None = None
    values: Node | None = None

    @property
    def document(self) -> Document:
        """The file that it stands in."""
        return self.excerpt.document

    @property
    def path(self) -> str:
        """Path of the file from the repository's root."""
        return self.excerpt.document.path

    @property
    def is_template(self) -> bool:
        """Whether it is made into YAML by Helm or another user of Go's templates."""
        return self.stream.template is not None

    def place(self, at: Somewhere) -> Place:
        """Where something stands in the file, on one line: a mapping or a list is where it begins."""
        match at:
            case Place():
                return at
            case Span():
                span = at
            case Entry():
                span = at.key.span
            case _:
                span = span_at(at, ())
        return one_line(self.excerpt.place(span))

    def conditions(self, node: Node) -> tuple[Condition, ...]:
        """The template's conditions that have to hold for a node to be there."""
        template = self.stream.template
        return template.conditions_at(node.span.start) if template else ()

    def text_of(self, scalar: Scalar) -> Excerpt:
        """What a scalar says, as text to be read by itself."""
        return self.excerpt.part(scalar.text, self.stream.origin(scalar))

    def as_written(self, scalar: Scalar) -> str:
        """What a scalar says, with the template's actions and the shell's variables as they are written."""
        if scalar.known:
            return scalar.text
        template = self.stream.template
        return template.original(scalar) if template else self.excerpt.place(scalar.span).text

    def rendered(self, scalar: Scalar) -> str | None:
        """What a scalar says once Helm has filled it with the chart's default values; None where that is not known."""
        template = self.stream.template
        return template.resolved(scalar, self.values) if template else scalar.text if scalar.known else None


@record
class Part:
    """A node of a YAML text. Paths are keys and indexes from the node down."""

    yaml: YamlText
    node: Node

    def get(self, *path: Key) -> Node | None:
        """What stands under a path, None where nothing does."""
        return find(self.node, path) if path else self.node

    def part(self, *path: Key) -> Part | None:
        """The same as a part."""
        node = self.get(*path)
        return Part(self.yaml, node) if node is not None else None

    def scalar(self, *path: Key) -> Scalar | None:
        """The scalar under a path, None where there is none or where it says null."""
        node = self.get(*path)
        return node if isinstance(node, Scalar) and (not node.known or node.value is not None) else None

    def alternatives(self, *path: Key) -> tuple[Scalar, ...]:
        """Scalars under a path: several where a template's branches each give the last key a value."""
        around = self.get(*path[:-1])
        last = path[-1]
        if not isinstance(around, Mapping) or not isinstance(last, str):
            found = self.scalar(*path)
            return (found,) if found else ()
        values = (entry.value for entry in around.alternatives(last))
        return tuple(each for each in values if isinstance(each, Scalar))

    def text(self, *path: Key) -> str | None:
        """What the scalar under a path says, None where that is not known."""
        scalar = self.scalar(*path)
        return scalar.text if scalar is not None and scalar.known else None

    def has(self, *path: Key) -> bool:
        """Whether something stands under a path, be it null."""
        return self.get(*path) is not None

    def may_have(self, *path: Key) -> bool:
        """Whether something stands under a path, or a template may put it there."""
        node: Node | None = self.node
        for key in path:
            if isinstance(node, (Mapping, Listing)) and node.is_open and find(node, (key,)) is None:
                return True
            if isinstance(node, Scalar) and not node.known:
                return True
            node = find(node, (key,)) if node is not None else None
        return node is not None

    def entries(self, *path: Key) -> tuple[Entry, ...]:
        """Entries of the mapping under a path."""
        node = self.get(*path)
        return node.entries if isinstance(node, Mapping) else ()

    def parts(self, *path: Key) -> tuple[Part, ...]:
        """Items of the list under a path."""
        node = self.get(*path)
        return tuple(Part(self.yaml, item) for item in node.items) if isinstance(node, Listing) else ()

    def texts(self, *path: Key) -> tuple[str, ...]:
        """Known texts of the list under a path, or the one text that stands there instead of a list."""
        node = self.get(*path)
        found = node.items if isinstance(node, Listing) else (node,)
        return tuple(each.text for each in found if isinstance(each, Scalar) and each.known and each.text)

    def place(self, *path: Key) -> Place:
        """Where to point for what stands under a path, or for its lack: the deepest part that there is."""
        return self.yaml.place(span_at(self.node, path))

    def finding(
        self,
        at: Somewhere,
        message: str,
        remedy: str = "",
        *,
        related: tuple[Related, ...] = (),
        object: str = "",  # noqa: A002 - the finding's own word
    ) -> Finding:
        """A finding at something in the same YAML text."""
        return Finding(self.yaml.place(at), message, remedy, related, object)
