"""What constraints, indexes and expressions say after a column of their table got another name."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Constraint, Index
from avion_lint.sql import actions as a


def constraint_after(made: Constraint, old: str, new: str) -> Constraint:
    """A constraint of the table."""
    if not (made.elements or old in made.columns or old in made.include):
        return made
    return replace(
        made,
        columns=names_after(made.columns, old, new),
        include=names_after(made.include, old, new),
        check=expression_after(made.check, old, new),
        elements=_elements(made.elements, old, new),
        not_null_column=new if made.not_null_column == old else made.not_null_column,
    )


def index_after(index: Index, old: str, new: str) -> Index:
    """An index of the table."""
    return replace(
        index,
        columns=tuple(new if part == old else part for part in index.columns),
        uses=names_after(index.uses, old, new),
        keys=tuple(_key(key, old, new) for key in index.keys),
        include=names_after(index.include, old, new),
        where=expression_after(index.where, old, new),
    )


def expression_after(made: a.Expression | None, old: str, new: str) -> a.Expression | None:
    """An expression over columns of the table."""
    if made is None or old not in made.columns:
        return made
    from avion_lint.sql.deparse import renamed  # noqa: PLC0415 - only for renames

    return replace(made, columns=names_after(made.columns, old, new), sql=renamed(made.sql, old, new))


def names_after(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    """Names of columns."""
    return tuple(new if name == old else name for name in names)


def _elements(elements: str, old: str, new: str) -> str:
    if not elements:
        return ""
    from avion_lint.sql.deparse import renamed_exclusion  # noqa: PLC0415 - only for renames

    return renamed_exclusion(elements, old, new)


def _key(key: str, old: str, new: str) -> str:
    from avion_lint.sql.deparse import renamed_key  # noqa: PLC0415 - only for renames

    return renamed_key(key, old, new)
