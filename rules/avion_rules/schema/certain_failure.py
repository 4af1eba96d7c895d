"""Statements that PostgreSQL is certain to refuse, whatever the tables hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Direction
from avion_lint.sql import actions as a
from avion_lint.sql.effects import Failure
from avion_lint.sql.effects.failing import failing
from avion_lint.subjects import Statement
from avion_rules.schema._twice import assigned_twice

_NEEDED = "2BP01"
_SYNTAX = "42601"
_FAILING = (
    a.AddColumn, a.AddConstraint, a.AlterColumnType, a.AlterTable, a.Cluster, a.Command, a.CreateIndex, a.CreateTable,
    a.CreateTrigger, a.CreateType, a.CreateView, a.DetachPartition, a.Drop, a.DropColumn, a.DropConstraint,
    a.DropNotNull, a.RefreshView, a.Reindex, a.Rename, a.Truncate, a.Update,
)  # fmt: skip
"""What `failing` says anything of, and UPDATE, which the rule itself looks at."""


@rule("SC115", subject=Statement, down=True, on=_FAILING)
def certain_failure(statement: Statement) -> Iterator[Finding]:
    """Find a statement that PostgreSQL is certain to refuse, given the schema at that point."""
    for action in _sure(statement):
        failure = _failure(statement, action)
        if failure and not _is_told(statement, action, failure):
            back = "Rolling back fails" if statement.direction is Direction.DOWN else "Fails"
            yield statement.finding(
                action,
                f"{back} with SQLSTATE {failure.sqlstate}: {failure.why}.",
                _remedy(statement, action, failure),
                object=_object(action),
            )
            return


def _sure(statement: Statement) -> Sequence[a.Action]:
    """What the statement is sure to do."""
    block = statement.actions[0] if statement.actions else None
    if not isinstance(block, a.DoBlock):
        return statement.actions
    return [inner.action for inner in block.inner if not inner.conditional and not inner.loop]


def _failure(statement: Statement, action: a.Action) -> Failure | None:
    beside = () if statement.within_block(action) else statement.actions
    found = failing(action, statement.schema_before(action), statement.service.postgres, beside)
    if found is None and isinstance(action, a.Update):
        column = assigned_twice(action, statement.text)
        return Failure(_SYNTAX, f"{column} is given two values") if column else None
    return found


def _is_told(statement: Statement, action: a.Action, failure: Failure) -> bool:
    """Whether another rule says it: of columns that are used, views, indexes of partitioned tables, of constraints."""
    match action:
        case a.AlterColumnType() | a.DropColumn():
            return failure.sqlstate != "42P16"
        case a.CreateView(replace=True) | a.CreateIndex(concurrently=True):
            return True
        case a.Drop(kind=a.ObjectKind.INDEX, concurrently=True):
            return failure.sqlstate != _NEEDED
        case a.Drop(kind=a.ObjectKind.INDEX):
            return statement.direction is Direction.UP and failure.why.startswith("constraint ")
    return False


def _object(action: a.Action) -> str:
    for name in ("table", "name", "index", "view", "type"):
        found = getattr(action, name, None)
        if found:
            return str(found)
    return type(action).__name__


_REMEDIES = {
    "42P07": "Leave it out, or choose another name.",
    "42701": "Leave it out, or choose another name.",
    "42710": "Leave it out, or choose another name.",
    "42830": "First make these columns unique in the table that is referred to, or refer to its primary key.",
    "42809": "Leave NOT VALID and ONLY out; every row is then checked at once, while writes to both tables wait.",
}
_OTHER = "Change the statement or leave it out; nothing that runs before it helps."


def _remedy(statement: Statement, action: a.Action, failure: Failure) -> str:
    """What to do: told by the SQLSTATE, where that is enough."""
    match failure.sqlstate, action:
        case "2BP01", _:
            here = "section" if statement.direction is Direction.DOWN else "migration"
            return f"Drop first what needs it, in this same {here}."
        case "42601", a.Update():
            return "Name the column once."
        case "42601", _:
            return (
                f"Write it in a way that PostgreSQL {statement.service.postgres} reads; where a later one runs, say "
                "so in avion-lint.yaml: `postgres: 18`."
            )
        case "55000", a.RefreshView(view=view):
            return f"First, in an earlier statement:\nCREATE UNIQUE INDEX ON {view.sql} (…);"
        case "42809", action if not isinstance(action, a.AddConstraint):
            return _OTHER
    return _REMEDIES.get(failure.sqlstate, _OTHER)
