"""Small readers of libpg_query's JSON: names, types, expressions, column and constraint definitions."""

from __future__ import annotations

from collections.abc import Iterator
from sys import intern

from avion_lint.record import replace
from avion_lint.sql.actions import (
    Bound,
    ColumnDefinition,
    ConstraintDefinition,
    ConstraintKind,
    Expression,
    Name,
    ObjectKind,
    Term,
    Type,
)
from avion_lint.sql.identifiers import identifier
from avion_lint.sql.parse import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The grammar turns SQL's names of types into those of pg_catalog; these are the names people write.
_TYPE_NAMES = {
    "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision",
    "bool": "boolean", "varchar": "character varying", "bpchar": "character", "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone", "timetz": "time with time zone", "time": "time without time zone",
    "varbit": "bit varying",
}  # fmt: skip

_CONSTRAINT_KINDS = {
    "CONSTR_PRIMARY": ConstraintKind.PRIMARY_KEY,
    "CONSTR_UNIQUE": ConstraintKind.UNIQUE,
    "CONSTR_CHECK": ConstraintKind.CHECK,
    "CONSTR_FOREIGN": ConstraintKind.FOREIGN_KEY,
    "CONSTR_EXCLUSION": ConstraintKind.EXCLUSION,
    "CONSTR_NOTNULL": ConstraintKind.NOT_NULL,
}


def relation(node: Node) -> Name:
    """Name of a RangeVar."""
    return Name(node.get("schemaname"), node["relname"])


def strings(items: list[Node]) -> tuple[str, ...]:
    """Values of a list of String nodes, each kept once; other nodes are left out."""
    return tuple([intern(item["String"].get("sval", "")) for item in items if "String" in item])


def dotted(parts: tuple[str, ...]) -> Name:
    """Name made of the last one or two parts; a database name in front is dropped."""
    return Name(parts[-2] if len(parts) > 1 else None, parts[-1] if parts else "")


def type_of(node: Node) -> Type:
    """A TypeName."""
    names = strings(node.get("names", []))
    last = names[-1] if names else "unknown"
    canonical = _TYPE_NAMES.get(last, last)
    if len(names) > 1 and names[-2] != "pg_catalog":
        canonical = f"{names[-2]}.{last}"
    modifiers = tuple(map(_integer, node["typmods"])) if "typmods" in node else ()
    if canonical == "character" and modifiers == (1,):
        modifiers = ()
    array = bool(node.get("arrayBounds"))
    plain = None if modifiers or array else _PLAIN_TYPES.get(canonical)
    return plain or Type(canonical, modifiers, array)


# The types of most columns, of which there may be a hundred thousand.
_PLAIN_TYPES = {
    name: Type(name)
    for name in (*_TYPE_NAMES.values(), "date", "interval", "json", "jsonb", "numeric", "serial", "text", "uuid")
}


def parameters(items: list[Node]) -> tuple[str, ...]:
    """Types of FunctionParameters that tell a function from others of its name: those of what goes in."""
    given = (item["FunctionParameter"] for item in items)
    return tuple(_told(item["argType"]) for item in given if item.get("mode") not in _GIVEN_BACK)


_GIVEN_BACK = {"FUNC_PARAM_TABLE", "FUNC_PARAM_OUT"}


def arguments(node: Node, kind: ObjectKind) -> tuple[str, ...] | None:
    """The same of an ObjectWithArgs; None for what is no function and where no types are written."""
    given = node.get("ObjectWithArgs", {})
    if kind is not ObjectKind.FUNCTION or given.get("args_unspecified"):
        return None
    return tuple(_told(item["TypeName"]) for item in given.get("objargs", []) if "TypeName" in item)


def _told(node: Node) -> str:
    """A type as far as functions are told apart by it."""
    made = type_of(node)
    return f"{made.name}[]" if made.array else made.name


def _integer(node: Node) -> int:
    constant = node.get("A_Const", {})
    value = constant.get("ival", {}).get("ival", 0) if isinstance(constant, dict) else 0
    return int(value)


def walk(node: Any) -> Iterator[tuple[str, Node]]:  # the tree's shape is PostgreSQL's
    """All tagged nodes of a tree with their tags, outermost first, without recursion."""
    pending = [node]
    while pending:
        current = pending.pop()
        if type(current) is list:
            pending += current[::-1]
        elif type(current) is dict:
            inner: list[Any] = []
            for key, value in current.items():
                if type(value) is dict:
                    if key < "a":  # tags begin with a capital letter, fields with a small one
                        yield key, value
                    inner.append(value)
                elif type(value) is list:
                    inner.append(value)
            pending += inner[::-1]


