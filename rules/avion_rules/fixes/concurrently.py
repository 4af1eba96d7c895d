"""Index builds and the like, concurrent and outside a transaction, in a migration where nothing else is."""

from __future__ import annotations

from avion_lint.finding import Edit, Fix
from avion_lint.fixer import Scene
from avion_lint.fixer.order import Doings, Needs, Unless
from avion_lint.record import record, replace
from avion_lint.runners.migration import Direction, Kind, Runner
from avion_lint.runners.script_text import NOTHING_TO_UNDO, Script
from avion_lint.source import Document, Place, Span
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration
from avion_rules.fixes._layout import Piece, annotations_start, inserted, pieces
from avion_rules.fixes._names import next_paths
from avion_rules.fixes._new_file import new_file, script_config
from avion_rules.fixes._objects import in_another_path, is_quiet, undoing
from avion_rules.fixes._outside import Concurrent, concurrent, in_place, rewritten
from avion_rules.locks._rerun import Known, first_that_stops
from avion_rules.locks.drop_before_replacement import drop_before_replacement

IN_PLACE = "Make it concurrent, outside a transaction"
MOVED = "Make it concurrent, in a migration of its own outside a transaction"


def concurrently(scene: Scene) -> Fix | None:
    """The fix of LK101 to LK105 and LK109: the same for all of them in a file."""
    migration = scene.migration
    if migration.kind is not Kind.VERSIONED or migration.problems:
        return None
    plan, fix = scene.once("concurrently", lambda: _planned(scene))
    return fix if plan and id(scene.statement) in plan.statements else None


def _planned(scene: Scene) -> tuple[_Plan | None, Fix | None]:
    """The plan for a file, and its fix, which is the same for all findings."""
    migration = scene.migration
    up, down = pieces(migration, Direction.UP), pieces(migration, Direction.DOWN)
    if up is None or down is None or _swaps(migration) or in_another_path(migration):
        return None, None
    forms = {piece: form for piece in up if (form := concurrent(piece))}
    plan = _Plan(scene, up, down, forms, frozenset(id(each) for piece in forms for each in piece.statements))
    fix = plan.fix() if plan.forms else None
    return plan, replace(fix, safe=not plan.may_be_there) if fix else None


def _swaps(migration: Migration) -> bool:
    """Whether an index takes the place of another in one transaction: apart, there would be none for a while."""
    return bool(drop_before_replacement.check and list(drop_before_replacement.check(migration)))


