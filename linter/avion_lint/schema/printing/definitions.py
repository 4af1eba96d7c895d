"""What tables, columns, constraints and indexes say, each in the words of SQL."""

from __future__ import annotations

from avion_lint.schema.model import Column, Constraint, Index
from avion_lint.sql.actions import ConstraintKind, Name, Type, identifier

_SERIALS = {"serial4": "serial", "serial8": "bigserial", "serial2": "smallserial"}
_SIMPLE = frozenset(
    {
        "bigint", "bit", "bit varying", "boolean", "character", "character varying", "double precision", "integer",
        "interval", "numeric", "real", "smallint", "time with time zone", "time without time zone",
        "timestamp with time zone", "timestamp without time zone",
    }
)  # fmt: skip


def type_sql(type_: Type | None) -> str:
    """The type of a column; `?` where it is not known."""
    if type_ is None:
        return "?"
    if type_.name in _SIMPLE:
        return str(type_)
    name = _SERIALS.get(type_.name, type_.name)
    quoted = '"char"' if name == "char" else ".".join(map(identifier, name.removeprefix("public.").split(".")))
    modifiers = f"({','.join(map(str, type_.modifiers))})" if type_.modifiers else ""
    return f"{quoted}{modifiers}{'[]' if type_.array else ''}"


def is_serial(column: Column) -> bool:
    """Whether a column is still as `serial` makes it."""
    made = column.type is not None and column.type.name.removeprefix("small").removeprefix("big") in _SERIAL_NAMES
    return made and column.default is not None and column.default.functions == ("nextval",) and not column.default.sql


_SERIAL_NAMES = {"serial", "serial2", "serial4", "serial8"}
_STORED = {
    "serial": "integer", "serial4": "integer", "bigserial": "bigint", "serial8": "bigint", "smallserial": "smallint",
    "serial2": "smallint",
}  # fmt: skip


def stored_type(column: Column) -> str:
    """The type that a column has in the catalog: `serial` is a way to write `integer`."""
    if column.type is not None and column.type.name in _STORED:
        return _STORED[column.type.name]
    return type_sql(column.type)


def default_sql(column: Column) -> str:
    """The default of a column, `?` for one that is not known as SQL, "" for none."""
    if column.default is None or is_serial(column):
        return ""
    return column.default.sql or "?"


def generated_sql(column: Column) -> str:
    """`GENERATED …` of a column, "" for a plain one."""
    if column.identity:
        return f"GENERATED {'ALWAYS' if column.always else 'BY DEFAULT'} AS IDENTITY"
    if column.generated:
        expression = column.expression.sql if column.expression else ""
        return f"GENERATED ALWAYS AS ({expression or '?'}) {column.generated.upper()}"
    return ""


def constraint_sql(constraint: Constraint) -> str:
    """What a constraint says, without its name; `?` stands for what is not known."""
    words = [_constraint(constraint), constraint.clauses]
    if not constraint.enforced:
        words.append("NOT ENFORCED")
    elif not constraint.valid:
        words.append("NOT VALID")
    return " ".join(word for word in words if word)


def _constraint(constraint: Constraint) -> str:
    columns = f"({listed(constraint.columns)})" if constraint.columns else "(?)"
    include = f" INCLUDE ({listed(constraint.include)})" if constraint.include else ""
    match constraint.kind:
        case ConstraintKind.PRIMARY_KEY:
            return f"PRIMARY KEY {columns}{include}"
        case ConstraintKind.UNIQUE:
            return f"UNIQUE {'' if constraint.distinct else 'NULLS NOT DISTINCT '}{columns}{include}"
        case ConstraintKind.FOREIGN_KEY:
            referenced = f" ({listed(constraint.referenced_columns)})" if constraint.referenced_columns else ""
            return f"FOREIGN KEY {columns} REFERENCES {relation(constraint.references)}{referenced}"
        case ConstraintKind.CHECK:
            return f"CHECK ({(constraint.check.sql if constraint.check else '') or '?'})"
        case ConstraintKind.NOT_NULL:
            return f"NOT NULL {listed(constraint.columns)}"
        case ConstraintKind.EXCLUSION:
            return f"EXCLUDE {constraint.elements or '?'}"


def index_sql(index: Index, *, name: bool = True) -> str:
    """The CREATE INDEX that makes an index; `?` stands for what is not known."""
    keys = index.keys or tuple(identifier(column) if column else "?" for column in index.columns)
    words = [
        f"CREATE {'UNIQUE ' if index.unique else ''}INDEX",
        identifier(index.name.name) if name else "",
        f"ON {relation(index.table)}",
        f"USING {identifier(index.method)}",
        f"({', '.join(key or '?' for key in keys) or '?'})",
        f"INCLUDE ({listed(index.include)})" if index.include else "",
        "" if index.distinct else "NULLS NOT DISTINCT",
        f"WHERE {(index.where.sql if index.where else '') or '?'}" if index.partial else "",
    ]
    return " ".join(word for word in words if word)


def listed(names: tuple[str, ...]) -> str:
    """Names with commas."""
    return ", ".join(map(identifier, names))


def relation(name: Name | None) -> str:
    """The name of a relation; those in public need no schema."""
    if name is None:
        return "?"
    return identifier(name.name) if name.schema == "public" else name.sql
