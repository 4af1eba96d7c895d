"""An expression's tree → its SQL, with every name quoted where it must be.

Only what defaults, checks, generated columns, index keys and partition keys may hold is known: no sub-queries, no
window functions. What is not known gives "", never a guess.
"""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.sql import nodes as n
from avion_lint.sql.identifiers import identifier
from avion_lint.sql.parse import Node, SyntaxProblem, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Unknown(Exception):  # noqa: N818 - never leaves this module
    """A form that is not known here."""


def deparse(node: Node) -> str:
    """The SQL of an expression (a tagged node); "" where it has a form that is not known."""
    try:
        return _sql(node)
    except (_Unknown, KeyError, IndexError, TypeError):
        return ""


def index_key(node: Node) -> str:
    """The SQL of an IndexElem as CREATE INDEX, PARTITION BY and EXCLUDE take it; "" for a form that is not known."""
    try:
        return _index_key(node)
    except (_Unknown, KeyError, IndexError, TypeError):
        return ""


def exclusion(node: Node) -> str:
    """What EXCLUDE says in a Constraint, from USING on; "" for a form that is not known."""
    try:
        return _exclusion(node)
    except (_Unknown, KeyError, IndexError, TypeError):
        return ""


def _exclusion(node: Node) -> str:
    parts: list[str] = []
    for item in node["exclusions"]:
        element, operator = item["List"]["items"]
        sign = _operator(n.strings(operator["List"]["items"]))
        parts.append(f"{_index_key(element['IndexElem'])} WITH {sign}")
    where = f" WHERE ({_sql(node['where_clause'])})" if "where_clause" in node else ""
    return f"USING {identifier(node.get('access_method', 'gist'))} ({', '.join(parts)}){where}"


def renamed_exclusion(sql: str, old: str, new: str) -> str:
    """What EXCLUDE says, after a column of the table got another name; "" stays ""."""
    parsed = parse(f"ALTER TABLE t ADD EXCLUDE {sql}") if sql else ()
    if isinstance(parsed, SyntaxProblem) or not parsed:
        return ""
    node: Node = parsed[0].node["cmds"][0]["AlterTableCmd"]["def"]["Constraint"]
    _rename(node, old, new)
    return exclusion(node)


def _rename(tree: Node, old: str, new: str) -> None:
    """Give a column another name everywhere in a tree of our own."""
    for tag, inner in n.walk(tree):
        if tag == "ColumnRef" and n.strings(inner["fields"])[-1:] == (old,):
            inner["fields"][-1]["String"]["sval"] = new
        elif tag == "IndexElem" and inner.get("name") == old:
            _put(inner, "name", new)


def _put(node: Any, key: str, value: str) -> None:  # the tree's shape is PostgreSQL's
    node[key] = value


def partition_key(node: Node) -> str:
    """The SQL of a PartitionSpec: `RANGE (created_at)`; "" for a form that is not known."""
    try:
        keys = ", ".join(_index_key(item["PartitionElem"]) for item in node["partParams"])
    except (_Unknown, KeyError, IndexError, TypeError):
        return ""
    return f"{node['strategy'].removeprefix('PARTITION_STRATEGY_')} ({keys})"


def partition_bound(node: Node) -> str:
    """The SQL of a PartitionBoundSpec: `FOR VALUES …` or `DEFAULT`; "" for a form that is not known."""
    try:
        return _bound(node)
    except (_Unknown, KeyError, IndexError, TypeError):
        return ""


def renamed(sql: str, old: str, new: str) -> str:
    """An expression over one table, after a column of the table got another name; "" stays ""."""
    tree = _expression(sql) if sql else None
    if tree is None:
        return ""
    _rename(tree, old, new)
    return deparse(tree)


def renamed_key(sql: str, old: str, new: str) -> str:
    """A key of an index, after a column of the table got another name; "" stays ""."""
    parsed = parse(f"CREATE INDEX ON t ({sql})") if sql else ()
    if isinstance(parsed, SyntaxProblem) or not parsed:
        return ""
    element: Node = parsed[0].node["indexParams"][0]
    _rename(element, old, new)
    return index_key(element["IndexElem"])


def _expression(sql: str) -> Node | None:
    parsed = parse(f"SELECT {sql}")
    if isinstance(parsed, SyntaxProblem):
        return None
    target: Node = parsed[0].node["targetList"][0]["ResTarget"]["val"]
    return target


def _sql(node: Node) -> str:
    tag, inner = next(iter(node.items()))
    writer = _WRITERS.get(tag)
    if writer is None:
        raise _Unknown(tag)
    return writer(inner)


def _operand(node: Node) -> str:
    """An expression as part of a larger one: in parentheses unless it is a name, a constant or a call."""
    sql = _sql(node)
    return sql if next(iter(node)) in _CLOSED and not sql.startswith("-") else f"({sql})"


_CLOSED = {"ColumnRef", "A_Const", "FuncCall", "CoalesceExpr", "MinMaxExpr", "SQLValueFunction", "A_ArrayExpr",
           "RowExpr", "CaseExpr", "List"}  # fmt: skip


