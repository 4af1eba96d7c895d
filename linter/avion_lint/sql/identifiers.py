"""Names as they must be written in SQL."""

from __future__ import annotations

from avion_lint.pattern import pattern

# Words that PostgreSQL 12 to 18 take for no table or column: reserved, or only for functions and types.
_RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check
    collate collation column concurrently constraint create cross current_catalog current_date
    current_role current_schema current_time current_timestamp current_user default deferrable desc
    distinct do else end except false fetch for foreign freeze from full grant group having ilike in
    initially inner intersect into is isnull join lateral leading left like limit localtime
    localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
    references returning right select session_user similar some symmetric system_user table tablesample
    then to trailing true union unique user using variadic verbose when where window with
    """.split(),  # noqa: SIM905 - a list of 80 strings is harder to read and to compare
)


def identifier(name: str) -> str:
    """Write a name as SQL: in double quotes where PostgreSQL would fold it or take it for its own word."""
    plain = name.isascii() and name.replace("$", "_").isidentifier() and name == name.lower()
    if plain and not name.startswith("$") and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


_PART = pattern(r'"((?:[^"]|"")*)"|([^."\s]+)')


def name_parts(text: str) -> tuple[str, ...]:
    """The parts of a name in a string, as `regclass` reads them: folded where they stand without quotes."""
    return tuple(
        found[1].replace('""', '"') if found[1] is not None else found[2].lower() for found in _PART.finditer(text)
    )
