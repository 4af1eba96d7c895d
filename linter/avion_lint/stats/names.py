"""Names of tables in a stats file, written as SQL writes them."""

from __future__ import annotations

import re

from avion_lint.sql.actions import Name

_PART = r'(?:[^\W\d][\w$]*|"(?:[^"\x00]|"")+")'
_NAME = re.compile(rf"(?:({_PART})\.)?({_PART})")


def name_of(text: str) -> Name | None:
    """The name that a text says, folded as PostgreSQL folds it; None where it says none."""
    found = _NAME.fullmatch(text)
    return Name(_folded(found[1]) if found[1] else None, _folded(found[2])) if found else None


def _folded(part: str) -> str:
    if part.startswith('"'):
        return part[1:-1].replace('""', '"')
    return "".join(letter.lower() if letter.isascii() else letter for letter in part)
