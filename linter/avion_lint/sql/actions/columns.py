"""ALTER TABLE on one column."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.source import Span
from avion_lint.sql.actions.definitions import ColumnDefinition
from avion_lint.sql.actions.names import Name
from avion_lint.sql.actions.values import Expression, Type


@record
class AddColumn:
    """ALTER TABLE … ADD COLUMN."""

    span: Span
    table: Name
    column: ColumnDefinition
    if_not_exists: bool = False
    only: bool = False


@record
class DropColumn:
    """ALTER TABLE … DROP COLUMN."""

    span: Span
    table: Name
    column: str
    if_exists: bool = False
    cascade: bool = False
    only: bool = False


@record
class AlterColumnType:
    """ALTER TABLE … ALTER COLUMN … TYPE; `using` is the expression after USING."""

    span: Span
    table: Name
    column: str
    type: Type
    using: Expression | None = None
    collation: str | None = None
    only: bool = False


@record
class SetNotNull:
    """ALTER TABLE … ALTER COLUMN … SET NOT NULL."""

    span: Span
    table: Name
    column: str
    only: bool = False


@record
class DropNotNull:
    """ALTER TABLE … ALTER COLUMN … DROP NOT NULL."""

    span: Span
    table: Name
    column: str
    only: bool = False


@record
class SetDefault:
    """ALTER TABLE … ALTER COLUMN … SET or DROP DEFAULT; None drops it."""

    span: Span
    table: Name
    column: str
    default: Expression | None
    only: bool = False
