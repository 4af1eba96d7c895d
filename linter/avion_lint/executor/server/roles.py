"""Roles that migrations name and do not make: on a throw-away server somebody has to make them first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from avion_lint.runners.migration import MigrationFile
from avion_lint.sql.parse import SyntaxProblem, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MAY_NAME = re.compile(r"\b(?:GRANT|REVOKE|OWNER|OWNED|ROLE|POLICY|AUTHORIZATION|USER)\b", re.IGNORECASE)
_MADE = re.compile(r'\bCREATE\s+(?:ROLE|USER|GROUP)\s+(?:"([^"]+)"|(\w+))', re.IGNORECASE)


def missing_roles(files: Iterable[MigrationFile]) -> tuple[str, ...]:
    """Roles that statements name and that no migration makes, sorted; those in dynamic SQL cannot be seen."""
    own = tuple(files)
    made = {quoted or plain.lower() for file in own for quoted, plain in _MADE.findall(file.document.text)}
    named = {name for file in own for name in _named(file)}
    return tuple(sorted(name for name in named - made if not name.startswith("pg_") and name != "postgres"))


def _named(file: MigrationFile) -> Iterator[str]:
    if not _MAY_NAME.search(file.document.text):
        return
    for section in file.sections:
        for chunk in section.chunks:
            if _MAY_NAME.search(chunk.text):
                parsed = parse(chunk.text)
                if not isinstance(parsed, SyntaxProblem):
                    for statement in parsed:
                        yield from _roles(statement.node)


def _roles(node: Any) -> Iterator[str]:  # Any: libpg_query's JSON
    match node:
        case {"roletype": "ROLESPEC_CSTRING", "rolename": str(name)}:
            yield name
        case Mapping():
            for part in node.values():
                yield from _roles(part)
        case list():
            for part in node:
                yield from _roles(part)
