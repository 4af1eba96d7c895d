"""Names that have to be quoted wherever they are used."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("DE110", subject=Statement)
def awkward_name(statement: Statement) -> Iterator[Finding]:
    """Find a new name that has to be quoted wherever it is used."""
    told: set[str] = set()
    for action in statement.all_actions():
        for name in _names(action):
            quoted = a.identifier(name)
            if quoted != name and name not in told:
                told.add(name)
                yield statement.finding(
                    action,
                    f"{quoted} must stand in quotes wherever it is used, since it {_why(name)}; without them it is an "
                    "error, or another name.",
                    "Choose a name of lower-case letters, digits and underscores that is no word of SQL.",
                    object=name,
                )


def _why(name: str) -> str:
    if name.lower() != name:
        return "has capitals"
    plain = name.replace("_", "a").isalnum() and not name[0].isdigit()
    return "is a word of SQL" if plain else "has other characters than letters, digits and underscores"


def _names(action: a.Action) -> Iterator[str]:
    """Names that an action gives to what queries name: tables, columns, views, types, functions."""
    match action:
        case a.CreateTable(temporary=False):
            yield action.table.name
            yield from (column.name for column in action.columns)
        case a.AddColumn():
            yield action.column.name
        case a.Rename(kind=a.ObjectKind.TABLE | a.ObjectKind.COLUMN | a.ObjectKind.VIEW, new_name=name):
            yield name
        case a.CreateView(view=made) | a.CreateType(type=made):
            yield made.name
        case a.CreateObject(kind=a.ObjectKind.FUNCTION | a.ObjectKind.SEQUENCE | a.ObjectKind.SCHEMA, name=made):
            yield made.name
