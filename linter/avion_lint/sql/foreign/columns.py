"""Small readers of sqlglot's expressions: names, types, columns, constraints, conditions."""

from __future__ import annotations

from sqlglot import expressions as e

from avion_lint.sql import actions as a

KINDS = {
    "TABLE": a.ObjectKind.TABLE,
    "VIEW": a.ObjectKind.VIEW,
    "INDEX": a.ObjectKind.INDEX,
    "COLUMN": a.ObjectKind.COLUMN,
    "SEQUENCE": a.ObjectKind.SEQUENCE,
    "SCHEMA": a.ObjectKind.SCHEMA,
    "DATABASE": a.ObjectKind.SCHEMA,
    "FUNCTION": a.ObjectKind.FUNCTION,
    "PROCEDURE": a.ObjectKind.FUNCTION,
    "TRIGGER": a.ObjectKind.TRIGGER,
    "TYPE": a.ObjectKind.TYPE,
}
"""Kinds of objects by the word that sqlglot has for them."""


def dotted(names: tuple[str, ...]) -> a.Name:
    """Name made of the last one or two parts."""
    return a.Name(names[-2] if len(names) > 1 else None, names[-1] if names else "")


def parts(text: str) -> tuple[str, ...]:
    """Parts of a name inside a string, as sp_rename takes them."""
    return tuple(part.strip("[]\"'") for part in text.split("."))


def name_of(node: e.Expr | None) -> a.Name:
    """Name of a table or whatever else is named, as written; the empty name where it has none."""
    match node:
        case None:
            return a.Name(None, "")
        case e.Schema() | e.UserDefinedFunction():
            return name_of(node.this)
        case e.Table():
            return a.Name(node.db or None, node.name) if node.name else a.Name(None, node.db)
        case e.Dot():
            return dotted(tuple(part.name for part in node.parts))
        case _:
            return a.Name(None, node.name)


def tables_read(query: e.Expr | None, *, besides: e.Expr | None = None, of: e.Expr | None = None) -> tuple[a.Name, ...]:
    """Tables that a query names, once each, without its WITH names and those of the statement `of`."""
    if not isinstance(query, e.Expr):
        return ()
    own = {cte.alias for whole in (query, of) if whole for cte in whole.find_all(e.CTE)}
    read = (table for table in query.find_all(e.Table, bfs=False) if table is not besides)
    return tuple(dict.fromkeys(name_of(table) for table in read if table.db or table.name not in own))


def type_of(node: e.DataType | None) -> a.Type:
    """Type as sqlglot calls it, in lower case, with its whole-number modifiers."""
    if node is None:
        return a.Type("")
    base = node.this.value if isinstance(node.this, e.DType) else str(node.this)
    modifiers = (item.this for item in node.expressions if isinstance(item, e.DataTypeParam))
    numbers = tuple(int(item.name) for item in modifiers if item.name.isdigit())
    return a.Type(str(base).lower(), numbers)


def expression(node: e.Expr) -> a.Expression:
    """Functions that an expression calls, columns that it reads."""
    functions = tuple(item.sql_name().lower() for item in node.find_all(e.Func))
    return a.Expression(functions, tuple(item.name for item in node.find_all(e.Column)))


def column(node: e.ColumnDef) -> a.ColumnDefinition:
    """Column definition with its constraints."""
    kinds = [item.args.get("kind") for item in node.args.get("constraints") or ()]
    default = next((kind.this for kind in kinds if isinstance(kind, e.DefaultColumnConstraint)), None)
    identity = (e.AutoIncrementColumnConstraint, e.GeneratedAsIdentityColumnConstraint)
    return a.ColumnDefinition(
        name=node.name,
        type=type_of(node.args.get("kind")),
        not_null=any(_is_not_null(kind) for kind in kinds),
        default=expression(default) if isinstance(default, e.Expr) else None,
        generated="stored" if any(isinstance(kind, e.ComputedColumnConstraint) for kind in kinds) else "",
        identity=any(isinstance(kind, identity) for kind in kinds),
        constraints=tuple(made for kind in kinds if kind and (made := constraint(kind, node.name))),
    )


def _is_not_null(kind: e.Expr | None) -> bool:
    if isinstance(kind, e.NotNullColumnConstraint):
        return not kind.args.get("allow_null")
    return isinstance(kind, e.PrimaryKeyColumnConstraint)


def constraint(node: e.Expr, of_column: str | None = None, name: str | None = None) -> a.ConstraintDefinition | None:
    """Constraint of a table, or of a column; None for what is none (defaults, comments, keys for speed)."""
    own = (of_column,) if of_column else ()
    match node:
        case e.Constraint() if node.expressions:
            return constraint(node.expressions[0], of_column, node.name)
        case e.ForeignKey():
            return _foreign_key(name, _keys(node), node.args.get("reference"))
        case e.Reference():
            return _foreign_key(name, own, node)
    kind = _CONSTRAINTS.get(type(node))
    if kind is None:
        return None
    keys = node.this if isinstance(node.this, e.Schema) else node
    return a.ConstraintDefinition(kind, name or _schema_name(node) or None, _keys(keys) or own)


_CONSTRAINTS: dict[type[e.Expr], a.ConstraintKind] = {
    e.PrimaryKey: a.ConstraintKind.PRIMARY_KEY,
    e.PrimaryKeyColumnConstraint: a.ConstraintKind.PRIMARY_KEY,
    e.UniqueColumnConstraint: a.ConstraintKind.UNIQUE,
    e.CheckColumnConstraint: a.ConstraintKind.CHECK,
}


def _schema_name(node: e.Expr) -> str:
    """MySQL's name of a key: `UNIQUE KEY name (…)`."""
    return node.this.name if isinstance(node.this, e.Schema) else ""


def _foreign_key(name: str | None, columns: tuple[str, ...], reference: e.Expr | None) -> a.ConstraintDefinition:
    target = reference.this if reference else None
    return a.ConstraintDefinition(
        a.ConstraintKind.FOREIGN_KEY,
        name,
        columns,
        references=name_of(target),
        referenced_columns=_keys(target) if isinstance(target, e.Schema) else (),
    )


def _keys(node: e.Expr | None) -> tuple[str, ...]:
    return tuple(item.name for item in node.expressions) if isinstance(node, e.Expr) else ()


def index_column(node: e.Expr) -> str | None:
    """Column of an index key, None for an expression; MySQL's `a(10)` is a prefix of the column a."""
    inner = node.this if isinstance(node, e.Ordered) else node
    match inner:
        case e.Column() | e.Identifier():
            return inner.name
        case e.Anonymous(expressions=[e.Literal(is_string=False)]):
            return inner.name
    return None


def keeps_all_rows(statement: e.Expr) -> bool:
    """Whether nothing keeps rows out of an UPDATE or DELETE: no real WHERE, no LIMIT, no other table."""
    args = statement.args
    target = args.get("this")
    joined = isinstance(target, e.Expr) and bool(target.args.get("joins"))
    if joined or any(args.get(key) for key in ("from_", "using", "limit", "tables")):
        return False
    where = args.get("where")
    return where is None or _always_true(where.this)


def _always_true(condition: e.Expr) -> bool:
    match condition:
        case e.Paren():
            return _always_true(condition.this)
        case e.Or():
            return _always_true(condition.left) or _always_true(condition.right)
        case e.And():
            return _always_true(condition.left) and _always_true(condition.right)
        case e.EQ():
            return isinstance(condition.this, e.Literal) and condition.this == condition.expression
        case e.Literal():
            return not condition.is_string and condition.name.strip("0.") != ""
    return isinstance(condition, e.Boolean) and bool(condition.this)
