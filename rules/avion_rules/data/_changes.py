"""What is left to do of an UPDATE of all rows, as a condition that ends, so that batches can go through it."""

from __future__ import annotations

import re

from avion_lint.pattern import pattern
from avion_lint.schema.model import Column
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_ALIAS = pattern(r"^update\s+(?:only\s+)?\S+\s+(?:as\s+)?(?!set\b)(\w+)\s+set\b", re.IGNORECASE)
_PLAIN = pattern(r"^update\b", re.IGNORECASE)

_CALL = pattern(r'\w+\([\w."]+\)')

# Functions that give the same for the same row at any time.
_STEADY = {
    "abs", "btrim", "ceil", "concat", "concat_ws", "floor", "jsonb_build_object", "jsonb_set", "left", "length",
    "lower", "ltrim", "md5", "regexp_replace", "replace", "right", "round", "rtrim", "split_part", "substr",
    "substring", "to_char", "to_jsonb", "trim", "upper",
}  # fmt: skip
# Functions that change their own result no further.
_ONCE = {"abs", "btrim", "lower", "ltrim", "rtrim", "upper"}
# Functions that give one value for a whole statement: a default of them fills a new column without a rewrite.
_OF_NOW = {"current_date", "current_timestamp", "localtimestamp", "now", "transaction_timestamp"}

_NEVER_NULL = {"clock_timestamp", "gen_random_uuid", "nextval", "random", "uuid_generate_v4", "uuidv7"}


def alias_of(statement: Statement, update: a.Update) -> str:
    """The name that the UPDATE gives its table, "" for none."""
    found = _ALIAS.match(statement.place_of(update).text)
    return found[1] if found else ""


def change_of(statement: Statement, update: a.Update) -> str:
    """The UPDATE without its condition, "" where it cannot be written down again."""
    known = _PLAIN.match(statement.place_of(update).text) and not statement.chunk.masked and _is_written(update)
    if not known:
        return ""
    alias = alias_of(statement, update)
    sets = ", ".join(f"{_name(column)} = {value.sql}" for column, value in _pairs(update))
    return f"UPDATE {update.table.sql}{f' AS {alias}' if alias else ''} SET {sets}"  # noqa: S608 - for people to read


def left_to_do(statement: Statement, update: a.Update) -> str:
    """The condition on rows that the UPDATE still has to change, "" where none can be told that comes to an end."""
    if not _is_written(update):
        return ""
    column = update.null_column or (update.columns[0] if len(update.columns) == 1 else "")
    value = dict(_pairs(update)).get(column)
    if value is not None and (update.null_column or is_new_column(statement, update, column)):
        empty = f"{_name(column)} IS NULL"
        never_null = not value.columns and value.functions and set(value.functions) <= _OF_NOW | _NEVER_NULL
        return empty if is_value(value) or never_null else f"{empty} AND ({value.sql}) IS NOT NULL"
    if not all(_is_steady(name, value, update) for name, value in _pairs(update)):
        return ""
    parts = [_differs(statement, update, column, value) for column, value in _pairs(update)]
    changed = parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"
    return f"{_name(update.null_column)} IS NULL AND {changed}" if update.null_column else changed


def is_new_column(statement: Statement, update: a.Update | a.Delete, name: str) -> bool:
    """Whether the column was added in this same change, without a default: then it is NULL in all rows."""
    column = _column(statement, update, name)
    empty = column is not None and column.default is None and not column.generated and not column.identity
    return empty and column is not None and statement.made_here(column.origin)


def as_default(statement: Statement, update: a.Update) -> str:
    """The SQL that adds the new column with the value instead, "" where this is not about one."""
    if len(update.columns) != 1 or not _is_written(update) or statement.chunk.masked:
        return ""
    name, value = update.columns[0], update.values[0]
    column = _column(statement, update, name)
    same = set(value.functions) <= _OF_NOW and not value.columns and is_value(value)
    if column is None or column.type is None or not same or not is_new_column(statement, update, name):
        return ""
    table, called = update.table.sql, _name(name)
    return (
        f"ALTER TABLE {table} ADD COLUMN {called} {column.type}{' NOT NULL' if column.not_null else ''} "
        f"DEFAULT {value.sql};\n"
        f"-- if later rows shall not have it:\nALTER TABLE {table} ALTER COLUMN {called} DROP DEFAULT;"
    )


def is_value(value: a.Expression) -> bool:
    """Whether an expression is a constant other than NULL, or the time of the statement."""
    steady = not value.columns and set(value.functions) <= _OF_NOW
    return steady and value.sql.upper().partition("::")[0] not in ("", "NULL")


def _is_steady(name: str, value: a.Expression, update: a.Update) -> bool:
    """Whether it gives the same again for a row that was changed already."""
    if len(value.functions) == 1 and value.functions[0] in _ONCE and value.columns == (name,):
        return len(update.columns) == 1 and _CALL.fullmatch(value.sql) is not None
    return set(value.functions) <= _STEADY and not set(value.columns) & set(update.columns)


_WITHOUT_EQUALITY = ("json", "xml", "point", "polygon")


def _differs(statement: Statement, update: a.Update, name: str, value: a.Expression) -> str:
    column = _column(statement, update, name)
    if column and column.type and column.type.name in _WITHOUT_EQUALITY:
        return f"{_name(name)}::text IS DISTINCT FROM ({value.sql})::text"
    return f"{_name(name)} IS DISTINCT FROM {value.sql if value.is_constant else f'({value.sql})'}"


def _column(statement: Statement, update: a.Update | a.Delete, name: str) -> Column | None:
    table = statement.schema_before(update).table(update.table)
    return table.columns.get(name) if table else None


def _is_written(update: a.Update) -> bool:
    return bool(update.values) and all(value.sql for value in update.values)


def _pairs(update: a.Update) -> list[tuple[str, a.Expression]]:
    return list(zip(update.columns, update.values, strict=True))


def _name(column: str | None) -> str:
    return a.identifier(column or "")
