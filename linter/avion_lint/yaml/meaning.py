"""What a scalar means to the program that reads the file: truth values and numbers, by the dialect of that program."""

from __future__ import annotations

from typing import Literal

from avion_lint.pattern import pattern
from avion_lint.yaml.nodes import Node, Scalar
from avion_lint.yaml.scalars import Plain, resolve

Dialect = Literal["1.2", "kubernetes"]
"""`1.2`: YAML's core schema, as GitHub reads workflows. `kubernetes`: go-yaml 2, which kubectl and Helm read with."""

_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_OLD_TRUE = frozenset({"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"})
_OLD_FALSE = frozenset({"n", "N", "no", "No", "NO", "off", "Off", "OFF"})
_OLD_INTEGER = pattern(r"([-+]?)(?:0([0-7]+)|0[oO]([0-7]+)|0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|(0|[1-9][0-9]*))")
_BASES = (8, 8, 16, 2, 10)
_BEGINNINGS = frozenset("+-.0123456789")
_TOO_LARGE = 2**64
_LONGEST = 64  # as in scalars: nobody means longer ones


def truth(node: Node | None, dialect: Dialect = "1.2") -> bool | None:
    """Whether a node says true or false; None where it is unknown, absent, or no truth value (quoted text is none)."""
    if not isinstance(node, Scalar) or node.quoted or not node.known:
        return None
    old = dialect == "kubernetes"
    if node.text in _TRUE or (old and node.text in _OLD_TRUE):
        return True
    if node.text in _FALSE or (old and node.text in _OLD_FALSE):
        return False
    return None


def number(node: Node | None, dialect: Dialect = "1.2") -> int | float | None:
    """The number that a node says; None where it is unknown, absent or no number (quoted text is none).

    To `kubernetes` `0644` is 420, and `1_000` a thousand.
    """
    if not isinstance(node, Scalar) or node.quoted or not node.known:
        return None
    value = _old_number(node.text) if dialect == "kubernetes" else resolve(node.text)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _old_number(text: str) -> Plain:
    """Value as go-yaml 2 resolves it, where it is a number."""
    if len(text) > _LONGEST or text[:1] not in _BEGINNINGS:
        return text
    text = text.replace("_", "")
    found = _OLD_INTEGER.fullmatch(text)
    if found is None:
        return resolve(text)
    sign, *groups = found.groups()
    digits, base = next((digits, base) for digits, base in zip(groups, _BASES, strict=True) if digits)
    value = int(digits, base)
    if value >= _TOO_LARGE:
        return float(value) if base == _BASES[-1] else text
    return -value if sign == "-" else value