def expression(node: Node) -> Expression:
    """What matters of an expression tree."""
    return Expression(*_mattering(node))


def _mattering(node: Node) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Type, ...] | None]:
    """The functions, columns and casts of an expression."""
    if _is_constant(node):
        return (), (), None
    functions: list[str] = []
    columns: list[str] = []
    for tag, inner in walk(node):
        match tag:
            case "FuncCall":
                functions.append(strings(inner.get("funcname", []))[-1])
            case "SQLValueFunction":
                functions.append(inner.get("op", "SVFOP_").removeprefix("SVFOP_").lower())
            case "ColumnRef":
                columns.extend(strings(inner.get("fields", []))[-1:])
            case "SubLink":
                functions.append("select")
    return tuple(functions), tuple(columns), _casts(node)


def _is_constant(node: Node) -> bool:
    """Whether it is a constant and nothing else, perhaps cast to a type."""
    while "TypeCast" in node and "typmods" not in node["TypeCast"]["typeName"]:
        node = node["TypeCast"]["arg"]
    return "A_Const" in node


def _casts(node: Node) -> tuple[Type, ...] | None:
    """Types that a lone column is cast to, innermost first; None for every other expression."""
    found: list[Type] = []
    while "TypeCast" in node:
        found.append(type_of(node["TypeCast"]["typeName"]))
        node = node["TypeCast"]["arg"]
    return tuple(reversed(found)) if "ColumnRef" in node else None


def constant(node: Node) -> str | None:
    """A constant without quotes and casts; None for NULL and for what is no constant."""
    while "TypeCast" in node:
        node = node["TypeCast"]["arg"]
    value = node.get("A_Const", {})
    if "sval" in value:
        return str(value["sval"].get("sval", ""))
    if "ival" in value:
        return str(value["ival"].get("ival", 0))
    return str(value["fval"]["fval"]) if "fval" in value else None


def bound(node: Node | None) -> Bound | None:
    """A PartitionBoundSpec; None for none and for DEFAULT."""
    if not node or node.get("is_default"):
        return None
    strategies = {"r": "range", "l": "list", "h": "hash"}
    parts = (
        tuple(constant(item) for item in node.get(name, [])) for name in ("lowerdatums", "upperdatums", "listdatums")
    )
    return Bound(strategies.get(node.get("strategy", ""), ""), *parts)


_MIRRORED = {"<": ">", "<=": ">=", "=": "=", ">=": "<=", ">": "<"}


def terms(node: Node | None) -> tuple[Term, ...]:
    """The conditions of a CHECK that AND joins, as far as they compare a column with a constant."""
    found: list[Term] = []
    pending = [node] if node else []
    while pending:
        current = pending.pop(0)
        match current:
            case {"BoolExpr": {"boolop": "AND_EXPR", "args": parts}}:
                pending[:0] = parts
            case {"NullTest": {"nulltesttype": "IS_NOT_NULL", "arg": {"ColumnRef": column}}}:
                found.append(Term(strings(column["fields"])[-1], "is not null", ""))
            case {
                "A_Expr": {"kind": "AEXPR_OP", "lexpr": left, "rexpr": right, "name": [{"String": {"sval": operator}}]}
            }:
                found.extend(_comparison(left, operator, right))
            case {"A_Expr": {"kind": "AEXPR_BETWEEN", "lexpr": left, "rexpr": {"List": {"items": [low, high]}}}}:
                found.extend((*_comparison(left, ">=", low), *_comparison(left, "<=", high)))
    return tuple(found)


def _comparison(left: Node, operator: str, right: Node) -> Iterator[Term]:
    for column, sign, other in ((left, operator, right), (right, _MIRRORED.get(operator, ""), left)):
        value = constant(other)
        if "ColumnRef" in column and sign in _MIRRORED and value is not None:
            yield Term(strings(column["ColumnRef"]["fields"])[-1], sign, value)


def relations_read(node: Any) -> tuple[Name, ...]:  # the tree's shape is PostgreSQL's
    """Relations that a query names, in order and once each, without its own WITH names."""
    own: set[tuple[None, str]] = set()
    found: dict[Name, None] = {}
    for tag, inner in walk(node):
        if tag == "RangeVar":
            found[relation(inner)] = None
        elif tag == "CommonTableExpr":
            own.add((None, inner["ctename"]))
    return tuple([name for name in found if name not in own])


