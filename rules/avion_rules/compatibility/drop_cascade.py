"""CASCADE, which drops what no statement names."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.schema.model import Origin
from avion_lint.sql import actions as a
from avion_lint.sql.effects import dropped_too
from avion_lint.subjects import Statement

Dropping = a.Drop | a.DropConstraint
_SHOWN = 4


@rule("CO108", subject=Statement, down=True, on=(a.Drop, a.DropConstraint))
def drop_cascade(statement: Statement) -> Iterator[Finding]:
    """Find a CASCADE that drops things which the statement does not name."""
    for drop in statement.all_actions():
        if not isinstance(drop, Dropping) or not drop.cascade:
            continue
        known, origin = _known(statement, drop)
        if _is_own(statement, origin):
            continue
        schema, beside = statement.schema_before(drop), statement.actions if drop in statement.actions else ()
        more = dropped_too(drop, schema, statement.service.postgres, beside)
        if more or not known:
            yield _finding(statement, drop, more)


def _known(statement: Statement, drop: Dropping) -> tuple[bool, Origin | None]:
    """Whether the migrations tell what is dropped, and where it was made."""
    schema = statement.schema_before(drop)
    match drop:
        case a.DropConstraint(table=table, constraint=name):
            owner = schema.table(table)
            made = owner.constraints.get(name) if owner else None
            return made is not None, made.origin if made else None
        case a.Drop(kind=a.ObjectKind.TABLE, name=name):
            found = schema.table(name)
        case a.Drop(kind=a.ObjectKind.INDEX, name=name):
            index = schema.index(name)
            return index is not None, index.origin if index else None
        case a.Drop(kind=kind, name=name, table=table):
            thing = schema.thing(kind, name, table)
            return thing is not None, thing.origin if thing else None
    return found is not None and found.origin is not None, found.origin if found else None


def _is_own(statement: Statement, origin: Origin | None) -> bool:
    """Whether it is new in this change, or what this very file makes: then so is all that is made of it."""
    return origin is not None and (origin.place.document is statement.file.document or statement.made_here(origin))


def _finding(statement: Statement, drop: Dropping, more: tuple[str, ...]) -> Finding:
    name = drop.constraint if isinstance(drop, a.DropConstraint) else str(drop.name)
    if not more:
        message = f"CASCADE drops whatever is made of {name}, and no migration here tells what that is."
        remedy = "Leave CASCADE out: PostgreSQL then names what is in the way, and drops nothing."
    else:
        message = f"CASCADE drops more than {name}, and only a notice tells: {_listed(more)}, with what is made of it."
        remedy = "Leave CASCADE out, and drop by name, before, what shall go."
    return statement.finding(drop, message, remedy, object=name)


def _listed(words: tuple[str, ...]) -> str:
    if len(words) > _SHOWN:
        words = (*words[: _SHOWN - 1], f"{len(words) - _SHOWN + 1} more")
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
