"""Comments that call an object deprecated: `-- avion-lint: deprecates users.legacy`, several with commas between."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.pattern import IGNORECASE, pattern
from avion_lint.record import record
from avion_lint.schema.model import Schema, Table
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.lexer import comments

VERB = "deprecates"
_PART = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_NAME = rf"{_PART}(?:\.{_PART}){{0,2}}"
_COMMENT = pattern(rf"(?:--|/\*+)\s*avion-?lint\s*:\s*{VERB}\b\s*(?P<names>{_NAME}(?:\s*,\s*{_NAME})*)?", IGNORECASE)
_EACH = pattern(_NAME)
_PARTS = pattern(_PART)
_RELATIONS = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW, a.ObjectKind.SEQUENCE)
_THINGS = (*_RELATIONS, a.ObjectKind.TYPE, a.ObjectKind.DOMAIN, a.ObjectKind.FUNCTION)
_TEXT = "deprecated"


@record
class Deprecating:
    """A name that a comment calls deprecated, folded as PostgreSQL does, and where it stands; () for none."""

    parts: tuple[str, ...]
    span: Span


def deprecating(text: str) -> Iterator[Deprecating]:
    """The names that comments of a migration call deprecated, in order."""
    if VERB not in text.lower():
        return
    for span in comments(text):
        found = _COMMENT.match(text, span.start, span.end)
        if found is None:
            continue
        if found["names"] is None:
            yield Deprecating((), span)
            continue
        for name in _EACH.finditer(text, *found.span("names")):
            yield Deprecating(tuple(_folded(part) for part in _PARTS.findall(name[0])), Span(*name.span()))


def _folded(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()


def as_comment(given: Deprecating, schema: Schema) -> a.CommentOn | None:
    """The COMMENT that would mark the object; None where the schema is sure to have none of that name.

    A table that no migration has made may have the column: it is marked all the same.
    """
    *above, last = given.parts or ("",)
    whole = a.Name(above[-1] if above else None, last)
    if not last:
        return None
    if len(above) <= 1:
        found = _whole(schema, whole, given.span)
        if found is not None:
            return found
    if above:
        owner = a.Name(above[-2] if len(above) > 1 else None, above[-1])
        return _part(schema, owner, last, given.span)
    return None if _is_complete(schema) else a.CommentOn(given.span, a.ObjectKind.TABLE, whole, _TEXT)


def _whole(schema: Schema, name: a.Name, span: Span) -> a.CommentOn | None:
    """An object that stands by itself."""
    if schema.table(name) is not None:
        return a.CommentOn(span, a.ObjectKind.TABLE, name, _TEXT)
    if schema.index(name) is not None:
        return a.CommentOn(span, a.ObjectKind.INDEX, name, _TEXT)
    for kind in _THINGS:
        made = schema.thing(kind, name)
        if made is not None:
            return a.CommentOn(span, kind, name, _TEXT, arguments=made.arguments)
    return None


def _part(schema: Schema, owner: a.Name, name: str, span: Span) -> a.CommentOn | None:
    """A column or a constraint of a table."""
    table = schema.table(owner)
    if table is None:
        return None if _is_complete(schema) else a.CommentOn(span, a.ObjectKind.COLUMN, owner, _TEXT, name)
    if name not in table.columns and name in table.constraints:
        return a.CommentOn(span, a.ObjectKind.CONSTRAINT, owner, _TEXT, name)
    return a.CommentOn(span, a.ObjectKind.COLUMN, owner, _TEXT, name) if _may_have(table, name) else None


def _may_have(table: Table, column: str) -> bool:
    return column in table.columns or table.origin is None


def _is_complete(schema: Schema) -> bool:
    """Whether the migrations have made every table that they name, and nothing was done unseen."""
    return not schema.doubts and all(table.origin is not None for table in schema.tables.values())
