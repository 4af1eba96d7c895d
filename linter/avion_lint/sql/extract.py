"""From raw statements to actions: what each statement does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.alter import alter_table, rename, set_schema
from avion_lint.sql.parse import Node, RawStatement
from avion_lint.sql.plpgsql import do_block
from avion_lint.sql.query import changes_many, copied
from avion_lint.sql.targets import given_columns
from avion_lint.sql.uses import columns_used

OBJECT_KINDS = {
    "OBJECT_TABLE": a.ObjectKind.TABLE,
    "OBJECT_FOREIGN_TABLE": a.ObjectKind.FOREIGN_TABLE,
    "OBJECT_COLUMN": a.ObjectKind.COLUMN,
    "OBJECT_TABCONSTRAINT": a.ObjectKind.CONSTRAINT,
    "OBJECT_INDEX": a.ObjectKind.INDEX,
    "OBJECT_VIEW": a.ObjectKind.VIEW,
    "OBJECT_MATVIEW": a.ObjectKind.MATERIALIZED_VIEW,
    "OBJECT_SEQUENCE": a.ObjectKind.SEQUENCE,
    "OBJECT_TYPE": a.ObjectKind.TYPE,
    "OBJECT_DOMAIN": a.ObjectKind.DOMAIN,
    "OBJECT_FUNCTION": a.ObjectKind.FUNCTION,
    "OBJECT_PROCEDURE": a.ObjectKind.FUNCTION,
    "OBJECT_ROUTINE": a.ObjectKind.FUNCTION,
    "OBJECT_AGGREGATE": a.ObjectKind.AGGREGATE,
    "OBJECT_TRIGGER": a.ObjectKind.TRIGGER,
    "OBJECT_POLICY": a.ObjectKind.POLICY,
    "OBJECT_RULE": a.ObjectKind.RULE,
    "OBJECT_SCHEMA": a.ObjectKind.SCHEMA,
    "OBJECT_EXTENSION": a.ObjectKind.EXTENSION,
    "OBJECT_PUBLICATION": a.ObjectKind.PUBLICATION,
    "OBJECT_STATISTIC_EXT": a.ObjectKind.STATISTICS,
}
_OF_TABLE = {a.ObjectKind.TRIGGER, a.ObjectKind.POLICY, a.ObjectKind.RULE}


def extract(statement: RawStatement, text: str) -> tuple[a.Action, ...]:
    """Actions of a statement that was parsed from `text`; a statement that is of no interest gives a Command."""
    span = Span(statement.start, statement.end)
    reader = _READERS.get(statement.kind)
    if reader is not None:
        return tuple(reader(statement.node, span))
    match statement.kind:
        case "AlterTableStmt":
            return tuple(alter_table(statement, text))
        case "DoStmt":
            return (do_block(statement, text, extract),)
    return (a.Command(span, _words(statement.kind)),)


def _words(kind: str) -> str:
    """`CreateFdwStmt` → `CREATE FDW`: good enough for a command that no rule knows."""
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in kind.removesuffix("Stmt"))
    return spaced.strip().upper()


def kind_of(tag: str) -> a.ObjectKind:
    """Object kind of libpg_query's OBJECT_ tag."""
    return OBJECT_KINDS.get(tag, a.ObjectKind.OTHER)


Reader = Callable[[Node, Span], Iterator[a.Action]]


def _create_table(node: Node, span: Span) -> Iterator[a.Action]:
    elements = node.get("tableElts", [])
    parents = tuple(n.relation(item["RangeVar"]) for item in node.get("inhRelations", []))
    of_partition = "partbound" in node
    keys = [item["PartitionElem"] for item in node.get("partspec", {}).get("partParams", [])]
    persistence = node["relation"].get("relpersistence", "p")
    given = [item["Constraint"] for item in elements if "Constraint" in item]
    yield a.CreateTable(
        span,
        n.relation(node["relation"]),
        columns=tuple(n.column(item["ColumnDef"]) for item in elements if "ColumnDef" in item),
        constraints=tuple(made for item in given if (made := n.constraint(item))),
        if_not_exists=bool(node.get("if_not_exists")),
        temporary=persistence == "t",
        unlogged=persistence == "u",
        partitioned="partspec" in node,
        partition_of=parents[0] if of_partition and parents else None,
        inherits=() if of_partition else parents,
        like=tuple(n.relation(item["TableLikeClause"]["relation"]) for item in elements if "TableLikeClause" in item),
        partition_key=tuple(key.get("name") for key in keys),
        default_partition=bool(node.get("partbound", {}).get("is_default")),
    )


