"""Constraints that are added NOT VALID now and validated in a migration of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.finding import Edit, Fix
from avion_lint.fixer import Scene
from avion_lint.fixer.order import Needs, Unless
from avion_lint.record import field, record
from avion_lint.runners.migration import Direction, Kind
from avion_lint.runners.script_text import Script
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.fixes._clause import NAME, clause, instead, put, text_of
from avion_rules.fixes._layout import Piece, inserted, pieces
from avion_rules.fixes._names import is_too_long, next_paths
from avion_rules.fixes._new_file import new_file, nothing_validated
from avion_rules.fixes._objects import in_another_path
from avion_rules.fixes.lock_timeout import usual
from avion_rules.locks._clauses import constraint_name, table_sql
from avion_rules.locks._not_null import NOT_NULL_NOT_VALID
from avion_rules.locks.added_check_scans import added_check_scans
from avion_rules.locks.foreign_key_validated_at_once import NOT_VALID_ON_PARTITIONED, foreign_key_validated_at_once
from avion_rules.locks.set_not_null_scans import set_not_null_scans

_RULES = (added_check_scans, foreign_key_validated_at_once, set_not_null_scans)
_ADD = re.compile(r"add\s+(constraint\b)?", re.IGNORECASE)
_SET_NOT_NULL = re.compile(rf"alter\s+(?:column\s+)?{NAME}\s+set\s+not\s+null$", re.IGNORECASE)
_DROP_NOT_NULL = re.compile(rf"alter\s+(?:column\s+)?{NAME}\s+drop\s+not\s+null$", re.IGNORECASE)


@record
class _Step:
    """One constraint: edits of the file, the SQL that validates it, and, for NOT NULL, what comes after that.

    `names` is the constraint that stands for a NOT NULL until then.
    """

    action: a.Action
    edits: tuple[Edit, ...]
    validate: str
    then: str = ""
    undo_then: str = ""
    column: tuple[str, str, str] = field(default=("", "", ""))


def not_valid(scene: Scene) -> Fix | None:
    """The fix of LK110, LK111 and LK114: the same for all of them in a file."""
    migration = scene.migration
    if migration.kind is not Kind.VERSIONED or migration.problems or scene.statement is None:
        return None
    if in_another_path(migration):
        return None
    found = scene.once("not valid", lambda: {id(each): tuple(_steps(each)) for each in migration.up})
    if not found.get(id(scene.statement)):
        return None
    return scene.once("not valid, fixed", lambda: _whole(scene, [step for each in found.values() for step in each]))


def _whole(scene: Scene, steps: list[_Step]) -> Fix | None:
    """The fix of all constraints of a file."""
    migration = scene.migration
    down = _down_edits(migration, steps)
    if down is None:
        return None
    edits = (*(edit for step in steps for edit in step.edits), *down)
    return _fix(scene, steps, edits)


def _fix(scene: Scene, steps: list[_Step], edits: tuple[Edit, ...]) -> Fix | None:
    migration = scene.migration
    described = migration.file.description.replace(" ", "_") or "constraints"
    later = [step for step in steps if step.then]
    words = (f"validate_{described}", *([f"{described}_not_null"] if later else []))
    paths = next_paths(scene, words)
    if paths is None:
        return None
    files = [
        new_file(migration, paths[0], Script("".join(step.validate for step in steps), nothing_validated(migration)))
    ]
    if later:
        limit = f"SET LOCAL lock_timeout = '{usual(scene)}';\n"
        up = limit + "".join(step.then for step in later)
        files.append(new_file(migration, paths[1], Script(up, limit + "".join(step.undo_then for step in later))))
    unless = Unless(Needs(step.action for step in steps))
    return Fix("Add it NOT VALID, and validate it in a migration of its own", edits, tuple(files), unless=unless)


def _steps(statement: Statement) -> Iterator[_Step]:
    places = {finding.place for each in _RULES if each.check for finding in each.check(statement)}
    if not statement.section.transaction:
        return
    for action in statement.actions:
        step = None
        if statement.place_of(action) in places:
            step = _step(statement, action)
        if step:
            yield step


def _step(statement: Statement, action: a.Action) -> _Step | None:
    match action:
        case a.AddConstraint(constraint=made) if made.kind in (a.ConstraintKind.CHECK, a.ConstraintKind.FOREIGN_KEY):
            return _constraint(statement, action)
        case a.SetNotNull(only=False):
            return _not_null(statement, action)
    return None


def _constraint(statement: Statement, add: a.AddConstraint) -> _Step | None:
    foreign = add.constraint.kind is a.ConstraintKind.FOREIGN_KEY
    too_old = statement.service.postgres < NOT_VALID_ON_PARTITIONED and statement.is_partitioned(add.table)
    span = clause(statement, add)
    found = _ADD.match(text_of(statement, span)) if span else None
    if span is None or found is None or (foreign and too_old) or not add.constraint.enforced:
        return None
    name = a.identifier(constraint_name(statement, add))
    named = () if found[1] else (put(statement, span.start + found.end(), f"CONSTRAINT {name} "),)
    edits = (*named, put(statement, span.end, " NOT VALID"))
    return _Step(add, edits, f"ALTER TABLE {table_sql(statement, add.table)} VALIDATE CONSTRAINT {name};\n")


def _not_null(statement: Statement, alter: a.SetNotNull) -> _Step | None:
    span, table = clause(statement, alter), statement.schema_before(alter).table(alter.table)
    plain = f"{alter.table.name}_{alter.column}_not_null"
    known = table.constraints.values() if table else ()
    taken = any(made.name == plain or made.not_null_column == alter.column for made in known)
    if span is None or taken or is_too_long(plain) or not _SET_NOT_NULL.match(text_of(statement, span)):
        return None
    sql, column, name = table_sql(statement, alter.table), a.identifier(alter.column), a.identifier(plain)
    validate = f"ALTER TABLE {sql} VALIDATE CONSTRAINT {name};\n"
    if statement.service.postgres >= NOT_NULL_NOT_VALID:
        added = f"ADD CONSTRAINT {name} NOT NULL {column} NOT VALID"
        return _Step(alter, (instead(statement, span, added),), validate)
    added = f"ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID"
    drop = f"DROP CONSTRAINT {name}"
    return _Step(
        alter,
        (instead(statement, span, added),),
        validate,
        f"ALTER TABLE {sql} ALTER COLUMN {column} SET NOT NULL;\nALTER TABLE {sql} {drop};\n",
        f"ALTER TABLE {sql} {added};\nALTER TABLE {sql} ALTER COLUMN {column} DROP NOT NULL;\n",
        (alter.table.name, alter.column, f"ALTER TABLE {sql} {drop};\n"),
    )


# --- the way back ----------------------------------------------------------------------------------------------


def _down_edits(migration: Migration, steps: list[_Step]) -> tuple[Edit, ...] | None:
    """Down drops the constraint that stands for a NOT NULL, where it would drop the NOT NULL; None where unclear."""
    wanted = [step for step in steps if step.then]
    down = pieces(migration, Direction.DOWN)
    if down is None:
        return None if wanted else ()
    if not wanted or not down:
        return ()
    edits: list[Edit] = []
    missing = ""
    for step in wanted:
        found = [edit for piece in down for edit in _instead_of_drop(piece, step)]
        if found:
            edits += found
        elif not any(_drops(piece, step) for piece in down):
            missing += step.column[2]
    if missing:
        edits.append(inserted(migration.document, down[0].span.start, missing))
    return tuple(edits)


def _instead_of_drop(piece: Piece, step: _Step) -> Iterator[Edit]:
    table, column, drop = step.column
    for statement in piece.statements:
        for action in statement.actions:
            if isinstance(action, a.DropNotNull) and (action.table.name, action.column) == (table, column):
                span = clause(statement, action)
                if span and _DROP_NOT_NULL.match(text_of(statement, span)):
                    yield instead(statement, span, drop[drop.index("DROP CONSTRAINT") :].rstrip(";\n"))


def _drops(piece: Piece, step: _Step) -> bool:
    """Whether Down drops the column or the table, and the constraint with it."""
    table, column, _ = step.column
    for action in piece.actions:
        match action:
            case a.Drop(kind=a.ObjectKind.TABLE, name=name) if name.name == table:
                return True
            case a.DropColumn(table=name, column=dropped) if (name.name, dropped) == (table, column):
                return True
    return False
