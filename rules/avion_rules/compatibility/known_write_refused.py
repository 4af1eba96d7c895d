"""Requirements that refuse what running releases are known to write."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules.compatibility._certain import default_refused, same_in_every_row, values_lost
from avion_rules.compatibility._demands import Ground, constraints, grounds, keys
from avion_rules.compatibility._probes import probe


@rule("CO119", subject=Migration, on=(a.AddConstraint, a.AddColumn, a.CreateIndex))
def known_write_refused(migration: Migration) -> Iterator[Finding]:
    """Find a constraint that refuses a default, or values which the one before it allowed."""
    for ground in grounds(migration):
        for check in constraints(ground):
            about, lost = values_lost(ground, check)
            column, default = default_refused(ground, check)
            if lost:
                yield _taken_away(ground, about, lost)
            elif default:
                yield _without_it(ground, column, default)
        for key in keys(ground):
            same = same_in_every_row(ground, key)
            if same:
                yield _repeating(ground, same)


def _taken_away(ground: Ground, about: str, lost: tuple[str, ...]) -> Finding:
    table, values = ground.action.table, ", ".join(lost)
    column = about.removeprefix("length(").removesuffix(")")
    return ground.statement.finding(
        ground.action,
        f"{column} of {table} may be {values} until now. From here on the database refuses it (SQLSTATE 23514), also "
        "from a release that still runs, and with NOT VALID as well.",
        f"First release code that writes {values} no more; do this in a later release, when no other code runs any "
        "more. What is like that today, and so may still be written:\n" + probe(table, f"{column} IN ({values})"),
        object=f"{table}.{column}",
    )


def _without_it(ground: Ground, column: str, default: str) -> Finding:
    table, name = ground.action.table, a.identifier(column)
    return ground.statement.finding(
        ground.action,
        f"Every insert into {table} that leaves {column} out fails from here on (SQLSTATE 23514), with NOT VALID as "
        f"well: its default is {default}, which the CHECK refuses.",
        f"Give it a default that the CHECK allows first:\nALTER TABLE {table.sql} ALTER COLUMN {name} SET DEFAULT …;",
        object=f"{table}.{column}",
    )


def _repeating(ground: Ground, columns: tuple[str, ...]) -> Finding:
    table, listed = ground.action.table, ", ".join(columns)
    return ground.statement.finding(
        ground.action,
        f"A running release does not know {listed}, so all its rows have the same value there: every insert into "
        f"{table} but the first fails (SQLSTATE 23505).",
        f"Add {listed} without a default, so that it is NULL, which repeats nothing, and release code that gives each "
        "row a value of its own.",
        object=f"{table}.{listed}",
    )
