"""Keywords beside JSON Schema's own: durations, quantities, digests, other places of the document, scripts, PromQL."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.pattern import pattern
from avion_lint.yaml.nodes import UNKNOWN_VALUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DURATION = pattern(r"(\d+(?:\.\d+)?)\s*(ms|us|sec|s|min|m|h|d|w)?")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800, None: 1}
_QUANTITY = pattern(r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?")
_POWERS: dict[str | None, float] = {name: 1000.0 ** (at + 1) for at, name in enumerate("kMGTPE")}
_BINARY: dict[str | None, float] = {f"{name.upper()}i": 1024.0 ** (at + 1) for at, name in enumerate("kMGTPE")}
_UNITS: dict[str | None, float] = {None: 1.0, "m": 0.001, **_POWERS, **_BINARY}
_DIGEST = pattern(r".+@sha256:[0-9a-f]{64}")


def seconds(value: object) -> float | None:
    """Seconds of a duration: a number, or numbers with units (`90`, `5m`, `1h30m`, `3s`); None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    text = value.strip() if isinstance(value, str) else ""
    found = list(_DURATION.finditer(text))
    if not found or "".join(each[0] for each in found).replace(" ", "") != text.replace(" ", ""):
        return None
    return sum(float(each[1]) * _SECONDS[each[2]] for each in found)


def quantity(value: object) -> float | None:
    """A Kubernetes quantity (`500m`, `128Mi`) as a number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    found = _QUANTITY.fullmatch(str(value).strip())
    return float(found[1]) * _UNITS[found[2]] if found else None


def _error(message: str) -> Any:
    from jsonschema import ValidationError  # noqa: PLC0415 - 70 ms

    return ValidationError(message)


def _limit(read: Any, *, least: bool, what: str) -> Any:
    def check(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[Any]:
        number, limit = read(value), read(wanted)
        if number is None:
            yield _error(f"{value!r} is no {what}")
        elif limit is not None and (number < limit if least else number > limit):
            yield _error(f"{value} is {'less' if least else 'more'} than {wanted}")

    return check


def _digest(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[Any]:
    if wanted and not (isinstance(value, str) and _DIGEST.fullmatch(value)):
        yield _error(f"{value!r} names no digest")


def _same(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[Any]:
    """`x-equal-to`: what stands at the pointer, as often as it does, is this value."""
    known = [each for each in wanted["values"] if each is not UNKNOWN_VALUE]
    if not wanted["values"]:
        yield _error(f"nothing stands at {wanted['pointer']}")
    elif any(each != value for each in known):
        yield _error(f"{value!r} is not what stands at {wanted['pointer']}")


def _among(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[Any]:
    """`x-refers-to`: this value stands at the pointer."""
    if not any(each is UNKNOWN_VALUE or each == value for each in wanted["values"]):
        yield _error(f"{value!r} does not stand at {wanted['pointer']}")


def _shell(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[Any]:
    from avion_lint.checks.scripts import wrong_with  # noqa: PLC0415 - the shell's grammar, where a check asks for it

    for said in wrong_with(wanted, value):
        yield _error(said)


def _promql(_: Any, wanted: Any, value: Any, __: Any) -> Iterator[Any]:
    from avion_lint.promql.checking import wrong  # noqa: PLC0415 - an extra

    said = wrong(value) if wanted and isinstance(value, str) else None
    if said is not None:
        yield _error(f"Prometheus does not read it: {said.why}")


KEYWORDS: dict[str, Any] = {
    "x-duration-max": _limit(seconds, least=False, what="duration"),
    "x-duration-min": _limit(seconds, least=True, what="duration"),
    "x-quantity-max": _limit(quantity, least=False, what="quantity"),
    "x-quantity-min": _limit(quantity, least=True, what="quantity"),
    "x-image-digest": _digest,
    "x-equal-to": _same,
    "x-refers-to": _among,
    "x-shell": _shell,
    "x-promql": _promql,
}
"""Checks by keyword, as jsonschema takes them: validator, what the schema says, the value, the schema."""


def wrong_value(word: str, value: object) -> str:
    """What is wrong with what a schema says under one of these keywords, "" where nothing is."""
    match word:
        case "x-duration-max" | "x-duration-min" if seconds(value) is None:
            return "must be a duration (`90`, `5m`, `1h30m`)"
        case "x-quantity-max" | "x-quantity-min" if quantity(value) is None:
            return "must be a quantity as Kubernetes writes it (`500m`, `128Mi`)"
        case "x-image-digest" | "x-promql" if not isinstance(value, bool):
            return "must be true or false"
        case "x-equal-to" | "x-refers-to" if not (isinstance(value, str) and value.startswith("/")):
            return "must be a pointer from the root of the document (`/spec/template/metadata/name`)"
        case "x-shell":
            from avion_lint.checks.scripts import wrong_wish  # noqa: PLC0415 - as above

            return wrong_wish(value)
    return ""
