"""The SQL of EXECUTE: whole where its parts are constants, with gaps where they are made at run time."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.sql import nodes as n
from avion_lint.sql.actions import Name
from avion_lint.sql.deparse import literal
from avion_lint.sql.identifiers import identifier
from avion_lint.sql.parse import Node, SyntaxProblem, parse

GAP = "avion_lint_gap"
"""Stands in the SQL for what is only known at run time."""


@record
class Executed:
    """SQL with GAP for what is not constant; None where not even its outline is known. `plain` tells one literal."""

    sql: str | None
    plain: bool = False

    @property
    def is_constant(self) -> bool:
        """Whether all of it is known, and is SQL."""
        return self.sql is not None and GAP not in self.sql and not isinstance(parse(self.sql), SyntaxProblem)

    def relations(self) -> tuple[Name, ...]:
        """The relations that it names, () where one of them, or what they are, is only known at run time."""
        parsed = parse(self.sql) if self.sql is not None else SyntaxProblem("", 0)
        if isinstance(parsed, SyntaxProblem):
            return ()
        found = [name for each in parsed for name in _named(each.node)]
        return tuple(dict.fromkeys(found)) if not any(GAP in part for name in found for part in name if part) else ()


def _named(node: Node) -> tuple[Name, ...]:
    own = (n.relation(node["relation"]),) if "relname" in node.get("relation", {}) else ()
    dropped = (item.get("List", {}).get("items", []) for item in node.get("objects", []))
    return (*own, *n.relations_read(node), *(n.dotted(n.strings(items)) for items in dropped if items))


def executed(query: str) -> Executed:
    """What an expression of PL/pgSQL, as it stands behind EXECUTE, comes to."""
    parsed = parse(f"SELECT {query}")
    if isinstance(parsed, SyntaxProblem) or len(parsed) != 1:
        return Executed(None)
    targets = parsed[0].node.get("targetList", [])
    if len(targets) != 1:
        return Executed(None)
    value = targets[0]["ResTarget"]["val"]
    return Executed(_folded(value), plain="sval" in value.get("A_Const", {}))


def _folded(node: Node) -> str | None:
    match node:
        case {"A_Const": constant}:
            return _text(constant)
        case {"TypeCast": cast}:
            return _folded(cast["arg"])
        case {"A_Expr": {"kind": "AEXPR_OP", "name": [{"String": {"sval": "||"}}], "lexpr": left, "rexpr": right}}:
            return _joined(left, right)
        case {"FuncCall": call}:
            return _called(n.strings(call["funcname"])[-1], call.get("args", []))
    return None


def _text(constant: Node) -> str | None:
    for key in ("sval", "ival", "fval"):
        if key in constant:
            return str(constant[key].get(key, "" if key == "sval" else 0))
    return None


def _joined(left: Node, right: Node) -> str | None:
    """Two parts of a text; one that is not known is a gap, two are nothing."""
    parts = [_folded(left), _folded(right)]
    if parts == [None, None]:
        return None
    return "".join(GAP if part is None else part for part in parts)


def _called(function: str, arguments: list[Node]) -> str | None:
    values = [_folded(each) for each in arguments]
    if function == "concat":
        return "".join(GAP if value is None else value for value in values)
    match (function, values):
        case ("format", [str(template), *others]):
            return _formatted(template, others)
        case ("quote_ident", [value]):
            return _filled("I", value)
        case ("quote_literal", [value]):
            return _filled("L", value)
    return None


def _formatted(template: str, values: list[str | None]) -> str | None:
    """What format() gives; None for what it would refuse, and for widths and flags."""
    import re  # noqa: PLC0415 - only for EXECUTE format(…)

    parts: list[str] = []
    at = used = 0
    for match in re.finditer(r"%(?:(%)|(?:(\d+)\$)?([sIL]))|%", template):
        parts.append(template[at : match.start()])
        at = match.end()
        if match[1]:
            parts.append("%")
            continue
        if not match[3]:
            return None
        used = int(match[2]) if match[2] else used + 1
        if not 0 < used <= len(values):
            return None
        parts.append(_filled(match[3], values[used - 1]))
    return "".join((*parts, template[at:]))


def _filled(letter: str, value: str | None) -> str:
    if value is None:
        return f"'{GAP}'" if letter == "L" else GAP
    return {"s": value, "I": identifier(value), "L": literal(value)}[letter]