def _create_foreign_table(node: Node, span: Span) -> Iterator[a.Action]:
    yield from _create_table(node["base"], span)


def _create_table_as(node: Node, span: Span) -> Iterator[a.Action]:
    target = node["into"]["rel"]
    reads = n.relations_read(node["query"])
    exists = bool(node.get("if_not_exists"))
    with_data = not node["into"].get("skipData", False)
    if node.get("objtype") == "OBJECT_MATVIEW":
        yield a.CreateView(
            span,
            n.relation(target),
            materialized=True,
            if_not_exists=exists,
            with_data=with_data,
            reads=reads,
            columns=given_columns(node["query"], n.strings(node["into"].get("colNames", []))),
            uses=columns_used(node["query"]),
        )
        return
    yield a.CreateTable(
        span,
        n.relation(target),
        if_not_exists=exists,
        temporary=target.get("relpersistence") == "t",
        unlogged=target.get("relpersistence") == "u",
        query=True,
        reads=reads,
        copies=copied(node["query"]) if with_data else (),
    )


def _select(node: Node, span: Span) -> Iterator[a.Action]:
    if "intoClause" in node:
        target = node["intoClause"]["rel"]
        yield a.CreateTable(
            span,
            n.relation(target),
            temporary=target.get("relpersistence") == "t",
            query=True,
            reads=n.relations_read(node),
            copies=copied({"SelectStmt": node}),
        )
        return
    settings = list(_set_config(node, span))
    query = a.Command(span, "SELECT", n.relations_read(node), _row_locked(node))
    yield from settings or _modifying_with(node, span) or (query,)


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
            if tag in _DATA_READERS:
                found.extend(_DATA_READERS[tag](inner, span))
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
    columns = tuple(item["ResTarget"].get("name", "") for item in node.get("targetList", []) if "ResTarget" in item)
    where = node.get("whereClause")
    whole = "fromClause" not in node and n.is_always_true(where)
    only_null = n.null_column(where)
    reads = _others_read(node)
    table = n.relation(node["relation"])
    yield a.Update(span, table, whole, columns, where is not None, only_null, reads, changes_many(node))


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


def _merge(node: Node, span: Span) -> Iterator[a.Action]:
    target = n.relation(node["relation"])
    yield a.Command(span, "MERGE", (target, *_others_read(node)), (target,))


def _copy(node: Node, span: Span) -> Iterator[a.Action]:
    if node.get("is_from") and "relation" in node:
        yield a.Insert(span, n.relation(node["relation"]))
    else:
        yield a.Command(span, "COPY TO", n.relations_read(node))


