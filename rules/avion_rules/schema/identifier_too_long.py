"""Names that PostgreSQL cuts because they are too long."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

LIMIT = 63  # bytes: NAMEDATALEN of every PostgreSQL as it comes, less the one at the end
_NEARLY = LIMIT - 3  # a character of several bytes is cut as a whole
_IDENTIFIER = pattern(r'"(?:[^"]|"")+"|[^\W\d][\w$]*')


_NAMING = (
    a.CreateTable, a.AddColumn, a.AddConstraint, a.CreateIndex, a.Rename, a.CreateTrigger, a.CreateView, a.CreateType,
    a.CreateObject,
)  # fmt: skip


@rule("SC103", subject=Statement, on=_NAMING)
def identifier_too_long(statement: Statement) -> Iterator[Finding]:
    """Find a new name of more than 63 bytes, which the server cuts without an error."""
    made = {name: action for action in statement.all_actions() for name in _names(action) if _may_be_cut(name)}
    if not made:
        return
    told: set[str] = set()
    for found in _IDENTIFIER.finditer(statement.text):
        written = _folded(found[0])
        short = _cut(written)
        if short != written and short in made and short not in told:
            told.add(short)
            at = statement.span.start
            place = statement.place_at(Span(at + found.start(), at + found.end()))
            yield Finding(place, _message(statement, made[short], written, short), _remedy(written), (), short)


def _may_be_cut(name: str) -> bool:
    return (len(name) if name.isascii() else len(name.encode())) >= _NEARLY


def _folded(written: str) -> str:
    return written[1:-1].replace('""', '"') if written.startswith('"') else written.lower()


def _cut(name: str) -> str:
    """What the server makes of a name: as many whole characters as fit."""
    return name.encode()[:LIMIT].decode(errors="ignore")


def _names(action: a.Action) -> Iterator[str]:
    """Names that an action gives."""
    match action:
        case a.CreateTable():
            yield action.table.name
            yield from (column.name for column in action.columns)
            constraints = [*(made for column in action.columns for made in column.constraints), *action.constraints]
            yield from (made.name for made in constraints if made.name)
        case a.AddColumn():
            yield action.column.name
            yield from (made.name for made in action.column.constraints if made.name)
        case a.AddConstraint(constraint=a.ConstraintDefinition(name=str() as name)):
            yield name
        case a.CreateIndex(index=str() as name) | a.Rename(new_name=name) | a.CreateTrigger(trigger=name):
            yield name
        case a.CreateView(view=made) | a.CreateType(type=made) | a.CreateObject(name=made):
            yield made.name


def _message(statement: Statement, action: a.Action, written: str, short: str) -> str:
    size = len(written.encode())
    cut = f"{written} has {size} bytes, and PostgreSQL cuts it after {LIMIT}: it becomes {short}."
    if not _is_taken(statement, action, short):
        return cut
    silent = getattr(action, "if_not_exists", False)
    return f"{cut} That name is taken already, so that the statement {'does nothing' if silent else 'fails'}."


def _is_taken(statement: Statement, action: a.Action, short: str) -> bool:
    """Whether something else has the shorter name."""
    schema = statement.schema_before(action)
    match action:
        case a.CreateIndex(table=table):
            owner = schema.table(table)
            return schema.index(a.Name(owner.name.schema if owner else table.schema, short)) is not None
        case a.CreateTable(table=name) if name.name == short:
            return schema.table(name) is not None
        case a.AddColumn(table=table):
            known = schema.table(table)
            return known is not None and short in known.columns
        case a.AddConstraint(table=table):
            known = schema.table(table)
            return known is not None and short in known.constraints
    return False


def _remedy(written: str) -> str:
    return f"Choose a name of at most {LIMIT} bytes for {written}, so that it is the same in the file and the database."
