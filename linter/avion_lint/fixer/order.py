"""What must keep its order: actions that need an object as it is, and actions that change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.record import record
from avion_lint.sql import actions as a

Mark = tuple[str, ...]
"""What an action does that others may mind: a word for the sort, and the names that it is about."""

_ANY = ("any",)


def marks(action: a.Action) -> Iterator[Mark]:  # noqa: C901 - one a case
    """What an action does that index builds and the like may have to stay before, or after."""
    table = _table_of(action)
    match action:
        case a.CommentOn(name=name):
            yield ("name", name.name)
        case a.Drop(name=name) | a.Rename(name=name) | a.SetSchema(name=name):
            yield from (("name", name.name), ("table", name.name), ("table", table))
        case a.CreateIndex(index=name):
            yield from (("name", each) for each in (name,) if each)
        case a.AddConstraint(constraint=made):
            yield from (("named", table, name) for name in (made.using_index, made.name) if name is not None)
            if made.kind is a.ConstraintKind.FOREIGN_KEY:
                yield from (("leading", table, column) for column in made.columns)
            if made.references is not None:
                yield ("unique", made.references.name)
        case a.DropColumn() | a.AlterColumnType() | a.DropConstraint() | a.AttachPartition() | a.DetachPartition():
            yield ("table", table)
        case a.Insert(on_conflict=on_conflict):
            yield ("table" if on_conflict else "unique", table)
        case a.Update() | a.Delete():
            yield ("unique", table)
        case a.AlterTable(detail=detail):
            yield from (("name", detail), ("name", table))
        case _ if not isinstance(action, _MIND_NOTHING):
            yield _ANY


_MIND_NOTHING = (
    a.SetVariable, a.CreateTable, a.AddColumn, a.SetNotNull, a.DropNotNull, a.SetDefault, a.CreateTrigger,
    a.CreateType, a.AddEnumValue, a.CreateView, a.CreateObject, a.ValidateConstraint,
)  # fmt: skip


class Needs:
    """Names of indexes and tables that moved statements need as they are."""

    def __init__(self, actions: Iterable[a.Action] = ()) -> None:
        self.names: set[str] = set()
        self.tables: set[str] = set()
        self.unique: set[str] = set()
        self.leading: set[tuple[str, str]] = set()
        self.any = False
        self.add(*actions)

    def add(self, *actions: a.Action) -> None:
        """Note what actions need."""
        for action in actions:
            self.any = True
            self._add(action)

    def _add(self, action: a.Action) -> None:
        match action:
            case a.CreateIndex(index=name, table=table, unique=unique, columns=columns):
                self.leading |= {(table.name, column) for column in columns[:1] if column}
                self.names |= {name} if name else set()
                self.tables.add(table.name)
                self.unique |= {table.name} if unique else set()
            case a.Drop(name=name):
                self.names.add(name.name)
            case a.Reindex(name=a.Name() as name):
                self.names.add(name.name)
                self.tables.add(name.name)
            case a.AddConstraint(table=table, constraint=made) | a.ValidateConstraint(table=table, constraint=made):
                self.names.add(made if isinstance(made, str) else made.name or "")
                self.tables.add(table.name)
                self.unique.add(table.name)
            case _:
                self.tables |= {_table_of(action)} - {""}

    def mind(self, action: a.Action) -> bool:
        """Whether an action must not change places with them."""
        return any(map(self._minds, marks(action)))

    def _minds(self, mark: Mark) -> bool:
        match mark:
            case ("name", name):
                return name in self.names
            case ("table", table):
                return table in self.tables
            case ("unique", table):
                return table in self.unique
            case ("named", table, name):
                return table in self.tables and name in self.names
            case ("leading", table, column):
                return (table, column) in self.leading
        return self.any


class Doings:
    """What many actions do, each with a moment, so that the last one that somebody minds is found at once."""

    def __init__(self) -> None:
        self.latest: tuple[int, ...] | None = None
        self._last: dict[Mark, tuple[int, ...]] = {}
        self._named: dict[str, set[str]] = {}

    def add(self, actions: Iterable[a.Action], moment: tuple[int, ...] = ()) -> None:
        """Note what actions do; moments may come in any order."""
        for action in actions:
            self.note(marks(action), moment)

    def note(self, done: Iterable[Mark], moment: tuple[int, ...] = ()) -> None:
        """Note what is done at a moment, be it nothing that anybody minds."""
        self.latest = moment if self.latest is None else max(self.latest, moment)
        for mark in done:
            self._last[mark] = max(moment, self._last.get(mark, moment))
            if mark[0] == "named":
                self._named.setdefault(mark[1], set()).add(mark[2])

    def mind(self, needs: Needs, after: tuple[int, ...] | None = None) -> bool:
        """Whether one of them must not change places with what has these needs; only those after a moment count."""
        found = (self._last[mark] for mark in self._minded(needs) if mark in self._last)
        return any(after is None or moment > after for moment in found)

    def _minded(self, needs: Needs) -> Iterator[Mark]:
        yield from (_ANY,) if needs.any else ()
        yield from (("name", name) for name in needs.names)
        yield from (("table", table) for table in needs.tables)
        yield from (("unique", table) for table in needs.unique)
        yield from (("leading", *both) for both in needs.leading)
        for table in needs.tables & self._named.keys():
            yield from (("named", table, name) for name in needs.names & self._named[table])


@record
class Unless:
    """What later migrations must not do, or a fix would change the order in which things happen.

    They must not mind what has these needs; with `followed` none of them may do anything at all.
    """

    needs: Needs
    followed: bool = False

    def happens(self, doings: Doings, version: tuple[int, ...]) -> bool:
        """Whether they do, among all that migrations do; `version` is that of the one that is to be mended."""
        if self.followed and doings.latest is not None and doings.latest > version:
            return True
        return doings.mind(self.needs, version)


def keeps_order(moved: Iterable[a.Action], other: Iterable[a.Action]) -> bool:
    """Whether index builds and the like must stay before (or after) what is done by the others."""
    return any(map(Needs(moved).mind, other))


def _table_of(action: a.Action) -> str:
    table = getattr(action, "table", None)
    return table.name if isinstance(table, a.Name) else ""
