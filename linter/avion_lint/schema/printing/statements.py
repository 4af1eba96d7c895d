"""The statement that makes an object which is no table or index, under the names that hold now."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.schema.model import Thing
from avion_lint.schema.printing.definitions import relation, type_sql
from avion_lint.sql import nodes as n
from avion_lint.sql.actions import Name, ObjectKind, identifier
from avion_lint.sql.deparse import literal
from avion_lint.sql.parse import Node, RawStatement, SyntaxProblem, parse
from avion_lint.sql.uses import columns_used

# Who owns a sequence is said when the tables are there: they may need it first.
_OWNED = re.compile(r"\s+OWNED\s+BY\s+[^\s;]+", re.IGNORECASE)
_VIEWS = (ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW)
Change = tuple[int, int, str]


def statement_of(thing: Thing) -> str:
    """The statement, without its semicolon; "" where what is known does not suffice."""
    if thing.values is not None:
        return f"CREATE TYPE {relation(thing.name)} AS ENUM ({', '.join(map(literal, thing.values))})"
    if thing.domain is not None:
        return _domain(thing)
    parsed = parse(thing.sql) if thing.sql else ()
    if isinstance(parsed, SyntaxProblem) or len(parsed) != 1:
        return ""
    text = _reworded(thing, parsed[0])
    if thing.kind is ObjectKind.SEQUENCE:
        text = _OWNED.sub("", text)
    return f"{text}{_renamed(thing, parsed[0])}" if text else ""


def columns_of_statistics(sql: str) -> tuple[str, ...]:
    """Columns that a CREATE STATISTICS names outside expressions."""
    parsed = parse(sql)
    if isinstance(parsed, SyntaxProblem) or not parsed:
        return ()
    return tuple(item["StatsElem"]["name"] for item in parsed[0].node["exprs"] if "name" in item["StatsElem"])


def comes_with_column(thing: Thing) -> bool:
    """Whether it is the sequence that a serial or identity column brings along."""
    return thing.kind is ObjectKind.SEQUENCE and thing.owner is not None and not thing.sql


def _domain(thing: Thing) -> str:
    domain = thing.domain
    if domain is None or domain.type is None or (domain.default and not domain.default.sql):
        return ""
    checks = [(made.name, made.check.sql if made.check else "") for made in domain.constraints.values()]
    if not all(check for _, check in checks):
        return ""
    words = [
        f"CREATE DOMAIN {relation(thing.name)} AS {type_sql(domain.type)}",
        f"DEFAULT {domain.default.sql}" if domain.default else "",
        "NOT NULL" if domain.not_null else "",
        *(f"CONSTRAINT {identifier(name)} CHECK ({check})" for name, check in checks),
    ]
    return " ".join(word for word in words if word)


def _reworded(thing: Thing, statement: RawStatement) -> str:
    """The text with the present names of the relations in it; "" where a column that it names has another name now."""
    if not _columns_hold(thing, statement):
        return ""
    text = thing.sql
    for start, end, new in sorted(_changes(thing, statement), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _columns_hold(thing: Thing, statement: RawStatement) -> bool:
    """Whether the columns that the text names have the same names now."""
    now = {use.column for use in thing.uses}
    return not now or {*_columns_named(thing, statement)} <= now


def _columns_named(thing: Thing, statement: RawStatement) -> Iterator[str]:
    if thing.kind in _VIEWS:
        uses = columns_used(statement.node.get("query", {}))
        yield from (use.column for use in uses if use.column != "*" and use.relation)
    elif thing.kind in (ObjectKind.TRIGGER, ObjectKind.POLICY):
        from avion_lint.sql.extract import extract  # noqa: PLC0415 - it is large, and few objects need it

        for action in extract(statement, thing.sql):
            yield from getattr(action, "columns", ())


def _changes(thing: Thing, statement: RawStatement) -> Iterator[Change]:
    names = dict(_present_names(thing, statement))
    for tag, node in n.walk(statement.node):
        if tag == "RangeVar":
            yield from _change(thing.sql, statement, node, names)
    if thing.table is not None and (target := _target(statement)):
        yield from _change(thing.sql, statement, target, names)


def _present_names(thing: Thing, statement: RawStatement) -> Iterator[tuple[Name, Name]]:
    """Relations as the text names them, each with its name now."""
    if thing.kind in _VIEWS:
        written = n.relations_read(statement.node.get("query", {}))
        if len(written) == len(thing.reads):
            yield from zip(written, thing.reads, strict=True)
    elif thing.tables:
        yield from zip(n.relations_read(statement.node), thing.tables, strict=False)
    elif thing.table is not None and (target := _target(statement)):
        yield n.relation(target), thing.table


def _target(statement: RawStatement) -> Node | None:
    """The table of a trigger, policy or rule."""
    found: Node | None = statement.node.get("relation") or statement.node.get("table")
    return found


def _change(text: str, statement: RawStatement, node: Node, names: dict[Name, Name]) -> Iterator[Change]:
    written = n.relation(node)
    now = names.get(written)
    if now is None or now == written or (written.schema is None and now == Name("public", written.name)):
        return
    start = statement.locate(node.get("location", 0))
    end = _name_end(text, start, dotted=written.schema is not None)
    alias = f" AS {identifier(written.name)}" if now.name != written.name and _calls(statement, node) else ""
    yield start, end, relation(now) + (alias if "inh" in node and _reads(statement) else "")


def _calls(statement: RawStatement, relation_: Node) -> bool:
    """Whether columns are called by the name of a relation that has no alias."""
    if "alias" in relation_:
        return False
    columns = (n.strings(node.get("fields", [])) for tag, node in n.walk(statement.node) if tag == "ColumnRef")
    return any(relation_["relname"] in parts for parts in columns)


def _reads(statement: RawStatement) -> bool:
    return statement.kind in ("ViewStmt", "CreateTableAsStmt")


def _name_end(text: str, start: int, *, dotted: bool) -> int:
    """Where a name that begins at `start` ends."""
    at = _part_end(text, start)
    while dotted and at < len(text) and text[at].isspace():
        at += 1
    if dotted and text[at : at + 1] == ".":
        at += 1
        while text[at : at + 1].isspace():
            at += 1
        return _part_end(text, at)
    return at


def _part_end(text: str, at: int) -> int:
    if text[at : at + 1] != '"':
        while at < len(text) and (text[at].isalnum() or text[at] in "_$"):
            at += 1
        return at
    at += 1
    while at < len(text):
        if text.startswith('""', at):
            at += 2
        elif text[at] == '"':
            return at + 1
        else:
            at += 1
    return at


_WORDS = {ObjectKind.FUNCTION: "ROUTINE", ObjectKind.MATERIALIZED_VIEW: "MATERIALIZED VIEW"}
# Where a statement says the name of what it makes.
_NAMES = {"CreateFunctionStmt": "funcname", "DefineStmt": "defnames", "CreateRangeStmt": "typeName",
          "CreateStatsStmt": "defnames", "CreateDomainStmt": "domainname"}  # fmt: skip
_RELATIONS = {"ViewStmt": "view", "CreateSeqStmt": "sequence", "CompositeTypeStmt": "typevar"}
_BARE = {"CreateTrigStmt": "trigname", "CreatePolicyStmt": "policy_name", "RuleStmt": "rulename",
         "CreateExtensionStmt": "extname", "CreatePublicationStmt": "pubname"}  # fmt: skip


def _written_name(statement: RawStatement) -> Name | None:
    node, kind = statement.node, statement.kind
    if kind in _NAMES:
        return n.dotted(n.strings(node[_NAMES[kind]]))
    if kind in _RELATIONS:
        return n.relation(node[_RELATIONS[kind]])
    if kind == "CreateTableAsStmt":
        return n.relation(node["into"]["rel"])
    return Name(None, node[_BARE[kind]]) if kind in _BARE else None


def _renamed(thing: Thing, statement: RawStatement) -> str:
    """`; ALTER … RENAME TO …` where the object has another name now."""
    written = _written_name(statement)
    if written is None or written.name == thing.name.name:
        return ""
    word = _WORDS.get(thing.kind, thing.kind.upper())
    owner = f" ON {relation(thing.table)}" if thing.table else ""
    return f";\nALTER {word} {written.sql}{owner} RENAME TO {identifier(thing.name.name)}"
