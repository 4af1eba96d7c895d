"""An index of a partitioned table: the parent alone, each partition concurrently, then the parts put together."""

from __future__ import annotations

import re

from avion_lint.finding import Edit, Fix
from avion_lint.fixer import Scene
from avion_lint.record import record
from avion_lint.runners.migration import Direction, Kind, Runner
from avion_lint.runners.script_text import Script
from avion_lint.source import Place, Span
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.fixes._clause import NAME
from avion_rules.fixes._names import is_last, is_too_long, next_paths
from avion_rules.fixes._new_file import new_file
from avion_rules.fixes._objects import in_another_path
from avion_rules.fixes.concurrently import concurrently
from avion_rules.fixes.lock_timeout import usual

_ON = re.compile(rf"\bon\s+(?={NAME})({NAME}(?:\s*\.\s*{NAME})?)", re.IGNORECASE)


def index_concurrently(scene: Scene) -> Fix | None:
    """The fix of LK101, for plain and for partitioned tables."""
    match scene.statement.actions if scene.statement else ():
        case (a.CreateIndex(concurrently=False) as index,) if scene.statement and scene.statement.is_partitioned(
            index.table
        ):
            return _apart(scene, scene.statement, index)
    return concurrently(scene)


@record
class _Part:
    """A partition, and its part of the index."""

    table: str
    index: str
    qualified: str


def _apart(scene: Scene, statement: Statement, index: a.CreateIndex) -> Fix | None:
    migration, service = scene.migration, statement.service
    section = migration.file.section(Direction.UP)
    parts = _parts(statement, index)
    found = _ON.search(statement.place.text)
    may_wait = service.runner is Runner.FLYWAY and service.transactional_lock is not False
    if not parts or found is None or index.index is None or may_wait or not is_last(scene):
        return None
    if migration.kind is not Kind.VERSIONED or migration.problems or section is None or not section.transaction:
        return None
    paths = next_paths(scene, (f"{index.index}_parts", f"{index.index}_attach"))
    if paths is None or in_another_path(migration):
        return None
    rest, unique = " ".join(statement.place.text[found.end() :].split()), "UNIQUE " if index.unique else ""
    if "--" in statement.place.text:
        return None
    at = statement.place.span.start + found.start(1)
    files = (
        new_file(migration, paths[0], _built(parts, unique, rest)),
        new_file(
            migration,
            paths[1],
            _attached(scene, index, parts, f"{unique}INDEX", parent=f"{found[1]} {rest}", rest=rest),
        ),
    )
    edit = Edit(Place(migration.document, Span(at, at)), "ONLY ")
    # Whether there are partitions that no migration made, nobody can tell from here: then the index stays invalid.
    return Fix("Index the parent alone, each partition concurrently, and attach", (edit,), files, safe=False)


def _parts(statement: Statement, index: a.CreateIndex) -> tuple[_Part, ...]:
    """The partitions; none where the migrations do not tell them, or where one is partitioned itself."""
    table = statement.table(index.table)
    children = tuple(statement.schema.children(index.table)) if table and table.origin else ()
    if any(
        child.partitioned or child.origin is None or child.partition_of != table.name for child in children if table
    ):
        return ()
    if any(is_too_long(f"{child.name.name}_{index.index}") for child in children):
        return ()
    return tuple(_part(child.name, index.index or "") for child in children)


def _part(name: a.Name, index: str) -> _Part:
    own = f"{name.name}_{index}"
    schema = None if name.schema == "public" else name.schema
    return _Part(a.Name(schema, name.name).sql, a.identifier(own), a.Name(schema, own).sql)


def _built(parts: tuple[_Part, ...], unique: str, rest: str) -> Script:
    drops = [f"DROP INDEX CONCURRENTLY IF EXISTS {part.qualified};\n" for part in parts]
    builds = [f"CREATE {unique}INDEX CONCURRENTLY {part.index} ON {part.table} {rest};\n" for part in parts]
    up = "".join(f"{drop}{build}" for drop, build in zip(drops, builds, strict=True))
    return Script(up, "".join(reversed(drops)), transaction=False)


def _attached(
    scene: Scene, index: a.CreateIndex, parts: tuple[_Part, ...], words: str, *, parent: str, rest: str
) -> Script:
    """The parts put together; back, the whole goes and all are made again, since an index cannot be detached."""
    whole = a.Name(index.table.schema, index.index or "").sql
    limit = f"SET LOCAL lock_timeout = '{usual(scene)}';\n"
    attach = "".join(f"ALTER INDEX {whole} ATTACH PARTITION {part.qualified};\n" for part in parts)
    again = "".join(f"CREATE {words} {part.index} ON {part.table} {rest};\n" for part in parts)
    own = f"CREATE {words} {a.identifier(index.index or '')} ON ONLY {parent};\n"
    note = "-- An index cannot be detached: it goes with its parts, and all are made again.\n"
    return Script(limit + attach, f"{note}{limit}DROP INDEX {whole};\n{own}{again}")
