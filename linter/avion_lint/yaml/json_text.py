"""Makes YAML of JSON, as long as it was: what JSON allows and YAML's parsers do not."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.source import Document

_SURROGATE = pattern(r"(?<!\\)((?:\\\\)*)\\(u[dD][89a-fA-F][0-9a-fA-F]{2})")


def is_json(document: Document) -> bool:
    """Whether the file says that it is JSON."""
    return document.path.endswith(".json")


def as_yaml(text: str) -> str:
    """Blanks for tabs: JSON's texts hold none as they are."""
    return text.replace("\t", " ")