@record
class _Plan:
    """A migration, the pieces of both ways, and the concurrent form of those that get one.

    `statements` are the identities of all statements in those.
    """

    scene: Scene
    up: tuple[Piece, ...]
    down: tuple[Piece, ...]
    forms: dict[Piece, Concurrent]
    statements: frozenset[int]

    @property
    def migration(self) -> Migration:
        return self.scene.migration

    @property
    def may_be_there(self) -> bool:
        """Whether an index that is built anew may be there on purpose: somebody has to say that it is not missed."""
        builds = (action for piece in self.forms for action in piece.actions if isinstance(action, a.CreateIndex))
        return any(build.if_not_exists for build in builds)

    def fix(self) -> Fix | None:
        """Change the file where it stands if nothing else is in it, or if it is outside already; else split it."""
        section = self.migration.file.section(Direction.UP)
        if section is None:
            return None
        others = [piece for piece in self.up if piece not in self.forms and not is_quiet(piece)]
        if not others:
            return self._whole(transaction=section.transaction)
        if section.transaction:
            return self._split(others)
        return self._cleared() or (self._split(others) if not any(map(_needs_none, others)) else None)

    # --- where it stands

    def _whole(self, *, transaction: bool, without: tuple[Piece, ...] = ()) -> Fix | None:
        """All that stays in the file is concurrent; `without` are pieces of Down that leave it."""
        edits: list[Edit] = [edit for piece, form in self._with_clearing() for edit in in_place(piece, form)]
        edits += [piece.removed() for piece in self.up if piece not in self.forms]
        back = self._back_in_place(without) if transaction else ()
        if back is None:
            return None
        edits += back
        files: tuple[Document, ...] = ()
        if transaction and self.migration.service.runner is Runner.GOOSE:
            document = self.migration.document
            edits.append(inserted(document, annotations_start(document), "-- +goose NO TRANSACTION\n"))
        elif transaction and not all(form.recognised for form in self.forms.values()):
            files = (script_config(self.migration.path),)
        return Fix(IN_PLACE, tuple(edits), files) if edits else None

    def _back_in_place(self, without: tuple[Piece, ...]) -> tuple[Edit, ...] | None:
        """Down in a file that runs outside a transaction: concurrent as well, or nothing."""
        edits: list[Edit] = []
        for piece in (each for each in self.down if each not in without):
            form = concurrent(piece, down=True)
            if form is not None:
                edits += in_place(piece, form)
            elif is_quiet(piece):
                edits.append(piece.removed())
            elif not _does_nothing(piece):
                return None
        return tuple(edits)

    def _cleared(self) -> Fix | None:
        """What a failed attempt leaves is cleared away, where that is all there is to do."""
        before = first_that_stops(self.migration.up)
        if before is not None and not any(piece.has(before) for piece in self.forms):
            return None
        if self._becomes_a_key():
            return None  # a second run would find it to be a constraint's, which DROP INDEX refuses
        edits = tuple(edit for piece, form in self._with_clearing() for edit in in_place(piece, form))
        return Fix("Clear a failed attempt away before it builds again", edits) if edits else None

    def _becomes_a_key(self) -> bool:
        """Whether the file makes a constraint of an index that it builds."""
        built = {act.index for piece in self.forms for act in piece.actions if isinstance(act, a.CreateIndex)}
        added = (act for piece in self.up for act in piece.actions if isinstance(act, a.AddConstraint))
        return any(act.constraint.using_index in built for act in added if act.constraint.using_index)

    def _with_clearing(self) -> list[tuple[Piece, Concurrent]]:
        """The forms, without the DROP INDEX that clears the way where the file has it already."""
        known = Known()
        found: list[tuple[Piece, Concurrent]] = []
        for piece in self.up:
            form = self.forms.get(piece)
            for action in piece.actions:
                if form and known.clears(action):
                    form = replace(form, before="")
                known.note(action)
            if form:
                found.append((piece, form))
        return found

    # --- in files of their own

    def _split(self, others: list[Piece]) -> Fix | None:
        moved = tuple(self.forms)
        late = self._late(others)
        if late is None:
            return None
        fix = self._rest_apart(late) if len(late) == len(others) else self._moved_apart(moved, late)
        needs = Needs(act for piece in moved for act in piece.actions)
        return replace(fix, unless=Unless(needs, followed=bool(late))) if fix else None

    def _moved_apart(self, moved: tuple[Piece, ...], late: tuple[Piece, ...]) -> Fix | None:
        """The file keeps what may come before; what is concurrent leaves it, and what must come after that too."""
        word = _word(self.migration, moved)
        words = (word, f"{_described(self.migration)}_rest") if late else (word,)
        paths = next_paths(self.scene, words)
        back, own = undoing(self.down, moved)
        late_back, late_own = undoing(self.down, late)
        if paths is None or not own or not late_own or set(back) & set(late_back):
            return None
        files = [new_file(self.migration, paths[0], self._moved_script(back))]
        if not all(form.recognised for form in self.forms.values()) and self.migration.service.runner is Runner.FLYWAY:
            files.append(script_config(paths[0]))
        if late:
            files.append(new_file(self.migration, paths[1], self._late_script(late, late_back)))
        gone = (*moved, *late, *back, *late_back)
        return Fix(MOVED, (*(piece.removed() for piece in gone), *self._transaction_again()), tuple(files))

    def _rest_apart(self, late: tuple[Piece, ...]) -> Fix | None:
        """The file keeps what is concurrent, since all the rest comes after it."""
        section = self.migration.file.section(Direction.UP)
        back, own = undoing(self.down, late)
        paths = next_paths(self.scene, (f"{_described(self.migration)}_rest",))
        fix = self._whole(transaction=bool(section and section.transaction), without=back)
        if not own or paths is None or fix is None:
            return None
        made = new_file(self.migration, paths[0], self._late_script(late, back))
        return Fix(MOVED, (*fix.edits, *(piece.removed() for piece in back)), (*fix.files, made))

    def _late(self, others: list[Piece]) -> tuple[Piece, ...] | None:
        """What must run after the moved pieces; None where a moved one must run after that in turn."""
        late: list[Piece] = []
        moved, doings, rest = Needs(), Doings(), set(others)
        for piece in self.up:
            if piece in self.forms:
                if doings.mind(Needs(piece.actions)):
                    return None
                moved.add(*piece.actions)
            elif piece in rest and (late or any(map(moved.mind, piece.actions))):
                late.append(piece)
                doings.add(piece.actions)
        return tuple(late)

    def _moved_script(self, back: tuple[Piece, ...]) -> Script:
        up = "".join(rewritten(piece, form) for piece, form in self._with_clearing())
        forms = {piece: concurrent(piece, down=True) for piece in back}
        undone = "".join(rewritten(piece, form) if form else piece.text for piece, form in forms.items())
        own = "".join(form.back for form in reversed(self.forms.values()))
        return Script(up, undone or own or NOTHING_TO_UNDO, transaction=False)

    def _late_script(self, late: tuple[Piece, ...], back: tuple[Piece, ...]) -> Script:
        quiet = "".join(piece.text for piece in self.up if is_quiet(piece))
        return Script(quiet + "".join(piece.text for piece in late), "".join(piece.text for piece in back))

    def _transaction_again(self) -> tuple[Edit, ...]:
        """Without what needs none, the file runs in a transaction again."""
        section = self.migration.file.section(Direction.UP)
        if section is None or section.transaction or self.migration.service.runner is not Runner.GOOSE:
            return ()
        text = self.migration.document.text
        at = text.find("-- +goose NO TRANSACTION")
        if at < 0:
            return ()
        end = text.find("\n", at) + 1 or len(text)
        return (Edit(Place(self.migration.document, Span(at, end)), ""),)


def _does_nothing(piece: Piece) -> bool:
    return all(isinstance(action, a.Command) and action.words == "SELECT" for action in piece.actions)


def _needs_none(piece: Piece) -> bool:
    """Whether it may be outside a transaction for a reason of its own."""
    return any(isinstance(action, a.DoBlock | a.Command | a.Vacuum | a.TransactionControl) for action in piece.actions)


def _word(migration: Migration, moved: tuple[Piece, ...]) -> str:
    """What to call the new file: after the one object that it is about, else after the file it comes from."""
    names = {_about(action) for piece in moved for action in piece.actions} - {""}
    if len(names) == 1:
        return f"index_{next(iter(names))}" if not next(iter(names)).startswith("index") else next(iter(names))
    return f"{_described(migration)}_indexes"


def _about(action: a.Action) -> str:
    match action:
        case a.CreateIndex(index=str() as name):
            return _bare(name)
        case a.Drop(name=name):
            return _bare(name.name)
    return ""


def _bare(index: str) -> str:
    return index.removesuffix("_idx").removeprefix("idx_")


def _described(migration: Migration) -> str:
    return migration.file.description.replace(" ", "_") or "migration"
