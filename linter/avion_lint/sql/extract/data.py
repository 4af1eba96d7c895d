"""SELECT, INSERT, UPDATE, DELETE, MERGE and COPY."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.identifiers import name_parts
from avion_lint.sql.parse import Node
from avion_lint.sql.query import changes_many, copied
from avion_lint.sql.targets import outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.sql.extract.reader import Reader


def select(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a SELECT: what it makes (INTO), sets (set_config), changes (WITH) or locks."""
    if "intoClause" in node:
        target = node["intoClause"]["rel"]
        yield a.CreateTable(
            span,
            n.relation(target),
            temporary=target.get("relpersistence") == "t",
            query=True,
            outputs=outputs({"SelectStmt": node}),
            reads=n.relations_read(node),
            copies=copied({"SelectStmt": node}),
        )
        return
    settings = list(_set_config(node, span))
    query = a.Command(span, "SELECT", n.relations_read(node), _row_locked(node))
    yield from settings or _modifying_with(node, span) or (query,)
    yield from _calls(node, span)
    yield from _setvals(node, span)


def _setvals(node: Node, span: Span) -> Iterator[a.Action]:
    """Sequences that setval sets to a constant."""
    for tag, inner in n.walk(node.get("targetList", [])):
        if tag == "FuncCall" and n.strings(inner["funcname"])[-1] == "setval" and len(inner.get("args", [])) > 1:
            sequence, value = inner["args"][:2]
            number = value.get("A_Const", {}).get("ival")
            if number is not None:
                yield from _set_sequence(sequence, int(number.get("ival", 0)), span)


def _set_sequence(node: Node, to: int, span: Span) -> Iterator[a.Action]:
    given = node.get("TypeCast", {}).get("arg", node)
    if "sval" in given.get("A_Const", {}):
        yield a.SetSequence(span, n.dotted(name_parts(given["A_Const"]["sval"].get("sval", ""))), to)
    elif "FuncCall" in given and n.strings(given["FuncCall"]["funcname"])[-1] == "pg_get_serial_sequence":
        words = [item.get("A_Const", {}).get("sval", {}).get("sval") for item in given["FuncCall"].get("args", [])]
        if len(words) == 2 and all(words):  # noqa: PLR2004 - a table and a column
            yield a.SetSequence(span, None, to, n.dotted(name_parts(words[0])), words[1])


def _calls(node: Node, span: Span) -> Iterator[a.Action]:
    """Functions whose results are selected, without those of PostgreSQL."""
    for tag, inner in n.walk(node.get("targetList", [])):
        if tag == "FuncCall" and not _is_builtin(name := n.dotted(n.strings(inner["funcname"]))):
            yield a.Call(span, name)


def _is_builtin(function: a.Name) -> bool:
    from avion_lint.sql import builtin_functions as known  # noqa: PLC0415 - long tables, for SELECTs that call only

    if function.schema == "pg_catalog":
        return True
    return function.schema is None and (function.name in known.STABLE_OR_IMMUTABLE or function.name in known.VOLATILE)


