"""A schema as text and back; of what is read back each object is made when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from avion_lint import source
from avion_lint.cache.codec import Codec, UnknownValueError, classes_in
from avion_lint.record import record
from avion_lint.runners import migration
from avion_lint.schema import model
from avion_lint.schema.catalogue import Catalogue, Frozen
from avion_lint.schema.model import Schema
from avion_lint.source import Document
from avion_lint.sql import actions
from avion_lint.sql.actions import Name
from avion_lint.subjects import SqlProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Problems = Mapping[str, tuple[SqlProblem, ...]]


@record
class Past:
    """What migrations come to: the schema after them, and what in them is no SQL, by path.

    `given` are the values of lock_timeout that they give to later sessions, as avion_lint.sql.opening keeps them.
    """

    schema: Schema
    problems: Problems
    given: tuple[tuple[int, str | None], ...] = ()


def write(past: Past) -> str:
    """The text of a state: a line with all else, one for each object, and one for each value that is told by number.

    Raises UnknownValueError for a schema that holds what has no form.
    """
    codec = _codec({}, [])
    schema = past.schema
    lines: list[str] = []
    parts = {
        "search_path": list(schema.search_path),
        "problems": codec.write(past.problems),
        "given": past.given,
        **{name: _shelf(getattr(schema, name), codec, lines) for name in _CATALOGUES},
        "more": {name: codec.write(getattr(schema, name)) for name in _others()},
        "objects": len(lines),
    }
    return "\n".join((_json(parts), *lines, *map(_json, codec.written)))


def _json(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def read(data: bytes, documents: Mapping[str, Document]) -> Past:
    """The state of a text, as UTF-8; `documents` are the migrations by path. Raises UnknownValueError for others."""
    first, *lines = data.split(b"\n")
    try:
        parts = json.loads(first)
        codec = _codec(documents, lines[parts["objects"] :])
        objects = iter(lines[: parts["objects"]])
        shelves: dict[str, Any] = {
            name: _catalogue(parts[name], getattr(Schema(), name), codec, objects) for name in _CATALOGUES
        }
        more: dict[str, Any] = {name: codec.read(each) for name, each in parts["more"].items()}
        problems: Any = codec.read(parts["problems"])
        schema = Schema(**shelves, search_path=tuple(parts["search_path"]), **more)
        return Past(schema, problems, tuple(_given(each) for each in parts["given"]))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, StopIteration) as error:
        raise UnknownValueError(str(error)) from error


def _given(pair: Any) -> tuple[int, str | None]:
    order, value = pair
    return int(order), None if value is None else str(value)


_CATALOGUES = ("tables", "indexes", "things")


def _others() -> tuple[str, ...]:
    """Fields of a schema that are neither catalogues nor the search path."""
    return tuple(name for name in Schema.__match_args__ if name not in (*_CATALOGUES, "search_path"))


def _codec(documents: Mapping[str, Document], often: list[Any]) -> Codec:
    own = {"SqlProblem": SqlProblem, "Direction": migration.Direction}
    return Codec(classes_in(model, actions, source) | own, documents, _OFTEN, often)


_OFTEN = frozenset(("Origin",))  # one for each statement, and named by all that the statement made


def _shelf(catalogue: Catalogue[Any, Any], codec: Codec, lines: list[str]) -> dict[str, Any]:
    """Keys once each, and what stands under them by their numbers; the objects are appended to the lines."""
    numbers: dict[object, int] = {}

    def number(key: object) -> int:
        return numbers.setdefault(key, len(numbers))

    objects = [number(key) for key in catalogue]
    lines.extend(codec.write(value) for value in catalogue.values())
    about = [[number(name), [number(key) for key in keys]] for name, keys in catalogue.groups()]
    return {"keys": [_plain_key(key, codec) for key in numbers], "objects": objects, "about": about}


def _catalogue(parts: Any, empty: Catalogue[Any, Any], codec: Codec, lines: Iterator[bytes]) -> Catalogue[Any, Any]:
    keys = [_key(plain, codec) for plain in parts["keys"]]
    objects = {keys[number]: Frozen(next(lines), codec.read) for number in parts["objects"]}
    about = {keys[number]: tuple([keys[each] for each in members]) for number, members in parts["about"]}
    return empty.restored(objects, about)


def _plain_key(key: object, codec: Codec) -> list[Any]:
    """A key; most are names, which stand as pairs, without their class. Others stand alone."""
    return list(key) if type(key) is Name else [codec.plain(key)]


def _key(plain: list[Any], codec: Codec) -> Any:
    return Name(*plain) if len(plain) > 1 else codec.value(plain[0])
