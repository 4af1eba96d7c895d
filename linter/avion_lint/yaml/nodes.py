"""The parts of a YAML document, each with its place, and the ways from a path of keys to one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from avion_lint.record import record
from avion_lint.source import UNKNOWN, Span
from avion_lint.yaml.scalars import Plain, resolve

Key = str | int
Path = tuple[Key, ...]


class Unknown:
    """What a scalar is worth when a template decides it: the third truth, equal to nothing but itself."""

    def __repr__(self) -> str:
        return "UNKNOWN_VALUE"


UNKNOWN_VALUE = Unknown()
"""The one Unknown; ask with `is`, or ask `Scalar.known` first."""

PlainTree = Plain | Unknown | dict[str, "PlainTree"] | list["PlainTree"]


@record
class Scalar:
    """A single value. `text` is what it says with quotes and escapes taken away.

    `quoted` tells that it can be nothing but text: quoted, a block, or tagged `!!str`. `style` is the first character
    of its form: empty for plain, `'`, `"`, `|` or `>`. `text` holds UNKNOWN for each character of an action in it; what
    stands around them is sure. `is_open` tells that the text is not all: an action that leaves no mark in it (a
    whole-line one, or an `if` of which it shows every branch), or a tag of another language.
    """

    span: Span
    text: str
    quoted: bool = False
    style: str = ""
    is_open: bool = False

    @property
    def known(self) -> bool:
        """Whether the text is what the value will be, all of it."""
        return not self.is_open and UNKNOWN not in self.text

    @property
    def value(self) -> Plain | Unknown:
        """Text, number, truth value or None; UNKNOWN_VALUE where part of it is unknown, never a wrong one."""
        if not self.known:
            return UNKNOWN_VALUE
        return self.text if self.quoted else resolve(self.text)


@record
class Listing:
    """A sequence; `is_open` tells that items may come, or be repeated, that cannot be seen."""

    span: Span
    items: tuple[Node, ...]
    is_open: bool = False


@record
class Entry:
    """A key of a mapping and what stands under it; `merged` when a merge key (`<<`) brought it from elsewhere."""

    key: Scalar
    value: Node
    merged: bool = False


@record
class Mapping:
    """A mapping, in the order of the file, merged entries last; `is_open` tells that keys may come that are not seen.

    A key may stand in it twice: where a template gives it a value in each branch of an `if`, or by mistake.
    """

    span: Span
    entries: tuple[Entry, ...]
    is_open: bool = False

    def entry(self, key: str) -> Entry | None:
        """Entry of that key, the first if there are several, or None."""
        for entry in self.entries:  # a loop takes half the time of `next` here, and this is what rules do most
            if entry.key.text == key:
                return entry
        return None

    def alternatives(self, key: str) -> tuple[Entry, ...]:
        """Every entry of that key: more than one where a template's branches each give it a value."""
        return tuple(entry for entry in self.entries if entry.key.text == key)


Node = Scalar | Listing | Mapping


def plain(node: Node) -> PlainTree:
    """Turn a node into dict, list, text, number, truth value, None and UNKNOWN_VALUE; keys are always text.

    The first of several equal keys counts.
    """
    match node:
        case Scalar():
            return node.value
        case Listing():
            return [plain(item) for item in node.items]
        case Mapping():
            found: dict[str, PlainTree] = {}
            for entry in node.entries:
                if entry.key.text not in found:
                    found[entry.key.text] = plain(entry.value)
            return found


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node below and with this one and the path that leads to it, in the order of the file."""
    yield path, node
    match node:
        case Listing():
            for index, item in enumerate(node.items):
                yield from walk(item, (*path, index))
        case Mapping():
            for entry in node.entries:
                yield from walk(entry.value, (*path, entry.key.text))
        case Scalar():
            pass


def path_of(root: Node, node: Node) -> Path | None:
    """Path from `root` to this very node, the first where aliases give several; None where it is not in there."""
    return next((path for path, found in walk(root) if found is node), None)


def get(node: Node | None, key: str) -> Node | None:
    """Get what stands under a key; None where the node is no mapping or lacks the key."""
    entry = node.entry(key) if isinstance(node, Mapping) else None
    return entry.value if entry else None


def items(node: Node | None) -> tuple[Node, ...]:
    """Items of a sequence; nothing for any other node."""
    return node.items if isinstance(node, Listing) else ()


def entries(node: Node | None) -> tuple[Entry, ...]:
    """Entries of a mapping; nothing for any other node."""
    return node.entries if isinstance(node, Mapping) else ()


def text_at(node: Node | None, key: str) -> str | None:
    """Text of the scalar under a key as it is written (`3.20` stays `3.20`); None for null and others."""
    found = get(node, key)
    return found.text if isinstance(found, Scalar) and found.value is not None else None


def find(node: Node, path: Iterable[Key]) -> Node | None:
    """Node that a path of keys and indexes leads to, or None where it leads nowhere."""
    current: Node = node
    for part in path:
        if isinstance(current, Mapping) and isinstance(part, str):
            entry = current.entry(part)
            if entry is None:
                return None
            current = entry.value
        elif (
            isinstance(current, Listing) and isinstance(part, int) and -len(current.items) <= part < len(current.items)
        ):
            current = current.items[part]
        else:
            return None
    return current


def _along(node: Node, path: Iterable[Key]) -> Iterator[tuple[Scalar | None, Node | None]]:
    """Go along a path: the key that led to each node, if a key did, and the node; None where it breaks."""
    current: Node | None = node
    yield None, node
    for part in path:
        match current, part:
            case Mapping(), str():
                entry = current.entry(part)
                current = entry.value if entry else None
                yield (entry.key if entry else None), current
            case Listing(), int() if -len(current.items) <= part < len(current.items):
                current = current.items[part]
                yield None, current
            case _:
                current = None
                yield None, None
        if current is None:
            return


def span_at(node: Node, path: Sequence[Key]) -> Span:
    """Where to point for what stands at `path`, on one line where possible.

    A scalar itself; for a mapping, a list or an empty value the key that it stands under, or its own first
    key; the deepest part that there is, where the path leads further than the file.
    """
    key, deepest = None, node
    for step_key, step in _along(node, path):
        if step is None:
            break
        key, deepest = step_key, step
    if isinstance(deepest, Scalar) and deepest.span.end > deepest.span.start:
        return deepest.span
    if key is not None:
        return key.span
    return _head(deepest)


def key_span(node: Node, path: Sequence[Key], key: str) -> Span:
    """Where the key itself stands in the mapping at `path`; what `span_at` says where there is none."""
    mapping = find(node, path)
    entry = mapping.entry(key) if isinstance(mapping, Mapping) else None
    return entry.key.span if entry else span_at(node, path)


def _head(node: Node) -> Span:
    match node:
        case Mapping(entries=(first, *_)):
            return first.key.span
        case Listing(items=(first, *_)):
            return _head(first)
        case _:
            return node.span