def constraint(node: Node, column: str | None = None) -> ConstraintDefinition | None:
    """A Constraint of a table, or of `column`; None for what is no constraint (DEFAULT, NULL, GENERATED …)."""
    kind = _CONSTRAINT_KINDS.get(node["contype"])
    if kind is None:
        return None
    if kind is ConstraintKind.NOT_NULL and column and node.keys() <= _OF_NOT_NULL:
        return ConstraintDefinition(kind, node.get("conname"), (column,), not_null_column=column)
    columns = strings(node.get("fk_attrs") or node.get("keys") or []) or _excluding(node)
    target, checked = node.get("pktable"), kind is ConstraintKind.CHECK
    excluded = [item["List"]["items"][0]["IndexElem"] for item in node.get("exclusions", ())]
    return ConstraintDefinition(
        kind=kind,
        name=node.get("conname"),
        columns=columns or (_expression_columns(node) if "raw_expr" in node else (column,) if column else ()),
        valid=not node.get("skip_validation", False),
        deferred=bool(node.get("initdeferred", False)),
        references=relation(target) if target else None,
        referenced_columns=strings(node["pk_attrs"]) if "pk_attrs" in node else (),
        using_index=node.get("indexname"),
        not_null_column=_not_null_column(node, kind, column),
        enforced=kind not in _ENFORCEABLE or bool(node.get("is_enforced", False)),
        terms=terms(node.get("raw_expr")) if checked else (),
        check=written(node["raw_expr"]) if checked else None,
        clauses=_clauses(node),
        elements=_exclusion(node),
        include=strings(node["including"]) if "including" in node else (),
        distinct=not node.get("nulls_not_distinct", False),
        keys=tuple([element.get("name") for element in excluded]),
        method=node.get("access_method", "gist") if excluded else "btree",
        partial="where_clause" in node,
        words=tuple(map(_word, excluded)),
    )


_OF_NOT_NULL = {"contype", "conname", "location", "initially_valid", "is_enforced"}
"""What says nothing more of the NOT NULL that most columns have."""


def _word(element: Node) -> str:
    """The word for an IndexElem in the name of its index."""
    call = element.get("expr", {}).get("FuncCall", {})
    return element.get("name") or next(reversed(strings(call.get("funcname", []))), "expr")


def written(node: Node) -> Expression:
    """What matters of an expression, and its SQL."""
    from avion_lint.sql.deparse import deparse  # noqa: PLC0415 - it reads trees with this module

    return Expression(*_mattering(node), sql=deparse(node))


_FOREIGN_KEY_ACTIONS = {"c": "CASCADE", "r": "RESTRICT", "n": "SET NULL", "d": "SET DEFAULT"}


def _clauses(node: Node) -> str:
    """What stands behind the columns of a constraint: MATCH, ON UPDATE, ON DELETE, DEFERRABLE."""
    if not node.keys() & {"deferrable", "initdeferred", "pktable"}:
        return ""
    update, delete = (_FOREIGN_KEY_ACTIONS.get(node.get(f"fk_{word}_action", "")) for word in ("upd", "del"))
    only = ", ".join(map(identifier, strings(node.get("fk_del_set_cols", []))))
    words = [
        "MATCH FULL" if node.get("fk_matchtype") == "f" else "",
        f"ON UPDATE {update}" if update else "",
        f"ON DELETE {delete}{f' ({only})' if only else ''}" if delete else "",
        "DEFERRABLE" if node.get("deferrable") else "",
        "INITIALLY DEFERRED" if node.get("initdeferred") else "",
    ]
    return " ".join(word for word in words if word)


def _exclusion(node: Node) -> str:
    if "exclusions" not in node:
        return ""
    from avion_lint.sql.deparse import exclusion  # noqa: PLC0415 - it reads trees with this module

    return exclusion(node)


def _excluding(node: Node) -> tuple[str, ...]:
    """Columns that EXCLUDE compares."""
    if "exclusions" not in node:
        return ()
    elements = (item["List"]["items"][0]["IndexElem"] for item in node["exclusions"])
    return tuple(element["name"] for element in elements if "name" in element)


_ENFORCEABLE = (ConstraintKind.CHECK, ConstraintKind.FOREIGN_KEY)


def _expression_columns(node: Node) -> tuple[str, ...]:
    raw = node.get("raw_expr")
    return tuple(dict.fromkeys(expression(raw).columns)) if raw else ()


def null_column(node: Node | None) -> str | None:
    """The column where a whole condition is `column IS NULL`."""
    test = (node or {}).get("NullTest", {})
    if test.get("nulltesttype") != "IS_NULL":
        return None
    return next(iter(strings(test.get("arg", {}).get("ColumnRef", {}).get("fields", []))[-1:]), None)


