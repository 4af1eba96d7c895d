"""Clauses of ALTER TABLE as the file has them, and the safer ones that are made of them."""

from __future__ import annotations

from avion_lint.pattern import IGNORECASE, pattern
from avion_lint.schema.model import Origin, Schema
from avion_lint.schema.replay import replay
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement

_NAME = r'(?:"(?:[^"]|"")+"|\$\{[^}]*\}|[\w$]+)'
_ALTER = pattern(
    rf"alter\s+(?:foreign\s+)?table\s+(?:if\s+exists\s+)?(?:only\s+)?({_NAME}(?:\s*\.\s*{_NAME})?)", IGNORECASE
)
_ADD = pattern(r"\badd\s+", IGNORECASE)
_CONSTRAINT = pattern(r"add\s+constraint\s+", IGNORECASE)


def table_sql(statement: Statement, table: a.Name) -> str:
    """The table as the statement spells it, placeholders and all; with its schema where another file needs that."""
    found = _ALTER.match(statement.place.text)
    return in_full(statement, table) or (found[1] if found else table.sql)


def in_full(statement: Statement, table: a.Name) -> str:
    """A bare name with its schema, where the file's own search_path leads to it; "" where it needs none."""
    known = statement.table(table)
    if table.schema or known is None or statement.schema.search_path == statement.service.search_path:
        return ""
    return known.name.sql


def added_constraint(statement: Statement, action: a.AddConstraint) -> str:
    """`ADD CONSTRAINT name …` as the file has it, with the name that the server would choose where it has none."""
    clause = _added(statement, action)
    name = a.identifier(constraint_name(statement, action))
    if not clause:
        return f"ADD CONSTRAINT {name} {action.constraint.kind.upper()} (…)"
    if _CONSTRAINT.match(clause):
        return clause
    return _ADD.sub(f"ADD CONSTRAINT {name} ", clause, count=1)


def _added(statement: Statement, action: a.AddConstraint) -> str:
    """The clause from its ADD on; "" where the text does not show it (SQL that a DO block makes)."""
    text = statement.place_of(action).text
    head = _ALTER.match(text)
    found = _ADD.search(text, head.end() if head else 0)
    shown = found is not None and (head is not None or found.start() == 0)
    return text[found.start() :].rstrip().rstrip(";") if found and shown else ""


def _schema_within(statement: Statement, action: a.Action) -> Schema:
    """The schema when an ALTER TABLE of several clauses comes to this one: what it drops goes first, then it adds."""
    before = statement.schema_before(action)
    if action not in statement.actions:
        return before
    origin = Origin(statement.place_of(action), "", statement.deployment.order, statement.deployment.applied)
    earlier = (each for each in statement.actions if isinstance(each, a.DropColumn | a.DropConstraint))
    return replay(before, ((each, origin) for each in earlier))


def column_is_there(statement: Statement, add: a.AddColumn) -> bool:
    """Whether ADD COLUMN IF NOT EXISTS finds the column there, and does nothing."""
    table = statement.schema_before(add).table(add.table)
    return add.if_not_exists and table is not None and add.column.name in table.columns


def inline(add: a.AddColumn, kind: a.ConstraintKind) -> a.ConstraintDefinition | None:
    """The first constraint of that kind that ADD COLUMN gives to its column."""
    return next((made for made in add.column.constraints if made.kind is kind), None)


def not_valid(clause: str) -> str:
    """The clause with NOT VALID, behind a comment at its end as well."""
    return f"{clause}\n  NOT VALID" if "--" in clause else f"{clause} NOT VALID"


def constraint_name(statement: Statement, action: a.AddConstraint) -> str:
    """The constraint's name: as written, or as the server chooses it."""
    return action.constraint.name or name_made(statement, action, action.constraint.kind)


def name_made(statement: Statement, action: a.AddConstraint | a.AddColumn, kind: a.ConstraintKind) -> str:
    """Name of the first constraint of that kind that an action makes, as written or as the server chooses it."""
    before = _schema_within(statement, action)
    origin = Origin(statement.place_of(action), "", statement.deployment.order, statement.deployment.applied)
    old, new = before.table(action.table), replay(before, [(action, origin)]).table(action.table)
    known = old.constraints if old else {}
    made = (each.name for each in (new.constraints.values() if new else ()) if each.kind is kind)
    return next((name for name in made if name not in known), f"{action.table.name}_{kind.replace(' ', '_')}")


def column_sql(column: a.ColumnDefinition) -> str:
    """A column as ADD COLUMN has it, without its constraints: name, type, collation, default, NOT NULL."""
    collation = f" COLLATE {a.identifier(column.collation)}" if column.collation else ""
    default = f" DEFAULT {column.default.sql}" if column.default and column.default.sql else ""
    required = " NOT NULL" if column.not_null else ""
    return f"{a.identifier(column.name)} {column.type}{collation}{default}{required}"


def check_sql(check: a.Expression | None) -> str:
    """`CHECK (…)` with its condition, "" where that is not known."""
    return f"CHECK ({check.sql})" if check and check.sql else ""
