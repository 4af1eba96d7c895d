"""UNIQUE and PRIMARY KEY from an index that is built concurrently before."""

from __future__ import annotations

from avion_lint.finding import Edit, Fix
from avion_lint.fixer import Scene
from avion_lint.fixer.order import Needs, Unless, keeps_order
from avion_lint.record import record, replace
from avion_lint.runners.migration import Direction, Kind, Runner
from avion_lint.runners.script_text import Script
from avion_lint.source import Document, Place
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules.fixes._layout import Piece, annotations_start, inserted, pieces
from avion_rules.fixes._names import next_paths
from avion_rules.fixes._new_file import new_file
from avion_rules.fixes._objects import in_another_path, is_quiet, undoing
from avion_rules.fixes.lock_timeout import usual
from avion_rules.locks._clauses import table_sql
from avion_rules.locks._keys import Key, keys_built
from avion_rules.locks._not_null import nullable_columns

_TITLE = "Build its index concurrently first, and make the constraint of it in a migration of its own"


def unique_key(scene: Scene) -> Fix | None:
    """The fix of LK112 and LK120."""
    migration, statement = scene.migration, scene.statement
    section = migration.file.section(Direction.UP)
    up, down = pieces(migration, Direction.UP), pieces(migration, Direction.DOWN)
    found = _key(statement) if statement else None
    if migration.kind is not Kind.VERSIONED or migration.problems or statement is None or found is None:
        return None
    if section is None or not section.transaction or up is None or down is None or in_another_path(migration):
        return None
    if migration.service.runner is Runner.FLYWAY and migration.service.transactional_lock is not False:
        return None
    piece = next((each for each in up if each.has(statement)), None)
    if piece is None or piece.block or len(piece.statements) != 1:
        return None
    back, own = undoing(down, (piece,))
    later = [action for each in up[up.index(piece) + 1 :] for action in each.actions]
    if not own or keeps_order(piece.actions, later):
        return None
    plan = _Plan(scene, statement, piece, found, back)
    others = any(each != piece and not is_quiet(each) for each in up)
    rest = any(each not in back and not is_quiet(each) for each in down)
    fix = plan.apart() if others or rest else plan.in_place(up, down)
    return replace(fix, unless=Unless(Needs(piece.actions))) if fix else None


def _key(statement: Statement) -> Key | None:
    """The key, where it is all that the statement makes and can be made of an index."""
    match statement.actions:
        case (a.AddConstraint(constraint=made, only=False) as add,):
            kind = made.kind
        case _:
            return None
    if statement.is_partitioned(add.table) or kind not in (a.ConstraintKind.UNIQUE, a.ConstraintKind.PRIMARY_KEY):
        return None
    if kind is a.ConstraintKind.PRIMARY_KEY and (nullable_columns(statement, add) or not _known(statement, add)):
        return None
    found = keys_built(statement, kind)
    return found[0][1] if found else None


def _known(statement: Statement, add: a.AddConstraint) -> bool:
    table = statement.table(add.table)
    return table is not None and set(add.constraint.columns) <= set(table.columns)


@record
class _Plan:
    """A key, where it stands, and what undoes it."""

    scene: Scene
    statement: Statement
    piece: Piece
    key: Key
    back: tuple[Piece, ...]

    @property
    def migration(self) -> Migration:
        return self.scene.migration

    @property
    def table(self) -> str:
        return table_sql(self.statement, self.key.table)

    @property
    def clear(self) -> str:
        return f"DROP INDEX CONCURRENTLY IF EXISTS {a.Name(self.key.table.schema, self.key.name).sql};\n"

    @property
    def build(self) -> str:
        name = a.identifier(self.key.name)
        return f"{self.clear}CREATE UNIQUE INDEX CONCURRENTLY {name} ON {self.table} {self.key.indexed};\n"

    def constraint(self, path: str) -> Document:
        """The file that makes the constraint of the index; back, the index stays, as it was before."""
        name, limit = a.identifier(self.key.name), f"SET LOCAL lock_timeout = '{usual(self.scene)}';\n"
        added = (
            f"ALTER TABLE {self.table} ADD CONSTRAINT {name} {self.key.words} USING INDEX {name}{self.key.deferred};\n"
        )
        dropped = "".join(piece.text for piece in self.back) or f"ALTER TABLE {self.table} DROP CONSTRAINT {name};\n"
        again = f"CREATE UNIQUE INDEX {name} ON {self.table} {self.key.indexed};\n"
        return new_file(self.migration, path, Script(limit + added, dropped + again))

    def in_place(self, up: tuple[Piece, ...], down: tuple[Piece, ...]) -> Fix | None:
        """The file builds the index, another makes the constraint."""
        paths = next_paths(self.scene, (f"{_word(self.migration)}_constraint",))
        if paths is None:
            return None
        edits = [each.removed() for each in up if is_quiet(each)]
        edits += [each.removed() for each in down if is_quiet(each)]
        edits.append(Edit(self._line(), self.build.rstrip(";\n")))
        edits += self._outside()
        return Fix(_TITLE, tuple(edits), (self.constraint(paths[0]),))

    def _line(self) -> Place:
        return self.statement.place

    def _outside(self) -> tuple[Edit, ...]:
        if self.migration.service.runner is not Runner.GOOSE:
            return ()
        document = self.migration.document
        above = inserted(document, annotations_start(document), "-- +goose NO TRANSACTION\n")
        if not self.back:
            return (above,)
        first, *more = self.back
        return (above, Edit(Place(document, first.span), self.clear), *(piece.removed() for piece in more))

    def apart(self) -> Fix | None:
        """The file keeps the rest; two others build the index and make the constraint."""
        words = (f"{_word(self.migration)}_index", f"{_word(self.migration)}_constraint")
        paths = next_paths(self.scene, words)
        if paths is None:
            return None
        index = new_file(self.migration, paths[0], Script(self.build, self.clear, transaction=False))
        gone = (self.piece, *self.back)
        return Fix(_TITLE, tuple(piece.removed() for piece in gone), (index, self.constraint(paths[1])))


def _word(migration: Migration) -> str:
    return migration.file.description.replace(" ", "_") or "key"
