"""Views, functions, types and other objects that are dropped under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules.compatibility._names import full_name, has_thing, is_complete, known_thing_name, settled
from avion_rules.compatibility._standing import first_release, is_free, marked_here
from avion_rules.compatibility._steps import deprecate_object

_KINDS = {
    a.ObjectKind.VIEW,
    a.ObjectKind.MATERIALIZED_VIEW,
    a.ObjectKind.FUNCTION,
    a.ObjectKind.AGGREGATE,
    a.ObjectKind.TYPE,
    a.ObjectKind.DOMAIN,
    a.ObjectKind.SEQUENCE,
    a.ObjectKind.SCHEMA,
    a.ObjectKind.EXTENSION,
}


@rule("CO103", subject=Migration, on=(a.Drop,))
def drop_object(migration: Migration) -> Iterator[Finding]:
    """Find a view, function, type or other object that is dropped although released code may still use it."""
    for statement in migration.up:
        for drop in statement.of(a.Drop):
            thing = statement.schema_before(drop).thing(drop.kind, drop.name)
            if drop.kind not in _KINDS or is_free(statement, thing, str(drop.name)) or (thing and thing.trigger):
                continue
            if thing is None and drop.if_exists and is_complete(statement.schema_before(drop)):
                continue  # as far as the migrations tell, there is no such thing
            known = known_thing_name(migration, thing) if thing else full_name(statement.schema, drop.name)
            changed = _is_made_otherwise(migration, drop, known)
            if not changed and has_thing(settled(migration, statement), drop.kind, known):
                continue
            remains = not changed and has_thing(migration.after, drop.kind, known)
            yield statement.finding(
                drop,
                _message(drop, remains=remains),
                _remedy(drop)
                if remains
                else first_release(statement, thing, str(drop.name), deprecate_object(drop.kind, drop.name.sql)),
                related=marked_here(statement, thing),
                object=drop.name,
            )


def _is_made_otherwise(migration: Migration, drop: a.Drop, known: a.Name) -> bool:
    """Whether a function is made again, but only for other arguments: callers of the old one do not find it."""
    if drop.kind is not a.ObjectKind.FUNCTION or drop.arguments is None:
        return False
    made = [
        action.arguments
        for statement in migration.up
        for action in statement.of(a.CreateObject)
        if action.kind is a.ObjectKind.FUNCTION and full_name(statement.schema, action.name) == known
    ]
    return bool(made) and drop.arguments not in made


def _message(drop: a.Drop, *, remains: bool) -> str:
    what = f"{drop.kind} {drop.name}"
    if remains:
        return f"Whatever uses the {what} fails until it is made again: this file runs outside a transaction."
    return f"Every running release that still uses the {what} fails."


def _remedy(drop: a.Drop) -> str:
    return f"Drop the {drop.kind} and make it again in a migration that runs in one transaction."