def _list(items: list[Node]) -> str:
    return ", ".join(map(_sql, items))


def _column(node: Node) -> str:
    return ".".join("*" if "A_Star" in field else identifier(field["String"]["sval"]) for field in node["fields"])


def literal(text: str) -> str:
    """A string constant as SQL, whatever standard_conforming_strings says."""
    quoted = text.replace("'", "''")
    return f"'{quoted}'" if "\\" not in text else "E'" + quoted.replace("\\", "\\\\") + "'"


def _constant(node: Node) -> str:
    if node.get("isnull"):
        return "NULL"
    if "sval" in node:
        return literal(node["sval"].get("sval", ""))
    if "ival" in node:
        return str(node["ival"].get("ival", 0))
    if "fval" in node:
        return str(node["fval"]["fval"])
    if "boolval" in node:
        return "true" if node["boolval"].get("boolval") else "false"
    bits = node["bsval"]["bsval"]
    return f"{bits[0].upper()}'{bits[1:]}'"


def _call(node: Node) -> str:
    if any(key in node for key in ("over", "agg_filter", "agg_order", "agg_within_group", "agg_distinct")):
        raise _Unknown
    name = n.strings(node["funcname"])
    arguments = [_sql(item) for item in node.get("args", [])]
    if node.get("func_variadic"):
        arguments[-1] = f"VARIADIC {arguments[-1]}"
    # EXTRACT, TRIM and their like: the functions behind them take the same arguments, in any spelling.
    shown = ".".join(part if part == "pg_catalog" else _function(part) for part in name)
    return f"{shown}({'*' if node.get('agg_star') else ', '.join(arguments)})"


# Words that are functions and read as something else where they stand bare.
_QUOTED_CALLS = {"extract", "overlay", "position", "substring", "normalize", "timezone", "trim", "char", "bit", "time",
                 "timestamp", "interval", "date", "xmlexists"}  # fmt: skip


def _function(name: str) -> str:
    return f'"{name}"' if name in _QUOTED_CALLS else identifier(name)


def _operation(node: Node) -> str:
    kind = node["kind"]
    if kind in _SPECIAL:
        return _SPECIAL[kind](node)
    sign = _operator(n.strings(node["name"]))
    right = _operand(node["rexpr"])
    return f"{_operand(node['lexpr'])} {sign} {right}" if "lexpr" in node else f"{sign} {right}"


