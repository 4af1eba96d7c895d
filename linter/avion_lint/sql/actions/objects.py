"""DROP, RENAME, SET SCHEMA and COMMENT ON of any object, and CREATE where little but the name matters."""

from __future__ import annotations

from avion_lint.record import field, record
from avion_lint.source import Span
from avion_lint.sql.actions.definitions import ConstraintDefinition
from avion_lint.sql.actions.names import Name, ObjectKind
from avion_lint.sql.actions.values import Expression, Type


@record
class Drop:
    """DROP of one object; `table` is the table of a trigger, policy or rule.

    `arguments` are the types that a function is told apart by, None where none are written.
    """

    span: Span
    kind: ObjectKind
    name: Name
    if_exists: bool = False
    cascade: bool = False
    concurrently: bool = False
    table: Name | None = None
    arguments: tuple[str, ...] | None = None


@record
class Rename:
    """ALTER … RENAME; `name` is the object's old name, `table` the table of a column, constraint, trigger.

    `arguments` as for DROP.
    """

    span: Span
    kind: ObjectKind
    name: Name
    new_name: str
    table: Name | None = None
    arguments: tuple[str, ...] | None = None


@record
class SetSchema:
    """ALTER … SET SCHEMA; `arguments` as for DROP."""

    span: Span
    kind: ObjectKind
    name: Name
    schema: str
    arguments: tuple[str, ...] | None = None


@record
class CommentOn:
    """COMMENT ON; `text` is None where the comment is taken away. `column` is that of a table, or its constraint.

    `arguments` as for DROP.
    """

    span: Span
    kind: ObjectKind
    name: Name
    text: str | None
    column: str | None = None
    arguments: tuple[str, ...] | None = None


@record
class CreateTrigger:
    """CREATE TRIGGER; `deferred` tells a constraint trigger that is INITIALLY DEFERRED.

    `row` tells FOR EACH ROW, `other` is the table of FROM, `columns` are those that its definition names, `function` is
    what it calls.
    `sql` is the statement.
    """

    span: Span
    trigger: str
    table: Name
    replace: bool = False
    deferred: bool = False
    row: bool = False
    other: Name | None = None
    columns: tuple[str, ...] = ()
    function: Name | None = None
    sql: str = field(default="", compare=False)


@record
class CreateObject:
    """CREATE of an object of which only the name matters: sequence, domain, function, schema, policy.

    `trigger` tells a function that only triggers can call, `definer` one that runs with its owner's rights,
    `search_path` one that sets its own; `volatility` is a function's, "" where it cannot be relied on.
    `type`, `not_null`, `default` and `constraints` are a domain's. `owned_by` is the table of a sequence and
    `owned_column` its column, `tables` are those of a publication or of extended statistics, `columns` those that a
    policy names. `arguments` are the types that tell a function from others of its name, `returns` is what it
    gives back and `inputs` are the names of what goes in (sql/extract/results.py). `sql` is the statement.
    """

    span: Span
    kind: ObjectKind
    name: Name
    if_not_exists: bool = False
    replace: bool = False
    table: Name | None = None
    trigger: bool = False
    definer: bool = False
    search_path: bool = False
    volatility: str = ""
    type: Type | None = None
    not_null: bool = False
    default: Expression | None = None
    constraints: tuple[ConstraintDefinition, ...] = ()
    owned_by: Name | None = None
    tables: tuple[Name, ...] = ()
    columns: tuple[str, ...] = ()
    owned_column: str = ""
    arguments: tuple[str, ...] | None = None
    returns: str = field(default="", compare=False)
    inputs: tuple[str, ...] = field(default=(), compare=False)
    sql: str = field(default="", compare=False)


@record
class AlterSequence:
    """ALTER SEQUENCE; `owned_by` and `owned_column` are those of OWNED BY, `released` tells OWNED BY NONE."""

    span: Span
    sequence: Name
    if_exists: bool = False
    owned_by: Name | None = None
    owned_column: str = ""
    released: bool = False


@record
class SetSequence:
    """ALTER SEQUENCE … RESTART, RESTART of an identity column, or setval with a constant.

    `sequence` is None where it is told by the `table` and `column` that it belongs to. `to` is the value that it is set
    to, None for its START value.
    """

    span: Span
    sequence: Name | None
    to: int | None
    table: Name | None = None
    column: str = ""


@record
class AlterRole:
    """CREATE, ALTER or DROP ROLE (or USER), as `word` tells it, of one role.

    `login` is what it is given of LOGIN, None where nothing is said. `password` tells that one stands there in plain
    text, not as the hash that the server keeps; it is nowhere told itself.
    """

    span: Span
    role: str
    word: str
    login: bool | None = None
    password: bool = False
    if_exists: bool = False


@record
class SchemaUsage:
    """GRANT (`given`) or REVOKE of USAGE on a schema; among the roles "public" is PUBLIC."""

    span: Span
    schema: str
    roles: tuple[str, ...]
    given: bool = False
