"""The comments at the top of a migration, before its first statement."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Document


def header_lines(document: Document) -> Iterator[str]:
    """Lines of the comments before the first statement, without comment marks and surrounding blanks."""
    in_block = False
    for line in document.text.removeprefix("\ufeff").split("\n"):
        text = line.strip()
        if in_block or text.startswith("/*"):
            yield text.strip("/* \t")
            in_block = "*/" not in text
            if not in_block and text.partition("*/")[2].strip():
                return
        elif text.startswith("--"):
            yield text.lstrip("-").strip()
        elif text:
            return
