"""CREATE TYPE, enum values and ALTER DOMAIN."""

from __future__ import annotations

from avion_lint.record import field, record
from avion_lint.source import Span
from avion_lint.sql.actions.definitions import ConstraintDefinition
from avion_lint.sql.actions.names import Name
from avion_lint.sql.actions.values import Expression


@record
class CreateType:
    """CREATE TYPE; `values` are an enum's labels, None for every other sort; `sql` is the statement."""

    span: Span
    type: Name
    values: tuple[str, ...] | None = None
    sql: str = field(default="", compare=False)


@record
class AddEnumValue:
    """ALTER TYPE … ADD VALUE; `neighbour` is the value of BEFORE (then `before` is True) or AFTER."""

    span: Span
    type: Name
    value: str
    if_not_exists: bool = False
    neighbour: str = ""
    before: bool = False


@record
class AlterDomain:
    """ALTER DOMAIN; `form` is `add`, `drop`, `validate`, `set not null`, `drop not null` or `default`.

    `constraint` is the one that is added, `name` that of the one that is dropped or validated.
    """

    span: Span
    domain: Name
    form: str
    constraint: ConstraintDefinition | None = None
    name: str = ""
    default: Expression | None = None
