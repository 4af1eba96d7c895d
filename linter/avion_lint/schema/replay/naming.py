"""Names that PostgreSQL chooses where a statement gives none: table, columns and a word, short enough and not taken.

From makeObjectName, ChooseRelationName, ChooseConstraintName and ChooseIndexName in PostgreSQL's indexcmds.c and
pg_constraint.c.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from avion_lint.schema.replay.draft import Draft
from avion_lint.sql import actions as a

_LONGEST = 63  # bytes, NAMEDATALEN - 1


def free_name(base: str, is_taken: Callable[[str], bool]) -> str:
    """Append the first number to a name that makes it one that is not taken; none where it is free."""
    number = 0
    while is_taken(candidate := base + (str(number) if number else "")):
        number += 1
    return candidate


def relation_name(draft: Draft, table: a.Name, second: str, label: str, *, beside: Container[str] | None = None) -> str:
    """Name of an index or a sequence of a table.

    That of a constraint's index must be free among constraints as well, and not one of those `beside` it, which the
    same statement adds.
    """

    def is_taken(name: str) -> bool:
        if draft.is_relation(a.Name(table.schema, name)):
            return True
        return beside is not None and (
            name == table.name or name in beside or _is_constraint(draft, table.schema, name)
        )

    return _free(table.name, second, label, is_taken)


def constraint_name(draft: Draft, table: a.Name, second: str, label: str, beside: Container[str]) -> str:
    """Name of a constraint of a table that has no index; `beside` as above."""
    return _free(table.name, second, label, lambda name: name in beside or _is_constraint(draft, table.schema, name))


def joined(words: Iterable[str]) -> str:
    """The columns' part of a name."""
    whole = ""
    for word in words:
        whole += f"_{word}" if whole else word
        if len(whole.encode()) > _LONGEST:
            break
    return whole


def told_apart(words: Iterable[str]) -> tuple[str, ...]:
    """Words for the columns of an index, with numbers where they are the same."""
    found: list[str] = []
    for word in words:
        found.append(free_name(word, found.__contains__))
    return tuple(found)


def _is_constraint(draft: Draft, schema: str | None, name: str) -> bool:
    return any(key.schema == schema for key in draft.tables.keys_about(name))


def _free(first: str, second: str, label: str, is_taken: Callable[[str], bool]) -> str:
    whole = "_".join([part for part in (first, second, label) if part])
    room = _LONGEST - len(whole.encode())
    number, candidate = 0, whole if room >= 0 else _fitted(first, second, label)
    while is_taken(candidate):
        number += 1
        digits = str(number)
        candidate = whole + digits if len(digits) <= room else _fitted(first, second, label + digits)
    return candidate


def _fitted(first: str, second: str, label: str) -> str:
    """The parts with `_` between them, the longer of the first two cut where the whole is too long."""
    room = _LONGEST - len(label.encode()) - 1 - (1 if second else 0)
    one, other = len(first.encode()), len(second.encode())
    while one + other > room:
        if one > other:
            one -= 1
        else:
            other -= 1
    return "_".join(part for part in (_cut(first, one), _cut(second, other), label) if part)


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")
