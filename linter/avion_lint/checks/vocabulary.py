"""What a check's JSON Schema may be made of: its words, references inside it, regular expressions that compile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from avion_lint.checks.keywords import KEYWORDS, wrong_value
from avion_lint.problems import suggestion
from avion_lint.yaml.nodes import Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Wrong = tuple[tuple[Key, ...], str]
"""Where in the schema, and what is wrong there."""

_ONE = frozenset(
    {"not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems"}
    | {"unevaluatedProperties"}
)
_SEVERAL = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_VALUES = frozenset(
    {"type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength"}
    | {"minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties"}
    | {"minProperties", "required", "dependentRequired", "$ref"}
)
_SAID = frozenset({"title", "description", "$comment", "default", "examples", "deprecated"})
WORDS = frozenset({*_ONE, *_SEVERAL, *_NAMED, *_VALUES, *_SAID, *KEYWORDS})
"""All keywords that a schema may have."""


def wrong_words(schema: Any) -> Iterator[Wrong]:
    """Everything in a schema that would be passed over in silence, ask the network, or not compile."""
    for path, part in _schemas(schema, ()):
        for word, value in part.items():
            if word not in WORDS:
                yield (*path, word), f"no keyword is called `{word}`{suggestion(word, tuple(sorted(WORDS)))}"
            elif word == "$ref":
                said = _wrong_reference(schema, value)
                yield from (((*path, word), said),) if said else ()
            elif word == "pattern":
                yield from _wrong_pattern((*path, word), value)
            elif word == "patternProperties" and isinstance(value, Mapping):
                for each in value:
                    yield from _wrong_pattern((*path, word, each), each)
            elif word in KEYWORDS and (said := wrong_value(word, value)):
                yield (*path, word), f"`{word}` {said}"


def _schemas(schema: Any, path: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], Mapping[str, Any]]]:
    """A schema and all those inside it, with the paths that lead there."""
    if not isinstance(schema, Mapping):
        return
    yield path, schema
    for word, value in schema.items():
        if word in _ONE:
            yield from _schemas(value, (*path, word))
        elif word in _SEVERAL and isinstance(value, list):
            for at, each in enumerate(value):
                yield from _schemas(each, (*path, word, at))
        elif word in _NAMED and isinstance(value, Mapping):
            for name, each in value.items():
                yield from _schemas(each, (*path, word, name))


def _wrong_reference(schema: Any, value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("#"):
        return "`$ref` leads to a part of the same schema (`#/$defs/name`); nothing is fetched"
    at = schema
    for part in value.removeprefix("#").strip("/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if name and not (isinstance(at, Mapping) and name in at):
            return f"`$ref` leads nowhere: there is no {value}"
        at = at[name] if name else at
    return "`$ref` leads to the schema that it stands in" if at is schema else ""


def _wrong_pattern(path: tuple[Key, ...], value: Any) -> Iterator[Wrong]:
    if isinstance(value, str):
        try:
            re.compile(value)
        except (re.error, OverflowError, RecursionError) as error:
            yield path, f"`{value}` is no regular expression: {error}"
