"""Compares what is claimed of statements (sql.effects) with what they were seen to do; a difference is our mistake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from avion_lint.executor.proving.outcome import Claims, Difference
from avion_lint.executor.proving.trace import Held, Traced
from avion_lint.history.deployments import Deployment
from avion_lint.judgement.projects import Gathered, Standing, project
from avion_lint.record import record, replace
from avion_lint.runners.migration import Direction, MigrationFile
from avion_lint.schema.model import Schema
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Effect, Lock
from avion_lint.sql.effects.locks import merged
from avion_lint.sql.effects.scope import Scope
from avion_lint.sql.parse import skip_blank
from avion_lint.subjects import Migration, Service, Statement

_STORED = "rpm"  # kinds of relations whose rewriting is claimed; an index that is built anew has another number
_KINDS = "rpmiISvf"  # all but composite types and TOAST tables
_SHOWN = 100  # characters of a statement

NOT_IN_TRANSACTION = "must run outside a transaction, where no lock is left to be seen"
NOT_READ = "could not be read"
UNSEEN = "runs code of its own, whose effects nobody can read off"
UNSURE = "is about what such code may have changed before"


@record
class Claimed:
    """What is claimed of all migrations of a service, and the schemas that they make."""

    statements: Mapping[tuple[str, Direction, Span], tuple[Statement, ...]]
    migrations: tuple[Migration, ...]

    @property
    def schema(self) -> Schema:
        """The schema after all of them."""
        return self.migrations[-1].after if self.migrations else Schema()


def claimed(service: Service, files: Iterable[MigrationFile], major: int) -> Claimed:
    """Read all migrations as if each were a deployment of its own, for a server of that version."""
    own = tuple(files)
    standing = {
        file.path: Standing(Deployment(order, file.path, applied=False), judged=True) for order, file in enumerate(own)
    }
    made = project(Gathered(replace(service, postgres=major), own, standing), lambda: None)
    found: dict[tuple[str, Direction, Span], list[Statement]] = {}
    for migration in made.migrations:
        for statement in (*migration.up, *migration.down):
            found.setdefault((migration.path, statement.direction, statement.chunk.span), []).append(statement)
    return Claimed({key: tuple(statements) for key, statements in found.items()}, made.migrations)


def compare(traced: Iterable[Traced], known: Claimed, major: int, own_table: str) -> Claims:
    """What is claimed against what was seen, of all that ran without an error. `own_table` is the runner's."""
    left: Counter[str] = Counter()
    differences: list[Difference] = []
    count = agreeing = 0
    for each in traced:
        if each.error is not None:
            continue
        statements = known.statements.get((each.sent.file.path, each.sent.direction, each.sent.chunk.span), ())
        reason = _why_not(each, statements)
        if reason:
            left[reason] += 1
            continue
        found = [*_differences(each, statements, major, own_table)]
        count += 1
        agreeing += not found
        differences += found
    return Claims(count, agreeing, tuple(differences), dict(sorted(left.items())))


def _why_not(traced: Traced, statements: tuple[Statement, ...]) -> str:
    if not statements:
        return NOT_READ
    if traced.locks is None:
        return NOT_IN_TRANSACTION
    if any(_is_unseen(action) for statement in statements for action in statement.actions):
        return UNSEEN
    return "" if all(statement.is_sure() for statement in statements) else UNSURE


def _is_unseen(action: a.Action) -> bool:
    match action:
        case a.Unseen() | a.Call():
            return True
        case a.DoBlock():
            return True
    return False


def _differences(traced: Traced, statements: tuple[Statement, ...], major: int, own_table: str) -> Iterator[Difference]:
    claims = _claims(statements, major)
    held = {each.relation.name: each for each in traced.locks or () if _counts(each, own_table)}
    known = statements[0].schema  # of what functions make at run time nothing can be claimed
    held = {name: each for name, each in held.items() if name in claims or _has(known, name)}
    claims = {name: each for name, each in claims.items() if name in held or _has(known, name)}
    for name in sorted(claims.keys() | held.keys(), key=str):
        for told, seen in _apart(claims.get(name), held.get(name)):
            yield _difference(traced, name, told, seen)


def _counts(held: Held, own_table: str) -> bool:
    name = held.relation.name
    return held.relation.kind in _KINDS and not name.name.startswith(own_table)


def _claims(statements: tuple[Statement, ...], major: int) -> dict[a.Name, Effect]:
    """Effects of all statements of a chunk by the full names of the relations that were there before it."""
    found: dict[a.Name, Effect] = {}
    first = statements[0].schema
    for statement in statements:
        scope = Scope(statement.schema, major)
        effects = (effect for action in statement.actions for effect in statement.effects(action, parts=True))
        for effect in merged(effects, scope.resolve):
            name = scope.resolve(effect.relation)
            if len(statements) > 1 and not _has(first, name):
                continue
            found[name] = merged((found[name], effect), lambda _, name=name: name)[0] if name in found else effect  # type: ignore[misc]
    return found


def _has(schema: Schema, name: a.Name) -> bool:
    """Whether the replay knows a relation."""
    return name in schema.tables or name in schema.indexes or Scope(schema, 0).view(name) is not None


def _apart(effect: Effect | None, held: Held | None) -> Iterator[tuple[str, str]]:
    """What is claimed and what was seen, where that is not the same.

    Modes that block nobody are not compared: which of them are taken depends on rows, and there are none.
    """
    told = effect.lock if effect is not None and effect.lock.strength >= _LEAST.strength else None
    seen = _strongest(held.new) if held is not None else None
    if told is not None and (held is None or told not in held.modes):
        yield str(told), str(seen or "no lock")
    elif seen is not None and seen.strength > (told.strength if told is not None else -1):
        yield str(told or "no lock"), str(seen)
    if effect is None or held is None or effect.rewrite is None:
        return
    if held.relation.kind in _STORED and held.relation.file is not None and effect.rewrite is not held.rewritten:
        yield ("written anew", "not") if effect.rewrite else ("not written anew", "it is")


_LEAST = Lock.SHARE_UPDATE_EXCLUSIVE


def _strongest(modes: Iterable[Lock]) -> Lock | None:
    """The strongest of those that matter."""
    found = (mode for mode in modes if mode.strength >= _LEAST.strength)
    return max(found, key=lambda mode: mode.strength, default=None)


def _difference(traced: Traced, name: a.Name, told: str, seen: str) -> Difference:
    chunk, file = traced.sent.chunk, traced.sent.file
    start = skip_blank(chunk.text, 0)
    shown = " ".join(chunk.text[start:].split())
    line = file.document.position(chunk.origin.origin(start)).line
    return Difference(file.path, line, shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…", str(name), told, seen)
