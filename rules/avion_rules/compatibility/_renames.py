"""What renames have in common: what they are about, and when nobody notices them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.schema.model import Schema, Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.compatibility._names import (
    full_name,
    has_table,
    has_thing,
    kind_of,
    known_table_name,
    known_thing_name,
    settled,
)
from avion_rules.compatibility._standing import SUFFIX, is_free

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_rules.compatibility._standing import Made

TABLES = (a.ObjectKind.TABLE, a.ObjectKind.FOREIGN_TABLE)
COLUMNS = (a.ObjectKind.COLUMN,)
OBJECTS = (
    a.ObjectKind.VIEW,
    a.ObjectKind.MATERIALIZED_VIEW,
    a.ObjectKind.FUNCTION,
    a.ObjectKind.AGGREGATE,
    a.ObjectKind.TYPE,
    a.ObjectKind.DOMAIN,
    a.ObjectKind.SEQUENCE,
    a.ObjectKind.SCHEMA,
)
PARTS = (a.ObjectKind.ENUM_VALUE, a.ObjectKind.ATTRIBUTE)


def is_deprecation(rename: a.Rename) -> bool:
    """Whether the new name says that the object is deprecated: the first step on the way to dropping it."""
    return rename.new_name.endswith(SUFFIX) and rename.kind not in PARTS


def noticed(migration: Migration, kinds: tuple[a.ObjectKind, ...]) -> Iterator[tuple[Statement, a.Rename]]:
    """Renames of these kinds that released code may notice."""
    for statement in migration.up:
        for rename in statement.of(a.Rename):
            if kind_of(statement.schema_before(rename), rename.kind, rename.name) not in kinds:
                continue
            if not _is_free(statement, rename) and not _is_covered(migration, statement, rename):
                yield statement, rename


def renamed(rename: a.Rename) -> str:
    """The renamed object as people name it: `users`, `users.email`."""
    return f"{rename.table}.{rename.name}" if rename.table else str(rename.name)


def _is_free(statement: Statement, rename: a.Rename) -> bool:
    schema = statement.schema_before(rename)
    owner = schema.table(rename.table or rename.name)
    if owner is not None and (owner.temporary or is_free(statement, owner, str(rename.table or rename.name))):
        return True
    return is_free(statement, _made(schema, rename, owner), renamed(rename))


def _made(schema: Schema, rename: a.Rename, owner: Table | None) -> Made | None:
    if rename.kind in PARTS and rename.table:
        return schema.thing(a.ObjectKind.TYPE, rename.table)
    if rename.kind is a.ObjectKind.COLUMN and rename.table:
        column = owner.columns.get(rename.name.name) if owner else None
        return column or _view(schema, rename.table)
    return owner or schema.thing(kind_of(schema, rename.kind, rename.name), rename.name)


def _view(schema: Schema, name: a.Name) -> Made | None:
    kinds = (a.ObjectKind.VIEW, a.ObjectKind.MATERIALIZED_VIEW)
    return next((made for kind in kinds if (made := schema.thing(kind, name))), None)


def _is_covered(migration: Migration, statement: Statement, rename: a.Rename) -> bool:
    """Whether something else stands under the old name when others see the rename."""
    if rename.kind in PARTS:
        return False
    schema, outcome = statement.schema_before(rename), settled(migration, statement)
    if rename.kind is a.ObjectKind.COLUMN and rename.table:
        return _is_behind_view(migration, schema.table(rename.table), outcome)
    table = schema.table(rename.name)
    if table is not None:
        return has_table(outcome, known_table_name(migration, table))
    kind = kind_of(schema, rename.kind, rename.name)
    thing = schema.thing(kind, rename.name)
    known = known_thing_name(migration, thing) if thing else full_name(schema, rename.name)
    return has_thing(outcome, kind, known)


def _is_behind_view(migration: Migration, table: Table | None, outcome: Schema) -> bool:
    """Whether a view takes the table's name, and with it shows what columns it likes."""
    if table is None:
        return False
    known = known_table_name(migration, table)
    return known not in outcome.tables and has_table(outcome, known)
