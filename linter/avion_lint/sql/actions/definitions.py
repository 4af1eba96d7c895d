"""Columns and constraints as they are written."""

from __future__ import annotations

from avion_lint.enumeration import StrEnum
from avion_lint.record import field, record
from avion_lint.sql.actions.names import Name
from avion_lint.sql.actions.values import Expression, Term, Type


class ConstraintKind(StrEnum):
    """Kinds of table constraints."""

    __hash__ = str.__hash__  # enumerations have a slow one

    PRIMARY_KEY = "primary key"
    UNIQUE = "unique"
    CHECK = "check"
    FOREIGN_KEY = "foreign key"
    EXCLUSION = "exclusion"
    NOT_NULL = "not null"


@record
class ConstraintDefinition:
    """A constraint as written. `not_null_column` is set for CHECK (column IS NOT NULL) and NOT NULL.

    `terms` are the conditions of a CHECK that can be told; `enforced` is False for NOT ENFORCED, `deferred` True for
    INITIALLY DEFERRED. `check` is the condition of a CHECK, `elements` what EXCLUDE says, as SQL; `include` are columns
    that its index only carries, `distinct` is False for NULLS NOT DISTINCT. `clauses` is what else stands behind it:
    MATCH, ON DELETE, ON UPDATE, DEFERRABLE. `keys` are the columns of an exclusion (None for an expression), `method`
    is its index's and `partial` tells that it has a WHERE; `words` as for CREATE INDEX.
    """

    kind: ConstraintKind
    name: str | None
    columns: tuple[str, ...]
    valid: bool = True
    deferred: bool = False
    references: Name | None = None
    referenced_columns: tuple[str, ...] = ()
    using_index: str | None = None
    not_null_column: str | None = None
    enforced: bool = True
    terms: tuple[Term, ...] = ()
    check: Expression | None = field(default=None, compare=False)
    clauses: str = field(default="", compare=False)
    elements: str = field(default="", compare=False)
    include: tuple[str, ...] = field(default=(), compare=False)
    distinct: bool = field(default=True, compare=False)
    keys: tuple[str | None, ...] = ()
    method: str = "btree"
    partial: bool = False
    words: tuple[str, ...] = ()


@record
class ColumnDefinition:
    """A column as written, its own constraints among `constraints`. `generated` is "", "stored" or "virtual".

    `reads` are the columns that a generated one is computed from by `expression`; `always` tells an identity column
    that is GENERATED ALWAYS.
    """

    name: str
    type: Type
    not_null: bool = False
    default: Expression | None = None
    generated: str = ""
    identity: bool = False
    constraints: tuple[ConstraintDefinition, ...] = ()
    reads: tuple[str, ...] = ()
    collation: str | None = None
    expression: Expression | None = field(default=None, compare=False)
    always: bool = field(default=False, compare=False)
