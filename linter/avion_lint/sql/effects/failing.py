"""Asks all tables of cases whether a statement is certain to fail."""

from __future__ import annotations

from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a
from avion_lint.sql.effects.dependence import depended_on
from avion_lint.sql.effects.existing import taken
from avion_lint.sql.effects.legality import Failure
from avion_lint.sql.effects.order import met
from avion_lint.sql.effects.refusals import refused, too_new
from avion_lint.sql.effects.scope import Scope


def failing(action: a.Action, schema: Schema, version: int, beside: tuple[a.Action, ...]) -> Failure | None:
    """Be what `legality.fails` says; where something may have been done unseen, only the version counts."""
    if schema.doubts and any(schema.doubt(name) for name in a.touched(action)):
        return too_new(action, version)
    scope = before = Scope(schema, version)
    if len(beside) > 1:
        scope = Scope(met(action, schema, beside), version)
    return (
        too_new(action, version)
        or refused(action, scope)
        or taken(action, scope, beside)
        or depended_on(action, before, beside)
    )
