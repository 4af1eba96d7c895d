"""What happens when a section that runs outside a transaction is run a second time."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.record import field, record
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.locks._concurrent import concurrent_words

Thing = tuple[str, str]
_DROPS = (a.Drop, a.DropColumn, a.DropConstraint)


def is_setting(statement: Statement) -> bool:
    """Whether a statement only prepares others: SET, RESET, BEGIN … or a query."""
    return all(isinstance(action, _QUIET) or _is_query(action) for action in statement.actions)


_QUIET = (a.SetVariable, a.TransactionControl)


def _is_query(action: a.Action) -> bool:
    return isinstance(action, a.Command) and action == a.Command(action.span, "SELECT")


def first_that_stops(statements: Iterable[Statement]) -> Statement | None:
    """The first statement that cannot be done twice though one after it may fail."""
    working = tuple(statement for statement in statements if not is_setting(statement))
    known = Known()
    for statement in working[:-1]:
        remade = _remade(statement)
        for action in statement.actions:
            if _thing(action) not in remade and not _is_repeatable(action, known):
                return statement
            known.note(action)
    return None


def _remade(statement: Statement) -> set[Thing | None]:
    """What one ALTER TABLE drops and makes again: done or not, it is there before and after."""
    dropped = [_thing(action) for action in statement.actions if isinstance(action, _DROPS)]
    made = [_thing(action) for action in statement.actions if not isinstance(action, _DROPS)]
    return {thing for thing in dropped if thing is not None and thing in made}


@record(frozen=False)
class Known:
    """What a section has dropped IF EXISTS and what it has made so far, for one walk through it."""

    cleared: set[Thing] = field(default_factory=set)
    made: set[Thing] = field(default_factory=set)

    def note(self, action: a.Action) -> None:
        """Add what an action does."""
        thing = _thing(action)
        if thing and not isinstance(action, _DROPS):
            self.made.add(thing)
        elif thing and getattr(action, "if_exists", False):
            self.cleared.add(thing)

    def clears(self, action: a.Action) -> bool:
        """Whether what an action makes was dropped IF EXISTS, so that nothing of a failed attempt is left."""
        return _thing(action) in self.cleared


def _is_repeatable(action: a.Action, known: Known) -> bool:  # noqa: PLR0911 - one a case
    """Whether an action that is done can be done again, once all before it is done again as well."""
    match action:
        case a.Drop() | a.DropColumn() | a.DropConstraint():
            return action.if_exists or _thing(action) in known.made
        case a.DoBlock():
            return all(inner.conditional or _is_repeatable(inner.action, known) for inner in action.inner)
        case a.Insert():
            return action.on_conflict
        case a.Command(words=words):
            return not words.startswith(("CREATE", "DROP"))
    if isinstance(action, _REPEATABLE):
        return True
    if getattr(action, "if_not_exists", False) or getattr(action, "replace", False):
        return True
    return known.clears(action)


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


def _thing(action: a.Action) -> Thing | None:  # noqa: PLR0911 - one a case
    """Sort and bare name of the object that an action makes or drops, with that of its table for a table's parts."""
    match action:
        case (
            a.Drop(kind=kind, name=name, table=a.Name() as table)
            | a.CreateObject(kind=kind, name=name, table=a.Name() as table)
        ):
            return (kind, f"{table.name}.{name.name}")
        case a.Drop(kind=kind, name=name) | a.CreateObject(kind=kind, name=name):
            return (kind, name.name)
        case a.CreateIndex(index=str() as index):
            return (a.ObjectKind.INDEX, index)
        case a.CreateTable(table=name):
            return (a.ObjectKind.TABLE, name.name)
        case a.CreateView(view=name, materialized=materialized):
            return (a.ObjectKind.MATERIALIZED_VIEW if materialized else a.ObjectKind.VIEW, name.name)
        case a.CreateType(type=name):
            return (a.ObjectKind.TYPE, name.name)
        case a.CreateTrigger(trigger=trigger, table=table):
            return (a.ObjectKind.TRIGGER, f"{table.name}.{trigger}")
        case (
            a.AddColumn(table=table, column=a.ColumnDefinition(name=column))
            | a.DropColumn(table=table, column=str() as column)
        ):
            return (a.ObjectKind.COLUMN, f"{table.name}.{column}")
        case (
            a.AddConstraint(table=table, constraint=a.ConstraintDefinition(name=str() as name))
            | a.DropConstraint(table=table, constraint=str() as name)
        ):
            return (a.ObjectKind.CONSTRAINT, f"{table.name}.{name}")
    return None


def first_concurrent(statements: Iterable[Statement]) -> tuple[Statement, a.Action] | None:
    """Find the concurrent statement to speak of: the first that is no DROP INDEX, else the first."""
    found = [(each, action) for each in statements for action in each.actions if concurrent_words(action)]
    builds = (pair for pair in found if not isinstance(pair[1], a.Drop))
    return next(builds, found[0] if found else None)
