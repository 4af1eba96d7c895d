"""What running releases are known to write and a new requirement refuses: defaults, and values of a list until now."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.schema.model import Table
from avion_lint.sql import actions as a
from avion_lint.sql.actions import ConstraintKind
from avion_rules.compatibility._conditions import Condition, conditions, plain
from avion_rules.compatibility._demands import Ground, Key


def values_lost(ground: Ground, check: a.ConstraintDefinition) -> tuple[str, tuple[str, ...]]:
    """A column, and the values that a list of the table allowed it until now and that a CHECK refuses."""
    if check.kind is not ConstraintKind.CHECK:
        return "", ()
    tables = [table for table in (ground.earlier, ground.table) if table]
    for condition in conditions(check.check.sql if check.check else "") or ():
        for known in _lists(tables, condition):
            lost = tuple(sorted(value for value in known.values or () if condition.admits(value) is False))
            if lost:
                return condition.about, lost
    return "", ()


def _lists(tables: list[Table], about: Condition) -> Iterator[Condition]:
    """Lists of values in constraints on the same column."""
    for table in tables:
        for made in table.constraints.values():
            if made.kind is ConstraintKind.CHECK and made.enforced:
                found = conditions(made.check.sql if made.check else "") or ()
                yield from (each for each in found if each.about == about.about and each.values is not None)


def default_refused(ground: Ground, check: a.ConstraintDefinition) -> tuple[str, str]:
    """A column of the CHECK whose default it refuses, and that default; "" where there is none."""
    if check.kind is not ConstraintKind.CHECK:
        return "", ""
    for condition in conditions(check.check.sql if check.check else "") or ():
        name = condition.about.removeprefix("length(").removesuffix(")").strip('"')
        default = ground.default(name)
        value = plain(default.sql) if default else ""
        if value and condition.admits(value) is False:
            return name, value
    return "", ""


def same_in_every_row(ground: Ground, key: Key) -> tuple[str, ...]:
    """The columns of a key, where running releases know none of them and each has the same value in all their rows."""
    columns = tuple(column for column in key.columns if column)
    if len(columns) < len(key.columns) or key.partial:
        return ()
    return columns if columns and all(_is_the_same(ground, column, key) for column in columns) else ()


def _is_the_same(ground: Ground, column: str, key: Key) -> bool:
    default, known = ground.default(column), ground.column(column)
    if not ground.is_new(column) or known is None or known.identity or known.generated:
        return False
    return default.is_constant and default.sql.upper() != "NULL" if default else not key.distinct
