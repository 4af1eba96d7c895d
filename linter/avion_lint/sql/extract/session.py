"""Transactions, settings, maintenance and commands for the whole server."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql import nodes as n
from avion_lint.sql.extract.options import option
from avion_lint.sql.parse import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.sql.extract.reader import Reader

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


def transaction(node: Node, span: Span) -> Iterator[a.Action]:
    """Read BEGIN, COMMIT and their like."""
    yield a.TransactionControl(span, _TRANSACTION_WORDS.get(node["kind"], a.TransactionWord.OTHER))


def set_variable(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a SET or RESET."""
    kind = node["kind"]
    if kind == "VAR_SET_MULTI":
        yield a.TransactionControl(span, a.TransactionWord.OTHER)
        return
    value = None
    if kind == "VAR_SET_VALUE":
        value = ", ".join(_constant(item) for item in node.get("args", []))
    yield a.SetVariable(span, node.get("name", "").lower(), value, bool(node.get("is_local")))


def alter_sessions(words: str) -> Reader:
    """A reader of ALTER ROLE … SET or ALTER DATABASE … SET, under the words of that command."""

    def read(node: Node, span: Span) -> Iterator[a.Action]:
        made = next(set_variable(node.get("setstmt", {}), span), None) if node.get("setstmt") else None
        yield a.Command(span, words, sets=made if isinstance(made, a.SetVariable) else None)

    return read


def _constant(node: Node) -> str:
    inner = node.get("A_Const") or node.get("TypeCast", {}).get("arg", {}).get("A_Const", {})
    if "sval" in inner:
        return str(inner["sval"].get("sval", ""))
    if "ival" in inner:
        return str(inner["ival"].get("ival", 0))
    if "fval" in inner:
        return str(inner["fval"].get("fval", ""))
    return str(inner.get("boolval", {}).get("boolval", ""))


def vacuum(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a VACUUM or ANALYZE."""
    relations = [item["VacuumRelation"].get("relation") for item in node.get("rels", [])]
    tables = tuple(n.relation(target) for target in relations if target)
    full = option(node, "options", "full")
    yield a.Vacuum(span, tables, full, analyze_only=not node.get("is_vacuumcmd", False))


def cluster(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CLUSTER."""
    target = node.get("relation")
    yield a.Cluster(span, n.relation(target) if target else None)


def discard(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a DISCARD."""
    yield a.Command(span, "DISCARD " + node.get("target", "DISCARD_ALL").removeprefix("DISCARD_"))


def alter_database(node: Node, span: Span) -> Iterator[a.Action]:
    """Read an ALTER DATABASE; only the one that moves it to another tablespace is told apart."""
    moves = any(item["DefElem"]["defname"] == "tablespace" for item in node.get("options", []))
    yield a.Command(span, "ALTER DATABASE SET TABLESPACE" if moves else "ALTER DATABASE")


def create_subscription(node: Node, span: Span) -> Iterator[a.Action]:
    """Read a CREATE SUBSCRIPTION; the one that makes a slot is told apart."""
    connects = option(node, "options", "connect", missing=True)
    makes_slot = option(node, "options", "create_slot", missing=connects)
    yield a.Command(span, "CREATE SUBSCRIPTION" if makes_slot else "CREATE SUBSCRIPTION WITHOUT SLOT")


def alter_subscription(node: Node, span: Span) -> Iterator[a.Action]:
    """Read an ALTER SUBSCRIPTION; the one that refreshes is told apart."""
    kind = node.get("kind", "")
    refreshes = kind.endswith("_REFRESH") or (
        kind.endswith("_PUBLICATION") and option(node, "options", "refresh", missing=True)
    )
    yield a.Command(span, "ALTER SUBSCRIPTION REFRESH" if refreshes else "ALTER SUBSCRIPTION")
