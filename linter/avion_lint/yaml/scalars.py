"""What an unquoted YAML scalar means: YAML 1.2's core schema, in which `on`, `yes` and dates are text."""

from __future__ import annotations

from avion_lint.pattern import pattern

Plain = bool | int | float | str | None

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUES = frozenset({"true", "True", "TRUE"})
_FALSES = frozenset({"false", "False", "FALSE"})
_BASED = pattern(r"0o([0-7]+)|0x([0-9a-fA-F]+)")
_INTEGER = pattern(r"[-+]?[0-9]+")
_FLOAT = pattern(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 64  # longer runs of digits stay text: nobody means them, and int() refuses some thousands


def resolve(text: str) -> Plain:
    """Value of an unquoted scalar (YAML 1.2.2, section 10.3.2); what is nothing else is text."""
    if text in _NULLS:
        return None
    if text in _TRUES:
        return True
    if text in _FALSES:
        return False
    if len(text) > _LONGEST_NUMBER or text[0] not in "+-.0123456789":
        return text
    return _number(text)


def _number(text: str) -> Plain:
    if _INTEGER.fullmatch(text):
        return int(text)
    if based := _BASED.fullmatch(text):
        octal, hexadecimal = based.groups()
        return int(octal, 8) if octal else int(hexadecimal, 16)
    if _FLOAT.fullmatch(text):
        # Python spells infinity and not-a-number without the full stop.
        return float(text.replace(".i", "i").replace(".I", "I").replace(".n", "n").replace(".N", "N"))
    return text