def _create_index(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.CreateIndex(
        span,
        node.get("idxname"),
        n.relation(node["relation"]),
        columns=tuple(item["IndexElem"].get("name") for item in node.get("indexParams", [])),
        unique=bool(node.get("unique")),
        concurrently=bool(node.get("concurrent")),
        if_not_exists=bool(node.get("if_not_exists")),
        only=not node["relation"].get("inh", False),
        method=node.get("accessMethod", "btree"),
        partial="whereClause" in node,
        uses=_index_columns(node),
        plain="indexIncludingParams" not in node and all(map(_is_plain, node.get("indexParams", []))),
    )


def _is_plain(item: Node) -> bool:
    element = item["IndexElem"]
    usual = element.get("ordering") == "SORTBY_DEFAULT" and element.get("nulls_ordering") == "SORTBY_NULLS_DEFAULT"
    return usual and "name" in element and "opclass" not in element and "collation" not in element


def _index_columns(node: Node) -> tuple[str, ...]:
    elements = [item["IndexElem"] for name in ("indexParams", "indexIncludingParams") for item in node.get(name, [])]
    named = [element["name"] for element in elements if "name" in element]
    expressions = [element["expr"] for element in elements if "expr" in element]
    inner = n.expression({"all": [*expressions, node.get("whereClause", {})]}).columns
    return tuple(dict.fromkeys((*named, *inner)))


def _reindex(node: Node, span: Span) -> Iterator[a.Action]:
    kind = node["kind"].removeprefix("REINDEX_OBJECT_").lower()
    target = node.get("relation")
    name = n.relation(target) if target else a.Name(None, node["name"]) if node.get("name") else None
    yield a.Reindex(span, kind, name, _option(node, "params", "concurrently"))


def _option(node: Node, field: str, name: str, *, missing: bool = False) -> bool:
    """Whether a DefElem option is switched on; `missing` is what holds where it is not given."""
    return next((_truth(option.get("arg")) for option in _named_options(node, field, name)), missing)


def _named_options(node: Node, field: str, name: str) -> Iterator[Node]:
    """The DefElem options of a field that have a name."""
    options = (item["DefElem"] for item in node.get(field, []))
    return (option for option in options if option["defname"] == name)


def _truth(node: Node | None) -> bool:
    if node is None:
        return True
    word = node.get("String", {}).get("sval") or node.get("Boolean", {}).get("boolval")
    number = node.get("Integer", {}).get("ival")
    return word not in ("false", "off", False) and not ("Integer" in node and not number)


def _drop(node: Node, span: Span) -> Iterator[a.Action]:
    kind = kind_of(node["removeType"])
    for item in node.get("objects", []):
        parts = _object_parts(item)
        table = n.dotted(parts[:-1]) if kind in _OF_TABLE else None
        yield a.Drop(
            span,
            kind,
            a.Name(None, parts[-1]) if table else n.dotted(parts),
            if_exists=bool(node.get("missing_ok")),
            cascade=node.get("behavior") == "DROP_CASCADE",
            concurrently=bool(node.get("concurrent")),
            table=table,
        )


def _object_parts(item: Node) -> tuple[str, ...]:
    match item:
        case {"List": inner}:
            return n.strings(inner.get("items", [])) or _list_parts(inner)
        case {"ObjectWithArgs": inner}:
            return n.strings(inner.get("objname", []))
        case {"TypeName": inner}:
            return n.strings(inner.get("names", []))
        case {"String": inner}:
            return (inner.get("sval", ""),)
    return ("",)


def _list_parts(node: Node) -> tuple[str, ...]:
    """Parts of a list whose items are themselves type names (domain constraints, casts)."""
    return next((_object_parts(item) for item in node.get("items", [])), ("",))


def _comment(node: Node, span: Span) -> Iterator[a.Action]:
    kind = kind_of(node["objtype"])
    parts = _object_parts(node["object"]) or ("",)
    text = node.get("comment") or None
    if kind is a.ObjectKind.COLUMN and len(parts) > 1:
        yield a.CommentOn(span, kind, n.dotted(parts[:-1]), text, parts[-1])
    else:
        yield a.CommentOn(span, kind, n.dotted(parts), text)


def _create_view(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.CreateView(
        span,
        n.relation(node["view"]),
        replace=bool(node.get("replace")),
        temporary=node["view"].get("relpersistence") == "t",
        reads=n.relations_read(node.get("query", {})),
        columns=given_columns(node.get("query", {}), n.strings(node.get("aliases", []))),
        uses=columns_used(node.get("query", {})),
    )


def _refresh(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.RefreshView(
        span, n.relation(node["relation"]), bool(node.get("concurrent")), not node.get("skipData", False)
    )


def _create_enum(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.CreateType(span, n.dotted(n.strings(node["typeName"])), n.strings(node.get("vals", [])))


def _create_composite(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.CreateType(span, n.relation(node["typevar"]))


def _create_range(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.CreateType(span, n.dotted(n.strings(node["typeName"])))


def _define(node: Node, span: Span) -> Iterator[a.Action]:
    kinds = {"OBJECT_TYPE": a.ObjectKind.TYPE, "OBJECT_AGGREGATE": a.ObjectKind.AGGREGATE}
    kind = kinds.get(node["kind"], a.ObjectKind.OTHER)
    name = n.dotted(n.strings(node.get("defnames", [])))
    yield a.CreateType(span, name) if kind is a.ObjectKind.TYPE else a.CreateObject(span, kind, name)


def _alter_enum(node: Node, span: Span) -> Iterator[a.Action]:
    name = n.dotted(n.strings(node["typeName"]))
    if "oldVal" in node:
        yield a.Rename(span, a.ObjectKind.ENUM_VALUE, a.Name(None, node["oldVal"]), node["newVal"], table=name)
    else:
        yield a.AddEnumValue(span, name, node.get("newVal", ""), bool(node.get("skipIfNewValExists")))


def _create_trigger(node: Node, span: Span) -> Iterator[a.Action]:
    deferred = bool(node.get("initdeferred"))
    columns = (*n.strings(node.get("columns", [])), *n.expression(node.get("whenClause", {})).columns)
    yield a.CreateTrigger(
        span,
        node["trigname"],
        n.relation(node["relation"]),
        bool(node.get("replace")),
        deferred,
        row=bool(node.get("row")),
        other=n.relation(node["constrrel"]) if "constrrel" in node else None,
        columns=tuple(dict.fromkeys(columns)),
    )


def _create_function(node: Node, span: Span) -> Iterator[a.Action]:
    name = n.dotted(n.strings(node["funcname"]))
    returns = n.strings(node.get("returnType", {}).get("names", []))[-1:]
    sets = [option.get("arg", {}).get("VariableSetStmt", {}) for option in _named_options(node, "options", "set")]
    yield a.CreateObject(
        span,
        a.ObjectKind.FUNCTION,
        name,
        replace=bool(node.get("replace")),
        trigger=returns in (("trigger",), ("event_trigger",)),
        definer=_option(node, "options", "security"),
        search_path=any(setting.get("name", "").lower() == "search_path" for setting in sets),
        volatility=_volatility(node),
    )


def _volatility(node: Node) -> str:
    """A function's volatility; "" for a volatile one in SQL, which the planner may put in line and see through."""
    words = {
        name: next((option["arg"]["String"]["sval"] for option in _named_options(node, "options", name)), "")
        for name in ("volatility", "language")
    }
    given = words["volatility"] or "volatile"
    return "" if given == "volatile" and (words["language"] or "sql") == "sql" else given


def _create_schema(node: Node, span: Span) -> Iterator[a.Action]:
    name = node.get("schemaname") or node.get("authrole", {}).get("rolename", "")
    yield a.CreateObject(span, a.ObjectKind.SCHEMA, a.Name(None, name), bool(node.get("if_not_exists")))
    for element in node.get("schemaElts", []):
        for tag, inner in element.items():
            if tag in _READERS:
                yield from (_in_schema(made, name) for made in _READERS[tag](inner, span))


def _in_schema(action: a.Action, schema: str) -> a.Action:
    if isinstance(action, a.CreateTable) and action.table.schema is None:
        from avion_lint.record import replace  # noqa: PLC0415 - CREATE SCHEMA with elements is rare

        return replace(action, table=a.Name(schema, action.table.name))
    return action


def _named(kind: a.ObjectKind, field: str) -> Reader:
    """Reader of a CREATE whose name is a plain string field."""

    def read(node: Node, span: Span) -> Iterator[a.Action]:
        table = n.relation(node["table"]) if "table" in node else None
        exists = bool(node.get("if_not_exists"))
        columns = n.expression({"all": [node.get("qual", {}), node.get("with_check", {})]}).columns
        yield a.CreateObject(
            span,
            kind,
            a.Name(None, node.get(field, "")),
            exists,
            table=table,
            tables=_published(node),
            columns=tuple(dict.fromkeys(columns)) if table else (),
        )

    return read


def _published(node: Node) -> tuple[a.Name, ...]:
    """Tables that CREATE or ALTER PUBLICATION names."""
    given = (item["PublicationObjSpec"].get("pubtable", {}) for item in node.get("pubobjects", []))
    return tuple(n.relation(item["relation"]) for item in given if "relation" in item)


def _alter_publication(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.Command(span, "ALTER PUBLICATION", _published(node))


def _alter_policy(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.Command(span, "ALTER POLICY", (n.relation(node["table"]),))


def _create_rule(node: Node, span: Span) -> Iterator[a.Action]:
    table = n.relation(node["relation"])
    replace = bool(node.get("replace"))
    yield a.CreateObject(span, a.ObjectKind.RULE, a.Name(None, node["rulename"]), replace=replace, table=table)


def _create_sequence(node: Node, span: Span) -> Iterator[a.Action]:
    exists = bool(node.get("if_not_exists"))
    owner = _owner(node)
    yield a.CreateObject(span, a.ObjectKind.SEQUENCE, n.relation(node["sequence"]), exists, owned_by=owner)


def _owner(node: Node) -> a.Name | None:
    """The table of a sequence's OWNED BY; None for OWNED BY NONE and without one."""
    for option in _named_options(node, "options", "owned_by"):
        parts = n.strings(option["arg"]["List"]["items"])
        return n.dotted(parts[:-1]) if len(parts) > 1 else None
    return None


def _alter_sequence(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.AlterSequence(span, n.relation(node["sequence"]), bool(node.get("missing_ok")), _owner(node))


def _create_domain(node: Node, span: Span) -> Iterator[a.Action]:
    name = n.dotted(n.strings(node["domainname"]))
    domain = n.column(node)
    yield a.CreateObject(
        span,
        a.ObjectKind.DOMAIN,
        name,
        type=domain.type,
        not_null=domain.not_null,
        default=domain.default,
        constraints=tuple(made for made in domain.constraints if made.kind is a.ConstraintKind.CHECK),
    )


_DOMAIN_FORMS = {"C": "add", "X": "drop", "V": "validate", "O": "set not null", "N": "drop not null", "T": "default"}


def _alter_domain(node: Node, span: Span) -> Iterator[a.Action]:
    name = n.dotted(n.strings(node["typeName"]))
    definition = node.get("def", {})
    made = n.constraint(definition["Constraint"]) if "Constraint" in definition else None
    form = _DOMAIN_FORMS.get(node.get("subtype", ""), "")
    default = n.expression(definition) if form == "default" and definition else None
    yield a.AlterDomain(span, name, form, made, node.get("name", ""), default)


def _create_statistics(node: Node, span: Span) -> Iterator[a.Action]:
    name = n.dotted(n.strings(node.get("defnames", [])) or ("",))
    tables = n.relations_read(node.get("relations", []))
    yield a.CreateObject(span, a.ObjectKind.STATISTICS, name, bool(node.get("if_not_exists")), tables=tables)


_TRANSACTION_WORDS = {
    "TRANS_STMT_BEGIN": a.TransactionWord.BEGIN,
    "TRANS_STMT_START": a.TransactionWord.BEGIN,
    "TRANS_STMT_COMMIT": a.TransactionWord.COMMIT,
    "TRANS_STMT_ROLLBACK": a.TransactionWord.ROLLBACK,
    "TRANS_STMT_SAVEPOINT": a.TransactionWord.SAVEPOINT,
    "TRANS_STMT_RELEASE": a.TransactionWord.RELEASE,
    "TRANS_STMT_ROLLBACK_TO": a.TransactionWord.ROLLBACK_TO,
    "TRANS_STMT_PREPARE": a.TransactionWord.PREPARE,
}


def _transaction(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.TransactionControl(span, _TRANSACTION_WORDS.get(node["kind"], a.TransactionWord.OTHER))


def _set(node: Node, span: Span) -> Iterator[a.Action]:
    kind = node["kind"]
    if kind == "VAR_SET_MULTI":
        yield a.TransactionControl(span, a.TransactionWord.OTHER)
        return
    value = None
    if kind == "VAR_SET_VALUE":
        value = ", ".join(_constant(item) for item in node.get("args", []))
    yield a.SetVariable(span, node.get("name", "").lower(), value, bool(node.get("is_local")))


def _constant(node: Node) -> str:
    inner = node.get("A_Const") or node.get("TypeCast", {}).get("arg", {}).get("A_Const", {})
    if "sval" in inner:
        return str(inner["sval"].get("sval", ""))
    if "ival" in inner:
        return str(inner["ival"].get("ival", 0))
    if "fval" in inner:
        return str(inner["fval"].get("fval", ""))
    return str(inner.get("boolval", {}).get("boolval", ""))


def _truncate(node: Node, span: Span) -> Iterator[a.Action]:
    tables = tuple(n.relation(item["RangeVar"]) for item in node["relations"])
    yield a.Truncate(
        span, tables, node.get("behavior") == "DROP_CASCADE", _all_only(node), bool(node.get("restart_seqs"))
    )


def _all_only(node: Node) -> bool:
    return not any(item["RangeVar"].get("inh") for item in node["relations"])


# Lock levels as numbered in PostgreSQL's lockdefs.h.
_LOCK_MODES = (
    "", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE",
    "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE",
)  # fmt: skip


def _lock(node: Node, span: Span) -> Iterator[a.Action]:
    tables = tuple(n.relation(item["RangeVar"]) for item in node["relations"])
    yield a.LockTable(span, tables, _LOCK_MODES[node.get("mode", 8)], bool(node.get("nowait")), _all_only(node))


def _vacuum(node: Node, span: Span) -> Iterator[a.Action]:
    relations = [item["VacuumRelation"].get("relation") for item in node.get("rels", [])]
    tables = tuple(n.relation(target) for target in relations if target)
    full = _option(node, "options", "full")
    yield a.Vacuum(span, tables, full, analyze_only=not node.get("is_vacuumcmd", False))


def _cluster(node: Node, span: Span) -> Iterator[a.Action]:
    target = node.get("relation")
    yield a.Cluster(span, n.relation(target) if target else None)


def _command(words: str) -> Reader:
    def read(node: Node, span: Span) -> Iterator[a.Action]:  # noqa: ARG001 - the shape of all readers
        yield a.Command(span, words)

    return read


def _discard(node: Node, span: Span) -> Iterator[a.Action]:
    yield a.Command(span, "DISCARD " + node.get("target", "DISCARD_ALL").removeprefix("DISCARD_"))


def _alter_database(node: Node, span: Span) -> Iterator[a.Action]:
    moves = any(item["DefElem"]["defname"] == "tablespace" for item in node.get("options", []))
    yield a.Command(span, "ALTER DATABASE SET TABLESPACE" if moves else "ALTER DATABASE")


def _create_subscription(node: Node, span: Span) -> Iterator[a.Action]:
    connects = _option(node, "options", "connect", missing=True)
    makes_slot = _option(node, "options", "create_slot", missing=connects)
    yield a.Command(span, "CREATE SUBSCRIPTION" if makes_slot else "CREATE SUBSCRIPTION WITHOUT SLOT")


def _alter_subscription(node: Node, span: Span) -> Iterator[a.Action]:
    kind = node.get("kind", "")
    refreshes = kind.endswith("_REFRESH") or (
        kind.endswith("_PUBLICATION") and _option(node, "options", "refresh", missing=True)
    )
    yield a.Command(span, "ALTER SUBSCRIPTION REFRESH" if refreshes else "ALTER SUBSCRIPTION")


def _grant(node: Node, span: Span) -> Iterator[a.Action]:
    named = node.get("objects", []) if node.get("targtype") == "ACL_TARGET_OBJECT" else []
    yield a.Command(span, "GRANT" if node.get("is_grant") else "REVOKE", n.relations_read(named))


_DATA_READERS: dict[str, Reader] = {"InsertStmt": _insert, "UpdateStmt": _update, "DeleteStmt": _delete}

_READERS: dict[str, Reader] = {
    **_DATA_READERS,
    "CreateStmt": _create_table,
    "CreateForeignTableStmt": _create_foreign_table,
    "CreateTableAsStmt": _create_table_as,
    "SelectStmt": _select,
    "CopyStmt": _copy,
    "MergeStmt": _merge,
    "IndexStmt": _create_index,
    "ReindexStmt": _reindex,
    "DropStmt": _drop,
    "CommentStmt": _comment,
    "RenameStmt": rename,
    "AlterObjectSchemaStmt": set_schema,
    "ViewStmt": _create_view,
    "RefreshMatViewStmt": _refresh,
    "CreateEnumStmt": _create_enum,
    "CompositeTypeStmt": _create_composite,
    "CreateRangeStmt": _create_range,
    "DefineStmt": _define,
    "AlterEnumStmt": _alter_enum,
    "CreateTrigStmt": _create_trigger,
    "CreateFunctionStmt": _create_function,
    "CreateSchemaStmt": _create_schema,
    "CreateSeqStmt": _create_sequence,
    "CreateDomainStmt": _create_domain,
    "AlterDomainStmt": _alter_domain,
    "AlterSeqStmt": _alter_sequence,
    "AlterPolicyStmt": _alter_policy,
    "AlterPublicationStmt": _alter_publication,
    "CreateStatsStmt": _create_statistics,
    "CreateExtensionStmt": _named(a.ObjectKind.EXTENSION, "extname"),
    "CreatePolicyStmt": _named(a.ObjectKind.POLICY, "policy_name"),
    "CreatePublicationStmt": _named(a.ObjectKind.PUBLICATION, "pubname"),
    "RuleStmt": _create_rule,
    "TransactionStmt": _transaction,
    "VariableSetStmt": _set,
    "TruncateStmt": _truncate,
    "LockStmt": _lock,
    "VacuumStmt": _vacuum,
    "ClusterStmt": _cluster,
    "CreatedbStmt": _command("CREATE DATABASE"),
    "DropdbStmt": _command("DROP DATABASE"),
    "AlterDatabaseStmt": _alter_database,
    "CreateTableSpaceStmt": _command("CREATE TABLESPACE"),
    "DropTableSpaceStmt": _command("DROP TABLESPACE"),
    "AlterSystemStmt": _command("ALTER SYSTEM"),
    "DiscardStmt": _discard,
    "CreateSubscriptionStmt": _create_subscription,
    "DropSubscriptionStmt": _command("DROP SUBSCRIPTION"),
    "AlterSubscriptionStmt": _alter_subscription,
    "GrantStmt": _grant,
    "CallStmt": _command("CALL"),
    "DropOwnedStmt": _command("DROP OWNED"),
}
