"""Records to JSON and back. Only the records named here can come back: a cache cannot make us run anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import ModuleType

from avion_lint.enumeration import Enum
from avion_lint.record import field, record
from avion_lint.source import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TUPLE, _DOCUMENT, _MAPPING, _OFTEN = "()", "@", "{}", "#"


class UnknownValueError(Exception):
    """A value that has no form here, or a form that stands for no value."""


@record
class Codec:
    """Turns values into JSON and back: records, enumerations, tuples, mappings and plain values.

    `classes` are those that may come back, by name. Documents are told by their paths and looked up in `documents`.
    Values of the classes named in `often` are written once, into `written`, and told by their place there; for reading
    `written` is what was written, as it was or as JSON.
    """

    classes: Mapping[str, type]
    documents: Mapping[str, Document]
    often: frozenset[str] = frozenset()
    written: Any = field(default_factory=list)
    _numbers: dict[int, tuple[int, object]] = field(default_factory=dict)  # with the value, lest its identity is reused
    _known: dict[int, Any] = field(default_factory=dict)

    def write(self, value: object) -> str:
        """JSON of a value; raises UnknownValueError for what is none of the above."""
        return json.dumps(self.plain(value), ensure_ascii=False, separators=(",", ":"))

    def read(self, text: str | bytes) -> object:
        """The value of a JSON text; raises UnknownValueError where it is no such value."""
        try:
            return self.value(json.loads(text if isinstance(text, str) else text.decode()))
        except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            raise UnknownValueError(str(error)) from error

    def plain(self, value: object) -> Any:
        """What JSON can hold of a value; raises UnknownValueError as `write` does."""
        match value:
            case Enum():
                return [type(value).__name__, value.value]
            case None | bool() | int() | str():
                return value
            case Document():
                return [_DOCUMENT, value.path]
            case Mapping():
                return [_MAPPING, *([self.plain(key), self.plain(each)] for key, each in value.items())]
        name = type(value).__name__
        if name in self.often:
            return [_OFTEN, self._number(value)]
        return self._record(value, name)

    def _number(self, value: object) -> int:
        number, _ = self._numbers.get(id(value)) or self._numbers.setdefault(id(value), (len(self.written), value))
        if number == len(self.written):
            self.written.append(self._record(value, type(value).__name__))
        return number

    def _record(self, value: object, name: str) -> Any:
        if self.classes.get(name) is type(value):
            return [name, *(self.plain(getattr(value, each)) for each in type(value).__match_args__)]  # type: ignore[attr-defined]
        if type(value) is tuple:
            return [_TUPLE, *(self.plain(each) for each in value)]
        raise UnknownValueError(f"{name} has no form in the cache")

    def value(self, plain: Any) -> Any:
        """The value of what JSON held; raises what a wrong form leads to, which `read` tells as one error."""
        if not isinstance(plain, list):
            return plain
        kind = plain[0]
        if kind == _OFTEN:
            return self._numbered(plain[1])
        if kind == _TUPLE:
            return tuple([self.value(each) for each in plain[1:]])
        if kind == _MAPPING:
            return {self.value(key): self.value(each) for key, each in plain[1:]}
        if kind == _DOCUMENT:
            return self.documents[plain[1]]
        return self.classes[kind](*[self.value(each) for each in plain[1:]])

    def _numbered(self, number: int) -> Any:
        if number not in self._known:
            plain = self.written[number]
            self._known[number] = self.value(json.loads(plain) if isinstance(plain, bytes) else plain)
        return self._known[number]


def classes_in(*modules: ModuleType) -> dict[str, type]:
    """Records, names and enumerations of some modules, by name."""
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and (hasattr(value, "__match_args__") or issubclass(value, Enum))
    }
