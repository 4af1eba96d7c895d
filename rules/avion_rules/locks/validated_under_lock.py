"""Constraints that are validated while their transaction still holds a strong lock."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Lock
from avion_lint.subjects import Migration, Statement
from avion_rules.locks._clauses import table_sql

_STRENGTH = tuple(Lock)


@rule("LK117", subject=Migration, on=(a.ValidateConstraint,), by_size=True)
def validated_under_lock(migration: Migration) -> Iterator[Finding]:
    """Find a constraint that is validated while its own transaction keeps everybody waiting."""
    for transaction in _transactions(migration):
        held: dict[a.Name, tuple[Lock, Statement, a.Action]] = {}
        for statement in transaction:
            for action in _in_order(statement):
                if isinstance(action, a.ValidateConstraint):
                    table = _resolved(statement, action.table, action)
                    if table in held and not _is_valid(statement, action):
                        yield _finding(statement, action, *held[table])
                for effect in statement.effects(action):
                    name = _resolved(statement, effect.relation, action)
                    if effect.lock.blocks and statement.in_use(effect.relation, action):
                        held[name] = _stronger(held.get(name), (effect.lock, statement, action))


def _transactions(migration: Migration) -> Iterator[list[Statement]]:
    """Statements of the Up section by the transaction that they run in; what is sent together runs as one."""
    group: list[Statement] = []
    for statement in migration.up:
        together = bool(group) and (
            (statement.in_transaction and group[-1].in_transaction) or statement.chunk is group[-1].chunk
        )
        if not together:
            yield group
            group = []
        group.append(statement)
    yield group


def _in_order(statement: Statement) -> Iterator[a.Action]:
    return (action for action in statement.all_actions() if not isinstance(action, a.DoBlock))


def _resolved(statement: Statement, name: a.Name, action: a.Action) -> a.Name:
    table = statement.schema_before(action).table(name)
    return table.name if table else name


def _is_valid(statement: Statement, action: a.ValidateConstraint) -> bool:
    """Whether it is known to be valid already: then nothing is read."""
    table = statement.schema_before(action).table(action.table)
    made = table.constraints.get(action.constraint) if table else None
    return made is not None and made.valid


def _stronger(
    held: tuple[Lock, Statement, a.Action] | None, taken: tuple[Lock, Statement, a.Action]
) -> tuple[Lock, Statement, a.Action]:
    return taken if held is None or _STRENGTH.index(taken[0]) > _STRENGTH.index(held[0]) else held


def _finding(
    statement: Statement, validate: a.ValidateConstraint, lock: Lock, holder: Statement, taking: a.Action
) -> Finding:
    return statement.finding(
        validate,
        f"Blocks {lock.blocks} to {validate.table} while all its rows are checked: a lock that this transaction took "
        "before is held until its end.",
        "Move it into a migration of its own; on its own it keeps no read or write waiting:\n"
        f"ALTER TABLE {table_sql(statement, validate.table)} VALIDATE CONSTRAINT {a.identifier(validate.constraint)};",
        related=(Related(holder.place_of(taking), "takes the lock"),),
        object=validate.table,
    )
