"""What happens when a section that runs outside a transaction is run a second time."""

from __future__ import annotations

from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._concurrent import concurrent_words


def is_setting(statement: Statement) -> bool:
    """Whether a statement only prepares others: SET, RESET, BEGIN … or a query."""
    quiet = (a.SetVariable, a.TransactionControl)
    return all(
        isinstance(action, quiet) or action == a.Command(action.span, "SELECT")
        for action in statement.actions
    )


def stops_rerun(statement: Statement, earlier: tuple[Statement, ...]) -> bool:
    """Whether a statement that was done already fails, or does its work twice, when it is run again."""
    return not all(_is_repeatable(action, earlier) for action in statement.actions)


def _is_repeatable(action: a.Action, earlier: tuple[Statement, ...]) -> bool:  # noqa: PLR0911 - one a case
    match action:
        case a.CreateIndex(concurrently=True):
            return action.if_not_exists or cleared_before(action, earlier)
        case a.Drop() | a.DropColumn() | a.DropConstraint():
            return action.if_exists
        case a.CreateTable() | a.AddColumn() | a.CreateIndex() | a.AddEnumValue():
            return action.if_not_exists
        case a.CreateView() | a.CreateObject():
            return action.replace or action.if_not_exists
        case a.CreateTrigger():
            return action.replace
        case a.Insert():
            return action.on_conflict
        case a.Command(words=words):
            return not words.startswith(("CREATE", "DROP"))
        case a.DoBlock():
            return all(_is_repeatable(inner.action, earlier) or inner.conditional for inner in action.inner)
    return isinstance(action, _REPEATABLE)


_REPEATABLE = (
    a.AlterColumnType,
    a.SetNotNull,
    a.DropNotNull,
    a.SetDefault,
    a.ValidateConstraint,
    a.AlterTable,
    a.Truncate,
    a.LockTable,
    a.Reindex,
    a.CommentOn,
    a.RefreshView,
    a.Update,
    a.Delete,
    a.TransactionControl,
    a.SetVariable,
    a.Vacuum,
    a.Cluster,
)


def cleared_before(index: a.CreateIndex, earlier: tuple[Statement, ...]) -> bool:
    """Whether the index is dropped IF EXISTS before, so that nothing of a failed attempt is left."""
    drops = (action for statement in earlier for action in statement.actions if isinstance(action, a.Drop))
    return any(
        drop.kind is a.ObjectKind.INDEX and drop.if_exists and drop.name.name == index.index for drop in drops
    )


def first_concurrent(statements: tuple[Statement, ...]) -> tuple[Statement, a.Action] | None:
    """Find the first concurrent statement that the section itself runs."""
    found = ((each, action) for each in statements for action in each.actions if concurrent_words(action))
    return next(found, None)
