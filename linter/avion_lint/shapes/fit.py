"""What of a YAML document does not fit a schema: keys, values, their sorts; what a template fills fits everything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from avion_lint.enumeration import StrEnum
from avion_lint.record import record
from avion_lint.shapes.shape import Shapes, below, branches, is_name, keys
from avion_lint.source import UNKNOWN
from avion_lint.yaml.nodes import Entry, Key, Listing, Mapping, Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf
    from typing import Any


class Fault(StrEnum):
    """How something does not fit."""

    UNKNOWN_KEY = "unknown key"
    MISSING_KEY = "missing key"
    WRONG_SORT = "wrong sort"
    WRONG_VALUE = "wrong value"
    WRONG_NAME = "wrong name"


@record
class Misfit:
    """Something that does not fit.

    `at` is what to point at, `path` leads to the mapping that has, or lacks, the key `word`; for a value it leads to
    the value, which `word` is as written. `wanted` are the keys that there are, or the sorts or values that fit.
    """

    fault: Fault
    at: Entry | Node
    path: tuple[Key, ...]
    word: str
    wanted: tuple[str, ...] = ()


_SORTS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_MOST = 40  # faults of one document that are told
_EXPRESSION = "${{"
_DIRECTIVE = "$"  # begins keys of patches (`$patch`), which are no fields


@record
class Fitting:
    """Holds documents against schemas.

    `is_sure` tells that a scalar is what it will be, `sorts` gives the sorts that a sure one can be taken for.
    `optional` are keys that a schema asks for and that are filled in where they lack.
    """

    shapes: Shapes
    is_sure: Callable[[Scalar], bool]
    sorts: Callable[[Scalar], Collection[str]]
    optional: Collection[str] = ()
    complete: bool = True

    def misfits(self, node: Node) -> Iterator[Misfit]:
        """What of a document does not fit, in the order of the file as far as it goes."""
        for count, misfit in enumerate(self._fit(self.shapes.root, node, ())):
            if count == _MOST:
                return
            yield misfit

    def _fit(self, schema: Any, node: Node, path: tuple[Key, ...]) -> Iterator[Misfit]:
        schema = self.shapes.at(schema)
        if not schema or (isinstance(node, Scalar) and self._is_anything(node)):
            return
        options = branches(schema)
        if options:
            yield from self._best(options, node, path)
            return
        wrong = self._sort(schema, node, path)
        if wrong is not None:
            yield wrong
        elif isinstance(node, Mapping):
            yield from self._mapping(schema, node, path)
        elif isinstance(node, Listing) and "items" in schema:
            for index, item in enumerate(node.items):
                yield from self._fit(schema["items"], item, (*path, index))

    def _is_anything(self, node: Scalar) -> bool:
        """Whether a scalar is not known, or null, which is as good as not there."""
        return not self.is_sure(node) or node.value is None

    def _best(self, options: tuple[Any, ...], node: Node, path: tuple[Key, ...]) -> Iterator[Misfit]:
        """What is wrong by the option that comes nearest; nothing where one fits."""
        found = [list(self._fit(option, node, path)) for option in options]
        if not all(found):
            return
        inside = [each for each in found if not _is_all(each, path)]
        if inside:
            yield from min(inside, key=len)
            return
        values = tuple(word for each in found if each[0].fault is Fault.WRONG_VALUE for word in each[0].wanted)
        fault = Fault.WRONG_VALUE if values else Fault.WRONG_SORT
        words = values or tuple(word for each in found for word in each[0].wanted)
        yield Misfit(fault, node, path, found[0][0].word, tuple(dict.fromkeys(words)))

    def _sort(self, schema: MappingOf[str, Any], node: Node, path: tuple[Key, ...]) -> Misfit | None:
        """What is wrong with a node as a whole: it is another sort of thing, or not one of the values."""
        said = schema.get("type", ())
        wanted = (said,) if isinstance(said, str) else tuple(said)
        if wanted and not set(wanted) & set(self._sorts_of(node)):
            words = tuple(_SORTS[each] for each in wanted if each in _SORTS)
            return Misfit(Fault.WRONG_SORT, node, path, _word(node), words) if words else None
        if not isinstance(node, Scalar):
            return None
        if _EXPRESSION in str(schema.get("pattern", "")).replace("\\", ""):
            return Misfit(Fault.WRONG_SORT, node, path, node.text, ("an expression",))
        values = schema.get("enum") or ((schema["const"],) if "const" in schema else ())
        if values and not any(node.text == str(each) or node.value == each for each in values):
            return Misfit(Fault.WRONG_VALUE, node, path, node.text, tuple(map(str, values)))
        return None

    def _sorts_of(self, node: Node) -> Collection[str]:
        match node:
            case Mapping():
                return ("object",)
            case Listing():
                return ("array",)
        return self.sorts(node)

    def _mapping(self, schema: MappingOf[str, Any], node: Mapping, path: tuple[Key, ...]) -> Iterator[Misfit]:
        for entry in node.entries:
            key = entry.key.text
            if UNKNOWN in key or key.startswith(_DIRECTIVE) or key == "<<":
                continue
            inner = below(schema, key)
            if inner is None:
                fault = Fault.WRONG_NAME if is_name(schema) else Fault.UNKNOWN_KEY
                yield Misfit(fault, entry, path, key, keys(schema))
            else:
                yield from self._fit(inner, entry.value, (*path, key))
        if self.complete and not node.is_open:
            for key in schema.get("required", ()):
                if key not in self.optional and node.entry(key) is None:
                    yield Misfit(Fault.MISSING_KEY, node, path, key)


def _is_all(misfits: list[Misfit], path: tuple[Key, ...]) -> bool:
    """Whether what is wrong is the whole of what stands at a path, and not something inside it."""
    one = misfits[0]
    return len(misfits) == 1 and one.path == path and one.fault in (Fault.WRONG_SORT, Fault.WRONG_VALUE)


def _word(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""
