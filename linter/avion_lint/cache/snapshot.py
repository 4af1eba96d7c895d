"""A schema as pieces of a file and back; of what is read back each object is read when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from avion_lint import source
from avion_lint.cache.codec import Codec, UnknownValueError, classes_in
from avion_lint.cache.lines import DamagedError
from avion_lint.cache.shelf import Shelf, pieces
from avion_lint.record import record
from avion_lint.runners import migration
from avion_lint.schema import model
from avion_lint.schema.catalogue import Catalogue
from avion_lint.schema.model import Schema
from avion_lint.source import Document
from avion_lint.sql import actions
from avion_lint.sql.actions import Name
from avion_lint.subjects import SqlProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from avion_lint.cache.lines import Lines

Problems = Mapping[str, tuple[SqlProblem, ...]]


@record
class Past:
    """What migrations come to: the schema after them, and what in them is no SQL, by path.

    `given` are the values of lock_timeout that they give to later sessions, as avion_lint.sql.opening keeps them.
    """

    schema: Schema
    problems: Problems
    given: tuple[tuple[int, str | None], ...] = ()


def write(past: Past) -> list[bytes]:
    """The pieces of a state: one with all else, those of the catalogues, and one for each value told by its number.

    Raises UnknownValueError for a schema that holds what has no form.
    """
    codec = _codec({}, [])
    schema = past.schema
    shelves: list[bytes] = []
    parts = {
        "search_path": list(schema.search_path),
        "problems": codec.write(past.problems),
        "given": past.given,
        **{name: _put(getattr(schema, name), codec, shelves) for name in _CATALOGUES},
        "more": {name: codec.write(getattr(schema, name)) for name in _others()},
        "often": 1 + len(shelves),
    }
    return [_json(parts), *shelves, *map(_json, codec.written)]


def _json(plain: object) -> bytes:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def read(lines: Lines, documents: Mapping[str, Document]) -> Past:
    """The state of such pieces; `documents` are the migrations by path. Raises UnknownValueError for others.

    An object that is damaged, or of another form, raises DamagedError when it is asked for.
    """
    try:
        parts = json.loads(lines[0])
        codec = _codec(documents, _From(lines, int(parts["often"])))
        shelves: dict[str, Any] = {
            name: _catalogue(parts[name], getattr(Schema(), name), codec, lines) for name in _CATALOGUES
        }
        more: dict[str, Any] = {name: codec.read(each) for name, each in parts["more"].items()}
        problems: Any = codec.read(parts["problems"])
        schema = Schema(**shelves, search_path=tuple(parts["search_path"]), **more)
        return Past(schema, problems, tuple(_given(each) for each in parts["given"]))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise UnknownValueError(str(error)) from error


class _From(Sequence[bytes]):
    """The pieces from one on, counted from 0."""

    def __init__(self, lines: Lines, first: int) -> None:
        self._lines = lines
        self._first = first

    def __getitem__(self, number: Any) -> Any:
        return self._lines[self._first + number]

    def __len__(self) -> int:
        return self._lines.count - self._first


def _given(pair: Any) -> tuple[int, str | None]:
    order, value = pair
    return int(order), None if value is None else str(value)


_CATALOGUES = ("tables", "indexes", "things")


def _others() -> tuple[str, ...]:
    """Fields of a schema that are neither catalogues nor the search path."""
    return tuple(name for name in Schema.__match_args__ if name not in (*_CATALOGUES, "search_path"))


def _codec(documents: Mapping[str, Document], often: Any) -> Codec:
    own = {"SqlProblem": SqlProblem, "Direction": migration.Direction}
    return Codec(classes_in(model, actions, source) | own, documents, _OFTEN, often)


_OFTEN = frozenset(("Origin",))  # one for each statement, and named by all that the statement made


def _put(catalogue: Catalogue[Any, Any], codec: Codec, shelves: list[bytes]) -> list[list[int]]:
    """Put the objects and the groups of a catalogue behind the pieces that are there; where they stand then."""
    objects = [(key, _plain_key(key, codec), codec.plain(value)) for key, value in catalogue.items()]
    groups = [
        (name, _plain_key(name, codec), [_plain_key(each, codec) for each in keys]) for name, keys in catalogue.groups()
    ]
    return [_placed(each, shelves) for each in (objects, groups)]


def _placed(entries: list[Any], shelves: list[bytes]) -> list[int]:
    first = 1 + len(shelves)
    shelves.extend(pieces(entries))
    return [first, 1 + len(shelves) - first, len(entries)]


def _catalogue(places: Any, empty: Catalogue[Any, Any], codec: Codec, lines: Lines) -> Catalogue[Any, Any]:
    def key(plain: Any) -> Any:
        return _key(plain, codec)

    def value(plain: Any) -> Any:
        return _sure(codec.value, plain)

    def group(plain: Iterable[Any]) -> Any:
        return _sure(lambda keys: tuple([key(each) for each in keys]), plain)

    objects, groups = ((int(first), int(count), int(size)) for first, count, size in places)
    return empty.restored(Shelf(lines, objects, key, value), Shelf(lines, groups, key, group))


def _sure(make: Callable[[Any], Any], plain: Any) -> Any:
    """What is made of a plain value; raises DamagedError where it has not the form of one."""
    try:
        return make(plain)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise DamagedError(str(error)) from error


def _plain_key(key: object, codec: Codec) -> list[Any]:
    """A key; most are names, which stand as pairs, without their class. Others stand alone."""
    return list(key) if type(key) is Name else [codec.plain(key)]


def _key(plain: list[Any], codec: Codec) -> Any:
    return Name(*plain) if len(plain) > 1 else codec.value(plain[0])
