"""goose annotations as every version of goose reads them."""

from __future__ import annotations

import re

from avion_lint.finding import Edit, Fix
from avion_lint.fixer import Scene
from avion_lint.runners.migration import Runner
from avion_lint.runners.script_text import head_end
from avion_lint.source import Place, Span
from avion_rules.fixes._layout import first_line, inserted
from avion_rules.migrations._annotations import meant_as_up
from avion_rules.migrations.directive_not_read import meant

_BLOCK = re.compile(
    r"^[ \t]*-- \+goose StatementBegin[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*-- \+goose StatementEnd[ \t]*\r?\n", re.MULTILINE
)
_UP = "-- +goose Up"


def directive_spelling(scene: Scene) -> Fix | None:
    """Spell an annotation as it must be; where it is not just case, blanks and marks, somebody has to look."""
    place = scene.finding.place
    annotation = meant(place.text).line
    return _respelt(place, annotation) if annotation else None


def _respelt(place: Place, annotation: str) -> Fix:
    text = place.document.text
    before = text[text.rfind("\n", 0, place.span.start) + 1 : place.span.start]
    end = place.span.end - (1 if place.text.endswith("\r") else 0)
    own_line = "" if not before.strip(" \t\ufeff") else "\n"
    edit = Edit(Place(place.document, Span(place.span.start, end)), own_line + annotation)
    return Fix(f"Write `{annotation}`", (edit,), safe=_letters(place.text) == _letters(annotation), reveals=True)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def accepted_by_goose(scene: Scene) -> Fix | None:
    """Mend what goose stops at: a byte order mark, a comment that names it, a last statement without its semicolon."""
    migration, place = scene.migration, scene.finding.place
    if migration.service.runner is not Runner.GOOSE:
        return None
    if migration.document.text.startswith("\ufeff"):
        mark = Edit(Place(migration.document, Span(0, 1)), "")
        return Fix("Take the byte order mark away", (mark,), reveals=True)
    errors = [
        section.error for section in migration.file.sections if section.error and section.error.span == place.span
    ]
    words = errors[0].text if errors else ""
    plus = place.text.find("+goose")
    if "not supported: invalid annotation" in words and plus >= 0 and place.text.lstrip().startswith("--"):
        at = place.span.start + plus
        return Fix("Leave out the plus sign", (Edit(Place(place.document, Span(at, at + 1)), ""),), reveals=True)
    if words.endswith("missing semicolon?") and "--" not in place.text and place.text.strip():
        at = place.span.start + len(place.text.rstrip())
        return Fix("End the statement", (Edit(Place(place.document, Span(at, at)), ";"),), reveals=True)
    return None


def missing_up(scene: Scene) -> Fix | None:
    """Put the annotation where one was meant, or else above the first statement."""
    document = scene.migration.document
    span = meant_as_up(scene.migration)
    if span is not None:
        return _respelt(Place(document, span), _UP)
    at = max(head_end(document.text), first_line(document))
    return Fix(f"Put `{_UP}` above the first statement", (inserted(document, at, f"{_UP}\n"),), reveals=True)


def empty_block(scene: Scene) -> Fix | None:
    """Take the empty block away that makes goose drop the line behind it."""
    document, start = scene.migration.document, scene.finding.place.span.start
    blocks = [
        found for found in _BLOCK.finditer(document.text, 0, start) if not document.text[found.end() : start].strip()
    ]
    if not blocks:
        return None
    edit = Edit(Place(document, Span(*blocks[-1].span())), "")
    return Fix("Take the empty block away", (edit,), reveals=True)
