"""A rule's options: from YAML to the fields of its options dataclass, with what is wrong named and placed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.enumeration import Enum
from avion_lint.problems import Problem, suggestion
from avion_lint.rule import Rule
from avion_lint.source import Document, Place
from avion_lint.yaml.nodes import Entry, PlainTree, plain

Options = tuple[tuple[str, object], ...]
"""Names of fields and their values."""


class _WrongTypeError(Exception):
    """A value is not what its field holds; the text says what it should be."""


def read_options(
    rule: Rule, entries: tuple[Entry, ...], document: Document, refuse: Callable[[Problem], None]
) -> Options:
    """Fields and values that these entries set; every entry that cannot be used is handed to `refuse`."""
    fields = _fields(rule)
    options: list[tuple[str, object]] = []
    for entry in entries:
        key = entry.key.text
        if key not in fields:
            refuse((Place(document, entry.key.span), _unknown(rule, key, tuple(fields))))
            continue
        try:
            option = (key.replace("-", "_"), _convert(plain(entry.value), fields[key]))
            _try(rule, option)
        except (_WrongTypeError, ValueError) as error:
            refuse((Place(document, entry.key.span), f"`{key}` of {rule.name}: {error}"))
        else:
            options.append(option)
    return tuple(options)


def make_options(rule: Rule, options: Options) -> object | None:
    """Make the rule's options dataclass with these fields set; None for a rule without options."""
    made = rule.options_class
    return None if made is None else made(**dict(options))


def _try(rule: Rule, option: tuple[str, object]) -> None:
    """Let the dataclass itself refuse a value, by ValueError."""
    make_options(rule, (option,))


def _fields(rule: Rule) -> dict[str, object]:
    """Types of the options under the names that settings use (kebab-case)."""
    from typing import get_type_hints  # noqa: PLC0415 - needed only where a policy sets options

    hints = get_type_hints(rule.options_class) if rule.options_class else {}
    return {name.replace("_", "-"): hint for name, hint in hints.items()}


def _unknown(rule: Rule, key: str, known: tuple[str, ...]) -> str:
    if not known:
        return f"{rule.name} has no options, only `level`"
    listed = ", ".join(f"`{name}`" for name in sorted(known))
    return f"{rule.name} has no option `{key}`{suggestion(key, known) or f'; it has {listed}'}"


def _convert(value: PlainTree, hint: object) -> object:
    from types import NoneType, UnionType  # noqa: PLC0415 - as get_type_hints
    from typing import Literal, Union, get_args, get_origin  # noqa: PLC0415 - as get_type_hints

    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType} and NoneType in arguments:
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return None if value is None else _convert(value, inner)
    if origin is tuple:
        return tuple(_items(value, arguments[0]))
    if origin is frozenset:
        return frozenset(_items(value, arguments[0]))
    if origin is Literal:
        return _choice(value, {str(argument): argument for argument in arguments})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice(value, {str(member.value): member for member in hint})
    return _scalar(value, hint)


def _items(value: PlainTree, hint: object) -> Iterator[object]:
    if not isinstance(value, list):
        raise _WrongTypeError("it must be a list")
    return (_convert(item, hint) for item in value)


def _choice(value: PlainTree, choices: dict[str, object]) -> object:
    if isinstance(value, str) and value in choices:
        return choices[value]
    listed = ", ".join(f"`{choice}`" for choice in choices)
    raise _WrongTypeError(f"it must be one of {listed}{suggestion(str(value), tuple(choices))}")


def _scalar(value: PlainTree, hint: object) -> object:
    if hint is bool and isinstance(value, bool):
        return value
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if hint is str and isinstance(value, str):
        return value
    wanted = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
    if hint not in wanted:
        raise TypeError(f"options cannot hold {hint}")
    quote = "; write it in quotes" if hint is str and isinstance(value, bool | int | float) else ""
    raise _WrongTypeError(f"it must be {wanted[hint]}{quote}")
