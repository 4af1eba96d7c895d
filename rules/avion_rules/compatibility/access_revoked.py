"""Rights, owners and roles that change under a running application."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement


@rule("CO109", subject=Migration, on=(a.Command, a.AlterTable, a.SchemaUsage, a.AlterRole))
def access_revoked(migration: Migration) -> Iterator[Finding]:
    """Find rights, owners or roles that are taken away while a running release may need them."""
    told: set[a.Name] = set()
    for at, statement in enumerate(migration.up):
        for action in statement.all_actions():
            for name in _about(action):
                if name in told or statement.is_new(name, action):
                    continue
                if not _is_granted_again(migration.up[at:], name, action):
                    told.add(name)
                    yield _finding(statement, action, name)
            if isinstance(action, a.SchemaUsage) and _is_taken(migration, at, action):
                yield _of_schema(statement, action)
            if isinstance(action, a.AlterRole) and _is_shut_out(migration, at, action):
                yield _of_role(statement, action)


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


def _is_taken(migration: Migration, at: int, action: a.SchemaUsage) -> bool:
    """Whether a schema with tables in use becomes closed, and the same file opens it for nobody after that."""
    statement = migration.up[at]
    used = (name for name in statement.schema.tables if name.schema == action.schema)
    later = (each for other in migration.up[at:] for each in other.of(a.SchemaUsage))
    again = any(each.given and each.schema == action.schema for each in later)
    return not action.given and not again and any(statement.in_use(name, action) for name in used)


def _is_shut_out(migration: Migration, at: int, action: a.AlterRole) -> bool:
    """Whether a role that the file has not made itself cannot connect any more."""
    made = (each for other in migration.up[:at] for each in other.of(a.AlterRole) if each.word == "CREATE")
    if any(each.role == action.role for each in made):
        return False
    return action.word == "DROP" or (action.word == "ALTER" and action.login is False)


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


def _of_schema(statement: Statement, action: a.SchemaUsage) -> Finding:
    schema = a.identifier(action.schema)
    who = "a role that was not granted USAGE itself" if "public" in action.roles else ", ".join(action.roles)
    return statement.finding(
        action,
        f"Every statement of {who} on anything in the schema {schema} fails from here on (SQLSTATE 42501 or 42P01), "
        "whatever rights it has on the tables.",
        "Give it to the roles of the running releases after it, in this same transaction:\n"
        f"GRANT USAGE ON SCHEMA {schema} TO …;",
        object=action.schema,
    )


def _of_role(statement: Statement, action: a.AlterRole) -> Finding:
    return statement.finding(
        action,
        f"No application can connect as {action.role} any more; connections that are there go on until they break.",
        "Do it in a later release, when nothing connects under that name; pg_stat_activity shows who does.",
        object=action.role,
    )
