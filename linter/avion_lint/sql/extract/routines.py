"""Functions and triggers."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.extract.options import named_options, option
from avion_lint.sql.extract.results import input_names, returned
from avion_lint.sql.parse import Node


def create_trigger(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE TRIGGER."""
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
        function=n.dotted(n.strings(node.get("funcname", []))),
    )


def create_function(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE FUNCTION or PROCEDURE."""
    name = n.dotted(n.strings(node["funcname"]))
    returns = n.strings(node.get("returnType", {}).get("names", []))[-1:]
    sets = [option.get("arg", {}).get("VariableSetStmt", {}) for option in named_options(node, "options", "set")]
    yield a.CreateObject(
        span,
        a.ObjectKind.FUNCTION,
        name,
        replace=bool(node.get("replace")),
        trigger=returns in (("trigger",), ("event_trigger",)),
        definer=option(node, "options", "security"),
        search_path=any(setting.get("name", "").lower() == "search_path" for setting in sets),
        volatility=_volatility(node),
        arguments=n.parameters(node.get("parameters", [])),
        returns=returned(node),
        inputs=input_names(node),
    )


def _volatility(node: Node) -> str:
    """A function's volatility; "" for a volatile one in SQL, which the planner may put in line and see through."""
    words = {
        name: next((option["arg"]["String"]["sval"] for option in named_options(node, "options", name)), "")
        for name in ("volatility", "language")
    }
    given = words["volatility"] or "volatile"
    return "" if given == "volatile" and (words["language"] or "sql") == "sql" else given
