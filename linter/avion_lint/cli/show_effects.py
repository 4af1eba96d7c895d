"""What `show` tells of a statement's effects: locks, rewrites, scans, whether a transaction may hold it, failures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from avion_lint.discovery.gather import Collected
from avion_lint.history.deployments import Deployment
from avion_lint.judgement.projects import Gathered, Standing, project
from avion_lint.record import field, record, replace
from avion_lint.runners.migration import Direction
from avion_lint.source import Span
from avion_lint.sql.effects import Effect, Failure, fails, refused_in_transaction, statement_effects
from avion_lint.sql.effects.locks import merged
from avion_lint.sql.effects.scope import Scope
from avion_lint.subjects import Dialect, Migration, Statement


@record
class Told:
    """What is told of a chunk: its statements together.

    `felt` are those effects that others may feel: on relations that were there before the migration. `refused` names
    what no transaction may hold, "" where one may.
    """

    effects: tuple[Effect, ...] = ()
    felt: tuple[Effect, ...] = ()
    refused: str = ""
    failure: Failure | None = None


Key = tuple[str, Direction, Span]


@record
class Effects:
    """What is told of chunks, by file, direction and place."""

    chunks: Mapping[Key, Told] = field(default_factory=dict)

    def of(self, path: str, direction: Direction, span: Span) -> Told:
        """What is told of a chunk; nothing where it holds no SQL of PostgreSQL."""
        return self.chunks.get((path, direction, span), Told())


def effects_of(collected: Collected, paths: Collection[str], postgres: int | None) -> Effects:
    """Effects of the statements of some files of a service, on PostgreSQL `postgres` or the settings' version."""
    service = collected.service if postgres is None else replace(collected.service, postgres=postgres)
    if service.dialect is not Dialect.POSTGRESQL:
        return Effects()
    standing = {file.path: Standing(Deployment(0, "", applied=False), file.path in paths) for file in collected.files}
    migrations = project(Gathered(service, collected.files, standing), _quiet).migrations
    chunks: dict[Key, Told] = {}
    for migration in migrations:
        for statement in (*migration.up, *migration.down):
            key = (migration.path, statement.direction, statement.chunk.span)
            chunks[key] = _together(chunks.get(key), _told(statement, migration))
    return Effects(chunks)


def _quiet() -> None:
    """Show no progress."""


def _told(statement: Statement, migration: Migration) -> Told:
    schema, version = statement.schema, statement.service.postgres
    scope = Scope(schema, version)
    told = statement_effects(statement.actions, schema, version)
    found = tuple(replace(effect, relation=scope.resolve(effect.relation)) for effect in told)
    refused = (refused_in_transaction(action, schema, version) for action in statement.actions)
    failures = (fails(action, schema, version, statement.actions) for action in statement.actions)
    return Told(
        found,
        tuple(effect for effect in found if _is_felt(effect, statement, migration)),
        next((words for words in refused if words), ""),
        next((failure for failure in failures if failure), None),
    )


def _is_felt(effect: Effect, statement: Statement, migration: Migration) -> bool:
    """Whether others may feel it: a lock that blocks, on what was there before the migration."""
    if effect.part_of or not effect.blocks:
        return False
    made = statement.schema.table(effect.relation)
    before = migration.before if statement.direction is Direction.UP else migration.after
    return made is None or made.origin is None or before.table(effect.relation) is not None


def _together(one: Told | None, other: Told) -> Told:
    if one is None:
        return other

    def both(left: tuple[Effect, ...], right: tuple[Effect, ...]) -> tuple[Effect, ...]:
        return merged((*left, *right), lambda name: name)

    return Told(
        both(one.effects, other.effects),
        both(one.felt, other.felt),
        one.refused or other.refused,
        one.failure or other.failure,
    )


def as_json(told: Told) -> dict[str, object]:
    """The keys that the JSON form adds to a statement."""
    return {
        "effects": [
            {
                "relation": str(effect.relation),
                "lock": str(effect.lock),
                "blocks": effect.blocks,
                "rewrite": effect.rewrite,
                "scan": effect.scan,
            }
            for effect in told.effects
        ],
        "legal_in_transaction": not told.refused,
        "fails": {"sqlstate": told.failure.sqlstate, "why": told.failure.why} if told.failure else None,
    }


def as_lines(told: Told, *, transaction: bool) -> Iterator[str]:
    """At most two short lines: what the statement keeps waiting and does meanwhile, and how it fails."""
    if told.felt:
        yield "; ".join(_words(effect) for effect in told.felt)
    if told.refused and transaction:
        yield f"fails with 25001: {told.refused} cannot run inside a transaction"
    elif told.failure:
        yield f"fails with {told.failure.sqlstate}: {told.failure.why}"


def _words(effect: Effect) -> str:
    did = {True: "written anew", None: "may be written anew"}.get(effect.rewrite, "")
    if not did:
        did = {True: "read in full", None: "may be read in full"}.get(effect.scan, "")
    return f"{effect.relation}: {effect.lock}, blocks {effect.blocks}{', ' if did else ''}{did}"
