"""Records to JSON and back. Only the records named here can come back: a cache cannot make us run anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from operator import attrgetter
from types import ModuleType

from avion_lint.enumeration import Enum
from avion_lint.record import field, record
from avion_lint.source import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_AS_IT_IS = frozenset((type(None), bool, int, str))
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
    _forms: dict[type, Callable[[Any], Any]] = field(default_factory=dict, compare=False)

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
        kind = type(value)
        if kind in _AS_IT_IS:
            return value
        own = self._forms.get(kind)
        if own is None:
            own = self._forms[kind] = self._form(kind)
        return own(value)

    def _form(self, kind: type[Any]) -> Callable[[Any], Any]:
        """What makes of the values of a class what JSON can hold."""
        name, plain = kind.__name__, self.plain
        if issubclass(kind, Enum):
            return lambda value: [name, value.value]
        if issubclass(kind, Document):
            return lambda value: [_DOCUMENT, value.path]
        if issubclass(kind, Mapping):
            return lambda value: [_MAPPING, *([plain(key), plain(each)] for key, each in value.items())]
        if kind is tuple:
            return lambda value: [_TUPLE, *map(plain, value)]
        if self.classes.get(name) is not kind:
            raise UnknownValueError(f"{name} has no form in the cache")
        fields: Callable[[Any], Any] = tuple if issubclass(kind, tuple) else _all_of(kind.__match_args__)

        def record(value: Any) -> Any:  # most fields of most records hold what JSON can hold
            return [name, *[each if type(each) in _AS_IT_IS else plain(each) for each in fields(value)]]

        return self._numbered_form(record) if name in self.often else record

    def _numbered_form(self, record: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """The same for values that are told by their numbers."""

        def number(value: Any) -> Any:
            known = self._numbers.get(id(value))
            if known is None:
                known = self._numbers[id(value)] = (len(self.written), value)
                self.written.append(record(value))
            return [_OFTEN, known[0]]

        return number

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


def _all_of(fields: tuple[str, ...]) -> Callable[[Any], Any]:
    if len(fields) > 1:
        return attrgetter(*fields)
    return lambda value: [getattr(value, each) for each in fields]


def classes_in(*modules: ModuleType) -> dict[str, type]:
    """Records, names and enumerations of some modules, by name."""
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and (hasattr(value, "__match_args__") or issubclass(value, Enum))
    }
