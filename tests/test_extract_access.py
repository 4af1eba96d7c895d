"""Roles, rights on schemas, and sequences that are set: what is read of each statement."""

from __future__ import annotations

import pytest

from avion_lint.sql import actions as a
from avion_lint.sql.statements import read

KINDS = a.AlterRole | a.SchemaUsage | a.SetSequence | a.Update | a.Delete


def told(text: str) -> list[tuple[object, ...]]:
    """The fields of what is read, without spans and fields that are as they always are."""
    found = (action for action in read(text).statements[0].actions if isinstance(action, KINDS))
    return [
        (type(action).__name__, *(getattr(action, name) for name in _FIELDS[type(action).__name__])) for action in found
    ]


_FIELDS = {
    "AlterRole": ("word", "role", "login", "password", "if_exists"),
    "SchemaUsage": ("given", "schema", "roles"),
    "SetSequence": ("sequence", "to", "table", "column"),
    "Update": ("table", "columns", "many"),
    "Delete": ("table", "many"),
}
USERS = a.Name(None, "users")


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("CREATE USER app PASSWORD 'x'", ("AlterRole", "CREATE", "app", None, True, False)),
        ("CREATE ROLE app LOGIN", ("AlterRole", "CREATE", "app", True, False, False)),
        ("ALTER ROLE app NOLOGIN PASSWORD NULL", ("AlterRole", "ALTER", "app", False, False, False)),
        ("ALTER USER app PASSWORD 'SCRAM-SHA-256$4096:a$b:c'", ("AlterRole", "ALTER", "app", None, False, False)),
        ("DROP ROLE IF EXISTS app", ("AlterRole", "DROP", "app", None, False, True)),
        ("REVOKE ALL ON SCHEMA s FROM PUBLIC, app", ("SchemaUsage", False, "s", ("public", "app"))),
        ("GRANT USAGE, CREATE ON SCHEMA s TO app", ("SchemaUsage", True, "s", ("app",))),
        ("ALTER SEQUENCE q RESTART", ("SetSequence", a.Name(None, "q"), None, None, "")),
        ("ALTER SEQUENCE q RESTART WITH 99999999999", ("SetSequence", a.Name(None, "q"), 99999999999, None, "")),
        ("ALTER TABLE users ALTER id RESTART WITH 5", ("SetSequence", None, 5, USERS, "id")),
        ("SELECT setval('s.\"Q\"', 1, false)", ("SetSequence", a.Name("s", "Q"), 1, None, "")),
        ("SELECT setval('Q'::regclass, 7)", ("SetSequence", a.Name(None, "q"), 7, None, "")),
        ("SELECT setval(pg_get_serial_sequence('users', 'id'), 7)", ("SetSequence", None, 7, USERS, "id")),
        ("MERGE INTO users u USING p ON p.i = u.i WHEN MATCHED THEN DELETE", ("Delete", USERS, True)),
        (
            "MERGE INTO users u USING p ON p.i = u.i WHEN MATCHED THEN UPDATE SET a = 1, b = 2",
            ("Update", USERS, ("a", "b"), True),
        ),
        (
            "MERGE INTO users u USING (VALUES (1)) p (i) ON p.i = u.i WHEN MATCHED THEN DELETE",
            ("Delete", USERS, False),
        ),
    ],
)
def test_a_statement_is_read_as(text: str, read_as: tuple[object, ...]) -> None:
    assert told(text) == [read_as]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT setval('q', (SELECT max(id) FROM users))",
        "SELECT setval('q', currval('q'))",
        "ALTER SEQUENCE q INCREMENT 2",
        "REVOKE CREATE ON SCHEMA s FROM PUBLIC",
        "REVOKE ALL ON ALL TABLES IN SCHEMA s FROM app",
        "ALTER ROLE app SET search_path = s",
        "MERGE INTO users u USING p ON p.i = u.i WHEN NOT MATCHED THEN INSERT VALUES (1)",
    ],
)
def test_nothing_of_it_is_read_of(text: str) -> None:
    assert told(text) == []
