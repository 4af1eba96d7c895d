"""Rights and owners that change under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement


@rule("CO109", subject=Migration, on=(a.Command, a.AlterTable))
def access_revoked(migration: Migration) -> Iterator[Finding]:
    """Find a REVOKE or a change of owner on a table that a running release may be using."""
    told: set[a.Name] = set()
    for at, statement in enumerate(migration.up):
        for action in statement.all_actions():
            for name in _about(action):
                if name in told or statement.is_new(name, action):
                    continue
                if not _is_granted_again(migration.up[at:], name, action):
                    told.add(name)
                    yield _finding(statement, action, name)


def _about(action: a.Action) -> tuple[a.Name, ...]:
    match action:
        case a.Command(words="REVOKE", relations=relations):
            return relations
        case a.AlterTable(form="ChangeOwner", table=table):
            return (table,)
    return ()


def _is_granted_again(rest: tuple[Statement, ...], name: a.Name, action: a.Action) -> bool:
    """Whether the same file grants rights on the table after it: then it sets them anew."""
    later = (each for statement in rest for each in statement.all_actions() if each is not action)
    return any(isinstance(each, a.Command) and each.words == "GRANT" and name in each.relations for each in later)


def _finding(statement: Statement, action: a.Action, name: a.Name) -> Finding:
    if isinstance(action, a.AlterTable):
        return statement.finding(
            action,
            f"A release that works with {name} as its old owner loses every right that it was not granted, and later "
            "migrations under the old role cannot change the table.",
            "First grant the old owner what it needs, in this same transaction:\n"
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name.sql} TO …;",
            object=name,
        )
    return statement.finding(
        action,
        f"Every running release that uses {name} with these rights fails from here on.",
        "Revoke in a later release, when no running one needs them; pg_stat_user_tables and the server's log show who "
        "still uses the table.",
        object=name,
    )
