"""Roles, GRANT and REVOKE."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.extract.options import named_options
from avion_lint.sql.parse import Node

_HASHES = ("SCRAM-SHA-256$", "md5")


def create_role(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE ROLE, USER or GROUP."""
    yield a.Command(span, "CREATE ROLE")
    yield a.AlterRole(span, node.get("role", ""), "CREATE", *_given(node))


def alter_role(node: Node, span: Span) -> Iterator[a.Action]:
    """Read an ALTER ROLE; ALTER GROUP … ADD USER is one, too."""
    yield a.Command(span, "ALTER ROLE")
    yield a.AlterRole(span, _name(node.get("role", {})), "ALTER", *_given(node))


def drop_role(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a DROP ROLE, one action a role."""
    yield a.Command(span, "DROP ROLE")
    for item in node.get("roles", []):
        yield a.AlterRole(span, _name(item["RoleSpec"]), "DROP", if_exists=bool(node.get("missing_ok")))


def grant(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a GRANT or REVOKE, with the relations that it names; that of USAGE on schemas is told apart."""
    named = node.get("objects", []) if node.get("targtype") == "ACL_TARGET_OBJECT" else []
    gives = bool(node.get("is_grant"))
    yield a.Command(span, "GRANT" if gives else "REVOKE", n.relations_read(named))
    rights = [item["AccessPriv"].get("priv_name") for item in node.get("privileges", [])]
    if node.get("objtype") == "OBJECT_SCHEMA" and (not rights or "usage" in rights):
        roles = tuple(_name(item["RoleSpec"]) for item in node.get("grantees", []))
        for item in named:
            yield a.SchemaUsage(span, item["String"]["sval"], roles, gives)


def _name(role: Node) -> str:
    if role.get("roletype") == "ROLESPEC_PUBLIC":
        return "public"
    return str(role.get("rolename", ""))


def _given(node: Node) -> tuple[bool | None, bool]:
    """What is said of LOGIN, and whether a password is."""
    login = next((_is_on(each) for each in named_options(node, "options", "canlogin")), None)
    passwords = (each.get("arg", {}).get("String", {}) for each in named_options(node, "options", "password"))
    words = [given.get("sval", "") for given in passwords if given]
    return login, any(word and not word.startswith(_HASHES) for word in words)


def _is_on(option: Node) -> bool:
    return bool(option.get("arg", {}).get("Boolean", {}).get("boolval"))