def call(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CALL."""
    yield a.Command(span, "CALL")
    yield a.Call(span, n.dotted(n.strings(node["funccall"]["funcname"])))


def _row_locked(node: Node) -> tuple[a.Name, ...]:
    """Relations whose rows FOR UPDATE or FOR SHARE locks: those of OF, else all of FROM."""
    clauses = [item["LockingClause"] for item in node.get("lockingClause", [])]
    if not clauses:
        return ()
    ranges = [inner for tag, inner in n.walk(node.get("fromClause", [])) if tag == "RangeVar"]
    chosen = {item["RangeVar"]["relname"] for clause in clauses for item in clause.get("lockedRels", [])}
    names = ((item.get("alias", {}).get("aliasname", item["relname"]), n.relation(item)) for item in ranges)
    return tuple(relation for name, relation in names if not chosen or name in chosen)


def _set_config(node: Node, span: Span) -> Iterator[a.Action]:
    for tag, inner in n.walk(node.get("targetList", [])):
        arguments = inner.get("args", []) if tag == "FuncCall" else []
        if not arguments or n.strings(inner.get("funcname", []))[-1:] != ("set_config",):
            continue
        values = [item.get("A_Const", {}) for item in arguments]
        if len(values) == 3 and "sval" in values[0] and "sval" in values[1]:  # noqa: PLR2004 - set_config's arity
            local = bool(values[2].get("boolval", {}).get("boolval", False))
            yield a.SetVariable(
                span, values[0]["sval"].get("sval", "").lower(), values[1]["sval"].get("sval", ""), local
            )


def _modifying_with(node: Node, span: Span) -> tuple[a.Action, ...]:
    """Actions of WITH x AS (INSERT/UPDATE/DELETE …)."""
    found: list[a.Action] = []
    for item in node.get("withClause", {}).get("ctes", []):
        for tag, inner in item["CommonTableExpr"]["ctequery"].items():
            if tag in DATA_READERS:
                found.extend(DATA_READERS[tag](inner, span))
    return tuple(found)


def _insert(node: Node, span: Span) -> Iterator[a.Action]:
    yield from _modifying_with(node, span)
    query = node.get("selectStmt", {}).get("SelectStmt", {})
    rows = len(query.get("valuesLists", []))
    own = _cte_reads(node)
    reads = () if rows else tuple(dict.fromkeys((*n.relations_read(query), *own)))
    yield a.Insert(
        span,
        n.relation(node["relation"]),
        reads=reads,
        rows=rows,
        limited="limitCount" in query,
        filtered="whereClause" in query,
        copies=() if rows else copied(node.get("selectStmt", {}), node.get("withClause")),
        on_conflict="onConflictClause" in node,
    )


def _cte_reads(node: Node) -> tuple[a.Name, ...]:
    clause = node.get("withClause")
    return n.relations_read(clause) if clause else ()


def _update(node: Node, span: Span) -> Iterator[a.Action]:
    yield from _modifying_with(node, span)
    targets = [item["ResTarget"] for item in node.get("targetList", []) if "ResTarget" in item]
    columns = tuple(target.get("name", "") for target in targets)
    where = node.get("whereClause")
    whole = "fromClause" not in node and n.is_always_true(where)
    only_null = n.null_column(where)
    values = tuple(n.written(target.get("val", {})) for target in targets) if whole or only_null else ()
    reads = _others_read(node)
    table = n.relation(node["relation"])
    yield a.Update(span, table, whole, columns, where is not None, only_null, reads, changes_many(node), values)


def _others_read(node: Node) -> tuple[a.Name, ...]:
    """Relations that an UPDATE or DELETE reads beside its target; of its own WITH what is a query."""
    parts = [value for key, value in node.items() if key not in ("relation", "withClause")]
    own = [
        item
        for item in node.get("withClause", {}).get("ctes", [])
        if "SelectStmt" in item["CommonTableExpr"]["ctequery"]
    ]
    names = {item["CommonTableExpr"]["ctename"] for item in node.get("withClause", {}).get("ctes", [])}
    found = n.relations_read({"parts": parts, "ctes": own})
    return tuple(name for name in found if name.schema or name.name not in names)


def _delete(node: Node, span: Span) -> Iterator[a.Action]:
    yield from _modifying_with(node, span)
    where = node.get("whereClause")
    whole = "usingClause" not in node and n.is_always_true(where)
    table = n.relation(node["relation"])
    yield a.Delete(span, table, whole, where is not None, _others_read(node), changes_many(node))


def merge(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a MERGE: the command with the tables that it names, and what its clauses change."""
    target = n.relation(node["relation"])
    reads = _others_read(node)
    yield a.Command(span, "MERGE", (target, *reads), (target,))
    many = not _is_few(node.get("sourceRelation", {}))
    for clause in (item["MergeWhenClause"] for item in node.get("mergeWhenClauses", [])):
        match clause.get("commandType"):
            case "CMD_UPDATE":
                columns = tuple(each["ResTarget"].get("name", "") for each in clause.get("targetList", []))
                yield a.Update(span, target, whole=False, columns=columns, has_where=True, reads=reads, many=many)
            case "CMD_DELETE":
                yield a.Delete(span, target, whole=False, has_where=True, reads=reads, many=many)


def _is_few(source: Node) -> bool:
    """Whether a MERGE takes rows that stand in it, or so many that LIMIT says."""
    query = source.get("RangeSubselect", {}).get("subquery", {}).get("SelectStmt", {})
    return bool(query.get("valuesLists") or query.get("limitCount") or (query and "fromClause" not in query))


def copy_rows(node: Node, span: Span) -> Iterator[a.Action]:
    """Read COPY: FROM inserts, TO reads."""
    if node.get("is_from") and "relation" in node:
        yield a.Insert(span, n.relation(node["relation"]))
    else:
        yield a.Command(span, "COPY TO", n.relations_read(node))


DATA_READERS: dict[str, Reader] = {"InsertStmt": _insert, "UpdateStmt": _update, "DeleteStmt": _delete}
