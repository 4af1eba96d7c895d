"""JSON Schema over trees with unknown parts: a schema may hold, or is sure to hold.

What a template fills can be anything. An assertion is broken only where no value could make it hold; a denial only
where every value does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from avion_lint.checks.keywords import KEYWORDS
from avion_lint.checks.trees import OpenDict, OpenList
from avion_lint.yaml.nodes import UNKNOWN_VALUE, Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_OF_SIZE = frozenset({"required", "minProperties", "dependentRequired"})
_OF_ITEMS = frozenset({"minItems", "contains", "minContains"})
_CLOSED = frozenset({"maxProperties", "maxItems", "additionalProperties", "unevaluatedProperties"})
Violation = tuple[tuple[Key, ...], str]
"""Where in the tree, and jsonschema's own words."""


def broken(schema: Mapping[str, Any], value: Any) -> Iterator[Violation]:
    """Every way in which a value is sure not to follow a schema."""
    for error in _validator(schema, sure=False).iter_errors(value):
        yield tuple(error.absolute_path), error.message


def holds(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a value is sure to follow a schema, whatever its unknown parts are."""
    return next(_validator(schema, sure=True).iter_errors(value), None) is None


def wrong_schema(schema: object) -> str:
    """What is wrong with a JSON Schema, "" where nothing is."""
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415 - 70 ms

    try:
        Draft202012Validator.check_schema(schema)  # type: ignore[arg-type]
    except SchemaError as error:
        where = "/".join(map(str, error.absolute_path))
        return f"{error.message}{f' (at {where})' if where else ''}"
    return ""


def _validator(schema: Mapping[str, Any], *, sure: bool) -> Any:
    return _classes()[sure](schema)


@cache
def _classes() -> tuple[Any, Any]:
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - 70 ms

    known = {**Draft202012Validator.VALIDATORS, **KEYWORDS}
    made = []
    for sure in (False, True):
        words = {word: _guarded(word, check, sure=sure) for word, check in known.items()}
        words |= {"not": _negation(sure=sure), "if": _condition(sure=sure)}
        made.append(validators.extend(Draft202012Validator, words))  # type: ignore[no-untyped-call]
    return made[0], made[1]


def _guarded(word: str, check: Callable[..., Any], *, sure: bool) -> Callable[..., Any]:
    """A keyword that says nothing of what is unknown, or (`sure`) that it is not sure to hold."""

    def guarded(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
        if value is UNKNOWN_VALUE and word not in _STRUCTURAL:
            if sure:
                yield _not_sure(word)
            return
        if isinstance(value, OpenDict):
            if word in _OF_SIZE and not sure:
                return
            if word in _CLOSED and sure:
                yield _not_sure(word)
                return
        if isinstance(value, OpenList):
            if word in _OF_ITEMS and not sure:
                return
            if word in {*_CLOSED, "items"} and sure:
                yield _not_sure(word)
                return
        yield from check(validator, wanted, value, schema) or ()

    return guarded


_STRUCTURAL = frozenset({"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if"})
"""Keywords that hand the value on to other schemas."""


def _not_sure(word: str) -> Any:
    from jsonschema import ValidationError  # noqa: PLC0415 - 70 ms

    return ValidationError(f"{word}: not known")


def _negation(*, sure: bool) -> Callable[..., Any]:
    def negation(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[Any]:
        if next(_classes()[not sure](wanted).iter_errors(value), None) is None:
            from jsonschema import ValidationError  # noqa: PLC0415 - 70 ms

            yield ValidationError("it is what must not be")

    return negation


def _condition(*, sure: bool) -> Callable[..., Any]:
    def condition(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
        if next(_classes()[1](wanted).iter_errors(value), None) is None:
            if "then" in schema:
                yield from validator.descend(value, schema["then"], schema_path="then")
        elif next(_classes()[0](wanted).iter_errors(value), None) is not None:
            if "else" in schema:
                yield from validator.descend(value, schema["else"], schema_path="else")
        elif sure:
            yield _not_sure("if")

    return condition
