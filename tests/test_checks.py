"""Checks in YAML: what they select, what of it is wrong, and where; what a template fills is not known."""

from __future__ import annotations

from typing import Any

import pytest

from avion_lint.checks.keywords import quantity, seconds
from avion_lint.checks.schema import broken, holds
from avion_lint.checks.trees import OpenDict
from avion_lint.yaml.nodes import UNKNOWN_VALUE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90", 90),
        (90, 90),
        ("5m", 300),
        ("1h30m", 5400),
        ("3s", 3),
        ("500ms", 0.5),
        ("15min", 900),
        ("x", None),
        (True, None),
    ],
)
def test_a_duration_is_read_in_seconds(text: object, expected: float | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("500m", 0.5), ("128Mi", 128 * 1024**2), ("1k", 1000), (2, 2), ("1e3", 1000), ("a", None)]
)
def test_a_quantity_is_read_as_kubernetes_reads_it(text: object, expected: float | None) -> None:
    assert quantity(text) == expected


MAY_AND_SURE: list[tuple[dict[str, Any], Any, bool, bool]] = [
    # schema, value, may it hold, is it sure to hold
    ({"const": 1}, 1, True, True),
    ({"const": 1}, 2, False, False),
    ({"const": 1}, UNKNOWN_VALUE, True, False),
    ({"type": "string"}, UNKNOWN_VALUE, True, False),
    ({"not": {"const": 1}}, UNKNOWN_VALUE, True, False),
    ({"not": {"const": 1}}, 2, True, True),
    ({"not": {"const": 1}}, 1, False, False),
    ({"anyOf": [{"const": 1}, {"type": "integer"}]}, UNKNOWN_VALUE, True, False),
    ({"anyOf": [{"const": 1}, {"const": 3}]}, 3, True, True),
    ({"required": ["a"]}, {}, False, False),
    ({"required": ["a"]}, OpenDict(), True, False),
    ({"required": ["a"]}, OpenDict(a=1), True, True),
    ({"additionalProperties": False}, OpenDict(), True, False),
    ({"properties": {"a": {"const": 1}}}, {"a": UNKNOWN_VALUE}, True, False),
    ({"properties": {"a": {"const": 1}}}, {"b": UNKNOWN_VALUE}, True, True),
    ({"if": {"const": 1}, "then": False}, UNKNOWN_VALUE, True, False),
    ({"if": {"const": 1}, "then": False}, 1, False, False),
    ({"if": {"const": 1}, "then": False, "else": True}, 2, True, True),
    ({"minimum": 3}, UNKNOWN_VALUE, True, False),
    ({"x-duration-max": "10m"}, "11m", False, False),
    ({"x-duration-max": "10m"}, UNKNOWN_VALUE, True, False),
    ({"x-image-digest": True}, "a:1", False, False),
]


@pytest.mark.parametrize(("schema", "value", "may", "sure"), MAY_AND_SURE, ids=str)
def test_a_schema_may_hold_or_is_sure_to_hold(schema: dict[str, Any], value: Any, may: bool, sure: bool) -> None:
    assert (not list(broken(schema, value)), holds(schema, value)) == (may, sure)
