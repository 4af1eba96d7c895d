"""Statements made concurrent: the text that takes the place of one that keeps others waiting."""

from __future__ import annotations

import re

from avion_lint.finding import Edit
from avion_lint.record import record
from avion_lint.runners.migration import Runner
from avion_lint.schema.model import Origin
from avion_lint.schema.printing.definitions import index_sql
from avion_lint.schema.replay import replay
from avion_lint.source import Place, Span
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.fixes._layout import Piece
from avion_rules.locks._concurrent import concurrent_words
from avion_rules.locks.drop_index_not_concurrent import drop_index_not_concurrent
from avion_rules.locks.index_not_concurrent import index_not_concurrent
from avion_rules.locks.reindex_not_concurrent import reindex_not_concurrent

_WORD = re.compile(r"\bindex\b", re.IGNORECASE)
_ALREADY = re.compile(r"\s+concurrently\b", re.IGNORECASE)
_NOT_EXISTS = re.compile(r"if\s+not\s+exists\s+", re.IGNORECASE)
_EXISTS = re.compile(r"\s*if\s+exists\b", re.IGNORECASE)
_REINDEX = re.compile(r"\breindex\s*(?:\([^)]*\)\s*)?(?:index|table|schema|database)\b", re.IGNORECASE)
_RULES = (index_not_concurrent, drop_index_not_concurrent, reindex_not_concurrent)


@record
class Concurrent:
    """A statement in its concurrent form.

    `before` is SQL that clears a failed attempt away, `edits` change the statement itself. `back` is SQL that undoes
    it, concurrent as well, "" where there is nothing to undo or where that is not known.
    """

    before: str
    edits: tuple[Edit, ...]
    back: str = ""
    recognised: bool = True


def concurrent(piece: Piece, *, down: bool = False) -> Concurrent | None:
    """The concurrent form of a piece that is one statement; None where there is none, or where nobody needs it."""
    statement = piece.first
    if len(piece.statements) != 1 or not (_needs(statement) or (down and _is_index(statement))):
        return None
    match statement.actions:
        case (a.CreateIndex() as index,):
            return _build(statement, index, down=down)
        case (a.Drop(kind=a.ObjectKind.INDEX), *_):
            return _drop(statement)
        case (a.Reindex() as reindex,):
            return _reindex(statement, reindex)
    return None


def _is_index(statement: Statement) -> bool:
    return all(
        isinstance(action, a.CreateIndex) or (isinstance(action, a.Drop) and action.kind is a.ObjectKind.INDEX)
        for action in statement.actions
    )


def _needs(statement: Statement) -> bool:
    """Whether it is concurrent already, or a rule wants it to be."""
    already = all(concurrent_words(action) for action in statement.actions)
    return already or any(list(each.check(statement)) for each in _RULES if each.check)


def _build(statement: Statement, index: a.CreateIndex, *, down: bool) -> Concurrent | None:
    name = index.index or _chosen(statement, index)
    may_wait = statement.service.runner is Runner.FLYWAY and statement.service.transactional_lock is not False
    if name is None or index.only or statement.is_partitioned(index.table) or (may_wait and not index.concurrently):
        return None
    text, start = statement.place.text, statement.place.span.start
    word = _WORD.search(text)
    if word is None:
        return None
    at = word.end()
    already = _ALREADY.match(text, at)
    edits = [] if already else [_insert(statement, start + at, " CONCURRENTLY")]
    at = already.end() if already else at
    exists = _NOT_EXISTS.search(text, at, at + len("  IF NOT EXISTS  ") + 40)
    named = _NOT_EXISTS.match(text[at:].lstrip()) if exists else None
    if exists and named:
        edits.append(Edit(Place(statement.file.document, Span(start + exists.start(), start + exists.end())), ""))
    if index.index is None:
        edits.append(_insert(statement, start + at, f" {a.identifier(name)}"))
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {a.Name(index.table.schema, name).sql};\n"
    return Concurrent(drop, tuple(edits), "" if down else drop)