def _operator(parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else f"OPERATOR({identifier(parts[0])}.{parts[-1]})"


def _quantified(word: str) -> Callable[[Node], str]:
    def write(node: Node) -> str:
        sign = _operator(n.strings(node["name"]))
        return f"{_operand(node['lexpr'])} {sign} {word} ({_sql(node['rexpr'])})"

    return write


def _between(node: Node) -> str:
    low, high = node["rexpr"]["List"]["items"]
    word = n.strings(node["name"])[0]
    return f"{_operand(node['lexpr'])} {word} {_operand(low)} AND {_operand(high)}"


def _in(node: Node) -> str:
    word = "NOT IN" if n.strings(node["name"]) == ("<>",) else "IN"
    return f"{_operand(node['lexpr'])} {word} ({_list(node['rexpr']['List']['items'])})"


def _like(node: Node, word: str) -> str:
    shown = f"NOT {word}" if n.strings(node["name"])[-1].startswith("!") else word
    return f"{_operand(node['lexpr'])} {shown} {_operand(node['rexpr'])}"


def _worded(word: str) -> Callable[[Node], str]:
    return lambda node: f"{_operand(node['lexpr'])} {word} {_operand(node['rexpr'])}"


_SPECIAL: dict[str, Callable[[Node], str]] = {
    "AEXPR_OP_ANY": _quantified("ANY"),
    "AEXPR_OP_ALL": _quantified("ALL"),
    "AEXPR_DISTINCT": _worded("IS DISTINCT FROM"),
    "AEXPR_NOT_DISTINCT": _worded("IS NOT DISTINCT FROM"),
    "AEXPR_NULLIF": lambda node: f"NULLIF({_sql(node['lexpr'])}, {_sql(node['rexpr'])})",
    "AEXPR_IN": _in,
    "AEXPR_LIKE": lambda node: _like(node, "LIKE"),
    "AEXPR_ILIKE": lambda node: _like(node, "ILIKE"),
    "AEXPR_BETWEEN": _between,
    "AEXPR_NOT_BETWEEN": _between,
    "AEXPR_BETWEEN_SYM": _between,
    "AEXPR_NOT_BETWEEN_SYM": _between,
}


def _boolean(node: Node) -> str:
    parts = [_operand(item) for item in node["args"]]
    if node["boolop"] == "NOT_EXPR":
        return f"NOT {parts[0]}"
    return (" AND " if node["boolop"] == "AND_EXPR" else " OR ").join(parts)


def _null_test(node: Node) -> str:
    return f"{_operand(node['arg'])} {'IS NULL' if node['nulltesttype'] == 'IS_NULL' else 'IS NOT NULL'}"


def _boolean_test(node: Node) -> str:
    return f"{_operand(node['arg'])} {node['booltesttype'].replace('_', ' ')}"


def _case(node: Node) -> str:
    words = ["CASE", *([_operand(node["arg"])] if "arg" in node else [])]
    for item in node["args"]:
        when = item["CaseWhen"]
        words += ["WHEN", _sql(when["expr"]), "THEN", _sql(when["result"])]
    if "defresult" in node:
        words += ["ELSE", _sql(node["defresult"])]
    return " ".join((*words, "END"))


def type_sql(node: Node) -> str:
    """The SQL of a TypeName."""
    names = n.strings(node["names"])
    if node.get("setof") or node.get("pct_type"):
        raise _Unknown
    if names == ("pg_catalog", "interval") and node.get("typmods"):
        raise _Unknown  # its fields are bits of a number
    kind = n.type_of({**node, "typmods": [], "arrayBounds": []}).name
    own = len(names) > 1 and names[0] != "pg_catalog"
    shown = ".".join(map(identifier, names)) if own or len(names) == 1 else kind
    shown = '"char"' if names == ("char",) else shown  # CHAR without quotes is another type
    modifiers = f"({_list(node['typmods'])})" if node.get("typmods") else ""
    head, zone, tail = shown.partition(" with") if not own else (shown, "", "")
    return f"{head}{modifiers}{zone}{tail}{'[]' * len(node.get('arrayBounds', []))}"


def _value_function(node: Node) -> str:
    word = node["op"].removeprefix("SVFOP_")
    if word.endswith("_N"):
        return f"{word[:-2]}({node['typmod']})"
    return str(word)


def _indirection(node: Node) -> str:
    parts = [f"({_sql(node['arg'])})"]
    for item in node["indirection"]:
        if "String" in item:
            parts.append("." + identifier(item["String"]["sval"]))
            continue
        at = item["A_Indices"]
        ends = [_sql(at[key]) if key in at else "" for key in ("lidx", "uidx")]
        parts.append(f"[{ends[0]}:{ends[1]}]" if at.get("is_slice") else f"[{ends[1]}]")
    return "".join(parts)


_WRITERS: dict[str, Callable[[Node], str]] = {
    "ColumnRef": _column,
    "A_Const": _constant,
    "FuncCall": _call,
    "A_Expr": _operation,
    "BoolExpr": _boolean,
    "NullTest": _null_test,
    "BooleanTest": _boolean_test,
    "CaseExpr": _case,
    "TypeCast": lambda node: f"{_operand(node['arg'])}::{type_sql(node['typeName'])}",
    "CollateClause": lambda node: (
        f"{_operand(node['arg'])} COLLATE {'.'.join(map(identifier, n.strings(node['collname'])))}"
    ),
    "CoalesceExpr": lambda node: f"COALESCE({_list(node['args'])})",
    "MinMaxExpr": lambda node: f"{node['op'].removeprefix('IS_')}({_list(node['args'])})",
    "SQLValueFunction": _value_function,
    "A_ArrayExpr": lambda node: f"ARRAY[{_list(node.get('elements', []))}]",
    "RowExpr": lambda node: f"ROW({_list(node.get('args', []))})",
    "A_Indirection": _indirection,
    "NamedArgExpr": lambda node: f"{identifier(node['name'])} => {_sql(node['arg'])}",
    "List": lambda node: f"({_list(node['items'])})",
}


def _index_key(node: Node) -> str:
    name = identifier(node["name"]) if "name" in node else f"({_sql(node['expr'])})"
    words = [name]
    if "collation" in node:
        words.append("COLLATE " + ".".join(map(identifier, n.strings(node["collation"]))))
    if "opclass" in node:
        words.append(".".join(map(identifier, n.strings(node["opclass"]))))
    if "opclassopts" in node:
        raise _Unknown
    words += _ORDERINGS.get(node.get("ordering", ""), []) + _ORDERINGS.get(node.get("nulls_ordering", ""), [])
    return " ".join(words)


_ORDERINGS = {
    "SORTBY_DESC": ["DESC"],
    "SORTBY_ASC": ["ASC"],
    "SORTBY_NULLS_FIRST": ["NULLS FIRST"],
    "SORTBY_NULLS_LAST": ["NULLS LAST"],
}


def _bound(node: Node) -> str:
    if node.get("is_default"):
        return "DEFAULT"
    match node["strategy"]:
        case "l":
            return f"FOR VALUES IN ({_list(node['listdatums'])})"
        case "r":
            lower, upper = (", ".join(map(_range_value, node[key])) for key in ("lowerdatums", "upperdatums"))
            return f"FOR VALUES FROM ({lower}) TO ({upper})"
        case "h":
            return f"FOR VALUES WITH (MODULUS {node['modulus']}, REMAINDER {node.get('remainder', 0)})"
    raise _Unknown


def _range_value(node: Node) -> str:
    """MINVALUE and MAXVALUE are columns to the parser."""
    if "ColumnRef" in node and n.strings(node["ColumnRef"]["fields"]) in (("minvalue",), ("maxvalue",)):
        return str(node["ColumnRef"]["fields"][0]["String"]["sval"]).upper()
    return _sql(node)
