"""A settings or policy file against its JSON Schema, each difference said in plain words at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from avion_lint.problems import Problem, suggestion
from avion_lint.source import Document, Place
from avion_lint.yaml.nodes import Key, Node, key_span, plain, span_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}


def read_schema(package: str, name: str) -> dict[str, Any]:
    """Read a JSON Schema that comes with a package."""
    import json  # noqa: PLC0415 - needed only where there is a file to check

    schema: dict[str, Any] = json.loads((files(package) / name).read_text(encoding="utf-8"))
    return schema


def check(document: Document, root: Node, schema: Mapping[str, Any]) -> Iterator[Problem]:
    """Every way in which the file does not follow the schema."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 70 ms

    for error in Draft202012Validator(schema).iter_errors(plain(root)):
        yield from _problems(document, root, error)


# jsonschema's errors carry the schema and the instance, which can be anything, hence Any.
def _problems(document: Document, root: Node, error: Any) -> Iterator[Problem]:
    path: list[Key] = list(error.absolute_path)
    match error.validator:
        case "additionalProperties":
            known = tuple(error.schema.get("properties", ()))
            for key in error.instance:
                if key not in known:
                    place = Place(document, key_span(root, path, key))
                    yield place, f"unknown key `{key}`{_inside(path)}{_known(key, known)}"
        case _:
            yield Place(document, span_at(root, path)), _message(error, _subject(path))


def _message(error: Any, subject: str) -> str:
    wanted, value, schema = error.validator_value, error.instance, error.schema
    match error.validator:
        case "type":
            said = f"must be {_kinds(wanted)}{_quote(wanted, value)}"
        case "enum":
            choices = tuple(str(choice) for choice in wanted)
            said = f"must be one of {_listed(choices)}{suggestion(str(value), choices)}"
        case "const":
            said = f"must be {wanted}"
        case "required":
            said = f"needs {_listed([key for key in wanted if key not in value])}"
        case "minimum" | "maximum":
            said = f"must be from {schema['minimum']} to {schema['maximum']}"
        case "minItems" | "minProperties":
            said = "must not be empty"
        case "pattern":
            said = f"must be {schema['title']}"
        case _:
            said = f"is not right: {error.message}"
    return f"{subject} {said}"


def _subject(path: Sequence[Key]) -> str:
    match list(path):
        case []:
            return "the file"
        case [*_, str(key)]:
            return f"`{key}`"
        case [*before, _]:
            return f"this item of{_name(before)}"
        case _:
            return "this"


def _name(path: Sequence[Key]) -> str:
    key = next((part for part in reversed(path) if isinstance(part, str)), None)
    return f" `{key}`" if key else " the list"


def _inside(path: Sequence[Key]) -> str:
    return f" in{_name(path)}" if path else ""


def _known(key: str, known: tuple[str, ...]) -> str:
    return suggestion(key, known) or (f"; there are {_listed(sorted(known))}" if known else "")


def _kinds(wanted: str | Sequence[str]) -> str:
    return " or ".join(_KINDS[kind] for kind in ([wanted] if isinstance(wanted, str) else wanted))


def _quote(wanted: str | Sequence[str], value: object) -> str:
    return "; write it in quotes" if wanted == "string" and isinstance(value, bool | int | float) else ""


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