def _chosen(statement: Statement, index: a.CreateIndex) -> str | None:
    """The name that the server would choose, where that is certain."""
    if None in index.columns:
        return None
    origin = Origin(statement.place, "", statement.deployment.order, statement.deployment.applied)
    made = replay(statement.schema, [(index, origin)]).indexes.keys() - statement.schema.indexes.keys()
    return next(iter(made)).name if len(made) == 1 else None


def _drop(statement: Statement) -> Concurrent | None:
    drops = [action for action in statement.actions if isinstance(action, a.Drop)]
    for drop in drops:
        index = statement.index(drop.name)
        if drop.cascade or (index and (index.constraint or statement.is_partitioned(index.table))):
            return None
    back = "".join(_again(statement, drop) for drop in drops)
    place = statement.place
    if len(drops) > 1:
        lines = ";\n".join(f"DROP INDEX CONCURRENTLY IF EXISTS {drop.name.sql}" for drop in drops)
        return Concurrent("", (Edit(place, lines),), back)
    word = _WORD.search(place.text)
    if word is None:
        return None
    already = _ALREADY.match(place.text, word.end())
    at = already.end() if already else word.end()
    exists = _EXISTS.match(place.text, at)
    words = f"{'' if already else ' CONCURRENTLY'}{'' if exists else ' IF EXISTS'}"
    edits = (_insert(statement, place.span.start + at, words),) if words else ()
    return Concurrent("", edits, back)


def _again(statement: Statement, drop: a.Drop) -> str:
    """SQL that builds a dropped index again, as the schema knows it; "" where it does not know all of it."""
    index = statement.index(drop.name)
    text = index_sql(index) if index and index.origin else ""
    return f"{_WORD.sub('INDEX CONCURRENTLY', text, count=1)};\n" if text and "?" not in text else ""


def _reindex(statement: Statement, reindex: a.Reindex) -> Concurrent | None:
    found = _REINDEX.search(statement.place.text)
    index = statement.index(reindex.name) if reindex.name and reindex.kind == "index" else None
    target = index.table if index else reindex.name
    partitioned = target is not None and statement.is_partitioned(target)
    may_wait = statement.service.runner is Runner.FLYWAY and statement.service.transactional_lock is not False
    excluded = index is not None and _is_exclusion(statement, index.table, index.name.name)
    if found is None or excluded or partitioned or (may_wait and not reindex.concurrently):
        return None
    recognised = reindex.kind in ("schema", "database")
    edits = () if reindex.concurrently else (_insert(statement, statement.place.span.start + found.end(), _WORDS),)
    return Concurrent("", edits, recognised=recognised)


_WORDS = " CONCURRENTLY"


def _is_exclusion(statement: Statement, table: a.Name, name: str) -> bool:
    known = statement.table(table)
    made = known.constraints.get(name) if known else None
    return made is not None and made.kind is a.ConstraintKind.EXCLUSION


def _insert(statement: Statement, at: int, text: str) -> Edit:
    return Edit(Place(statement.file.document, Span(at, at)), text)


def rewritten(piece: Piece, form: Concurrent) -> str:
    """The lines of a piece in their concurrent form, for another file; line feeds alone."""
    text, base = piece.document.text, piece.span.start
    parts, at = [form.before], base
    for edit in sorted(form.edits, key=lambda edit: edit.place.span):
        parts += (text[at : edit.place.span.start], edit.text)
        at = edit.place.span.end
    parts.append(text[at : piece.span.end])
    whole = "".join(parts).replace("\r\n", "\n")
    return whole if whole.endswith("\n") else f"{whole}\n"


def in_place(piece: Piece, form: Concurrent) -> tuple[Edit, ...]:
    """The edits that give a piece its concurrent form where it stands."""
    before = (
        (Edit(Place(piece.document, Span(piece.span.start, piece.span.start)), form.before),) if form.before else ()
    )
    return (*before, *form.edits)
