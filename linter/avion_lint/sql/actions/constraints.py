"""ALTER TABLE on one constraint."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.source import Span
from avion_lint.sql.actions.definitions import ConstraintDefinition
from avion_lint.sql.actions.names import Name


@record
class AddConstraint:
    """ALTER TABLE … ADD CONSTRAINT."""

    span: Span
    table: Name
    constraint: ConstraintDefinition
    only: bool = False


@record
class DropConstraint:
    """ALTER TABLE … DROP CONSTRAINT."""

    span: Span
    table: Name
    constraint: str
    if_exists: bool = False
    cascade: bool = False
    only: bool = False


@record
class ValidateConstraint:
    """ALTER TABLE … VALIDATE CONSTRAINT."""

    span: Span
    table: Name
    constraint: str
    only: bool = False