def _not_null_column(node: Node, kind: ConstraintKind, column: str | None) -> str | None:
    if kind is ConstraintKind.NOT_NULL:
        return column or next(iter(strings(node.get("keys", []))), None)
    test = node.get("raw_expr", {}).get("NullTest", {})
    if kind is not ConstraintKind.CHECK or test.get("nulltesttype") != "IS_NOT_NULL":
        return None
    fields = strings(test.get("arg", {}).get("ColumnRef", {}).get("fields", []))
    return fields[-1] if fields else None


def column(node: Node) -> ColumnDefinition:
    """A ColumnDef with its constraints."""
    name = intern(node.get("colname", ""))  # thousands of tables have columns of that name
    if not node.keys() & _OF_LITTLE:
        return ColumnDefinition(name, type_of(node.get("typeName", {})))
    given = [item["Constraint"] for item in node.get("constraints", []) if "Constraint" in item]
    kinds = {item["contype"]: item for item in given}
    generated = kinds.get("CONSTR_GENERATED")
    default = kinds.get("CONSTR_DEFAULT", {}).get("raw_expr") or node.get("raw_default")
    return ColumnDefinition(
        name,
        type_of(node.get("typeName", {})),
        "CONSTR_NOTNULL" in kinds or "CONSTR_PRIMARY" in kinds,
        written(default) if default and not is_null(default) else None,
        _generated(generated),
        "CONSTR_IDENTITY" in kinds,
        _of_column(given, name),
        tuple(dict.fromkeys(expression(generated["raw_expr"]).columns)) if generated else (),
        collation(node),
        written(generated["raw_expr"]) if generated else None,
        kinds.get("CONSTR_IDENTITY", {}).get("generated_when") == "a",
    )


_OF_LITTLE = {"constraints", "raw_default", "collClause"}
"""What columns have that are more than a name and a type."""


def is_null(node: Node) -> bool:
    """Whether an expression is NULL and nothing else: as a default it is the same as none."""
    while "TypeCast" in node:
        node = node["TypeCast"]["arg"]
    return bool(node.get("A_Const", {}).get("isnull"))


def collation(node: Node) -> str | None:
    """Name of the collation in a ColumnDef's COLLATE; None without one."""
    return strings(node["collClause"].get("collname", []))[-1] if "collClause" in node else None


def _of_column(given: list[Node], column: str) -> tuple[ConstraintDefinition, ...]:
    """Constraints of a column; INITIALLY DEFERRED stands behind its constraint as a node of its own."""
    made: list[ConstraintDefinition] = []
    for item in given:
        if item["contype"] in _ATTRIBUTES and made:
            made[-1] = _with_attribute(made[-1], item["contype"])
        elif (definition := constraint(item, column)) is not None:
            made.append(definition)
    return tuple(made)


_ATTRIBUTES = {"CONSTR_ATTR_DEFERRED": "INITIALLY DEFERRED", "CONSTR_ATTR_DEFERRABLE": "DEFERRABLE"}


def _with_attribute(made: ConstraintDefinition, attribute: str) -> ConstraintDefinition:
    deferred = made.deferred or attribute == "CONSTR_ATTR_DEFERRED"
    return replace(made, deferred=deferred, clauses=f"{made.clauses} {_ATTRIBUTES[attribute]}".strip())


def _generated(node: Node | None) -> str:
    if node is None:
        return ""
    return "virtual" if node.get("generated_kind") == "v" else "stored"


def is_always_true(node: Node | None) -> bool:
    """Whether a condition keeps no row out, as far as constants tell: none, `true`, `1 = 1`, `true OR …`."""
    if node is None:
        return True
    if "A_Const" in node:
        return bool(node["A_Const"].get("boolval", {}).get("boolval", False))
    if "BoolExpr" in node:
        parts = [is_always_true(part) for part in node["BoolExpr"]["args"]]
        word = node["BoolExpr"]["boolop"]
        return (word == "OR_EXPR" and any(parts)) or (word == "AND_EXPR" and all(parts))
    if "A_Expr" in node:
        return _equal_constants(node["A_Expr"])
    return False


def _equal_constants(node: Node) -> bool:
    left, right = node.get("lexpr", {}).get("A_Const"), node.get("rexpr", {}).get("A_Const")
    if left is None or right is None or strings(node.get("name", [])) != ("=",):
        return False
    return {key: left[key] for key in left if key != "location"} == {
        key: right[key] for key in right if key != "location"
    }
