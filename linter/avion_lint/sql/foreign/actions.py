"""From sqlglot's expressions to actions: what a statement for another database does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import expressions as e

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.foreign import columns as c
from avion_lint.sql.foreign.alter import alter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Reader = Callable[["Any", Span], Iterator[a.Action]]  # each reader knows which expression it is given


def actions_of(expression: e.Expr, span: Span) -> Iterator[a.Action]:
    """Actions of one statement at `span`; what is of no interest gives a Command."""
    reader = _READERS.get(type(expression))
    if reader:
        yield from reader(expression, span)
    else:
        yield a.Command(span, expression.key.upper())


def _block(expression: e.Expr, span: Span) -> Iterator[a.Action]:
    """T-SQL's IF and BEGIN … END: what they may do counts as done."""
    for inner in (expression.args.get("true"), expression.args.get("false"), *expression.expressions):
        if isinstance(inner, e.Expr):
            yield from actions_of(inner, span)


def _select(expression: e.Select, span: Span) -> Iterator[a.Action]:
    into = expression.args.get("into")
    if into:
        reads = c.tables_read(expression, besides=into.this)
        yield a.CreateTable(span, c.name_of(into.this), query=True, reads=reads)
    else:
        yield a.Command(span, "SELECT")


def _nothing(expression: e.Expr, span: Span) -> Iterator[a.Action]:  # noqa: ARG001 - the shape of all readers
    yield from ()


# --- making -----------------------------------------------------------------------------------------------


def _create(expression: e.Create, span: Span) -> Iterator[a.Action]:
    kind = str(expression.args.get("kind")).upper()
    target = expression.this
    match kind:
        case "TABLE":
            yield _create_table(expression, span)
        case "VIEW":
            yield a.CreateView(
                span,
                c.name_of(target),
                materialized=_has_property(expression, e.MaterializedProperty),
                replace=bool(expression.args.get("replace")),
                if_not_exists=bool(expression.args.get("exists")),
                reads=c.tables_read(expression.expression),
            )
        case "INDEX":
            yield _create_index(expression, span)
        case _ if kind in c.KINDS:
            exists = bool(expression.args.get("exists"))
            yield a.CreateObject(span, c.KINDS[kind], c.name_of(target), exists)
        case _:
            yield a.Command(span, f"CREATE {kind}")


def _create_table(expression: e.Create, span: Span) -> a.CreateTable:
    body = expression.this
    elements = body.expressions if isinstance(body, e.Schema) else []
    like = expression.find(e.LikeProperty)
    query = expression.expression
    return a.CreateTable(
        span,
        c.name_of(body),
        columns=tuple(c.column(item) for item in elements if isinstance(item, e.ColumnDef)),
        constraints=tuple(made for item in elements if (made := c.constraint(item))),
        if_not_exists=bool(expression.args.get("exists")),
        temporary=_has_property(expression, e.TemporaryProperty),
        like=(c.name_of(like.this),) if like else (),
        query=isinstance(query, e.Query),
        reads=c.tables_read(query),
    )


def _has_property(expression: e.Create, kind: type[e.Property]) -> bool:
    properties = expression.args.get("properties")
    return properties is not None and any(isinstance(item, kind) for item in properties.expressions)


def _create_index(expression: e.Create, span: Span) -> a.CreateIndex:
    index = expression.this
    parameters = index.args.get("params")
    keys = (parameters.args.get("columns") or []) if parameters else []
    return a.CreateIndex(
        span,
        index.name or None,
        c.name_of(index.args.get("table")),
        columns=tuple(c.index_column(key) for key in keys),
        unique=bool(expression.args.get("unique")),
        concurrently=bool(expression.args.get("concurrently")),
        if_not_exists=bool(expression.args.get("exists")),
        partial=bool(parameters and parameters.args.get("where")),
    )


# --- dropping ---------------------------------------------------------------------------------------------


def _drop(expression: e.Drop, span: Span) -> Iterator[a.Action]:
    kind = str(expression.args.get("kind")).upper()
    if kind not in c.KINDS:
        yield a.Command(span, f"DROP {kind}")
        return
    on = expression.args.get("cluster")
    for target in expression.args.get("tables") or ():
        yield a.Drop(
            span,
            c.KINDS[kind],
            c.name_of(target),
            if_exists=bool(expression.args.get("exists")),
            cascade=bool(expression.args.get("cascade")),
            table=c.name_of(on.this) if isinstance(on, e.OnProperty) else None,
        )


# --- data -------------------------------------------------------------------------------------------------


def _insert(expression: e.Insert, span: Span) -> Iterator[a.Action]:
    query = expression.expression
    values = isinstance(query, e.Values)
    yield a.Insert(
        span,
        c.name_of(expression.this),
        reads=() if values else c.tables_read(query, of=expression),
        rows=len(query.expressions) if values else 0,
        limited=isinstance(query, e.Query) and bool(query.args.get("limit")),
        filtered=isinstance(query, e.Query) and bool(query.args.get("where")),
    )


def _update(expression: e.Update, span: Span) -> Iterator[a.Action]:
    columns = tuple(item.this.name for item in expression.expressions if isinstance(item, e.EQ))
    where = bool(expression.args.get("where"))
    yield a.Update(span, c.name_of(expression.this), c.keeps_all_rows(expression), columns, has_where=where)


def _delete(expression: e.Delete, span: Span) -> Iterator[a.Action]:
    named = expression.args.get("tables") or []
    table = c.name_of(named[0] if named else expression.this)
    whole = c.keeps_all_rows(expression)
    yield a.Delete(span, table, whole, has_where=bool(expression.args.get("where")))


def _set(expression: e.Set, span: Span) -> Iterator[a.Action]:
    for item in expression.expressions:
        given = item.this
        if isinstance(given, e.EQ):
            yield a.SetVariable(span, given.this.name.lower(), given.expression.name)
        else:
            yield a.Command(span, "SET")


def _execute(expression: e.Execute, span: Span) -> Iterator[a.Action]:
    """EXEC; sp_rename, SQL Server's way to rename, is told from the rest."""
    arguments = [item.name for item in expression.expressions if isinstance(item, e.Literal)]
    name = expression.this.name
    match arguments if name.lower() == "sp_rename" else []:
        case [old, new] | [old, new, "OBJECT"]:
            yield a.Rename(span, a.ObjectKind.TABLE, c.dotted(c.parts(old)), new)
        case [old, new, "COLUMN" | "INDEX" as kind] if "." in old:
            *table, column = c.parts(old)
            yield a.Rename(span, c.KINDS[kind], a.Name(None, column), new, c.dotted(tuple(table)))
        case _:
            yield a.Command(span, f"EXEC {name}")


def _truncate(expression: e.TruncateTable, span: Span) -> Iterator[a.Action]:
    yield a.Truncate(span, tuple(c.name_of(table) for table in expression.expressions))


def _comment(expression: e.Comment, span: Span) -> Iterator[a.Action]:
    if expression.args.get("kind") == "TABLE":
        text = expression.expression.name or None
        yield a.CommentOn(span, a.ObjectKind.TABLE, c.name_of(expression.this), text)
    else:
        yield a.Command(span, "COMMENT")


def _rollback(expression: e.Rollback, span: Span) -> Iterator[a.Action]:
    words = a.TransactionWord
    yield a.TransactionControl(span, words.ROLLBACK_TO if expression.args.get("savepoint") else words.ROLLBACK)


def _transaction(word: a.TransactionWord) -> Reader:
    def read(expression: e.Expr, span: Span) -> Iterator[a.Action]:  # noqa: ARG001 - the shape of all readers
        yield a.TransactionControl(span, word)

    return read


def _command(expression: e.Command, span: Span) -> Iterator[a.Action]:
    yield a.Command(span, str(expression.this).upper())


def _alter(expression: e.Alter, span: Span) -> Iterator[a.Action]:
    yield from alter(expression, lambda _: span, span)


_READERS: dict[type[e.Expr], Reader] = {
    e.Create: _create,
    e.Drop: _drop,
    e.Alter: _alter,
    e.Insert: _insert,
    e.Update: _update,
    e.Delete: _delete,
    e.TruncateTable: _truncate,
    e.Transaction: _transaction(a.TransactionWord.BEGIN),
    e.Commit: _transaction(a.TransactionWord.COMMIT),
    e.Rollback: _rollback,
    e.IfBlock: _block,
    e.Block: _block,
    e.EndStatement: _nothing,
    e.Select: _select,
    e.Set: _set,
    e.Execute: _execute,
    e.Comment: _comment,
    e.Command: _command,
}
