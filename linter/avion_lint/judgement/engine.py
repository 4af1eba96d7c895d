"""Runs rules over subjects: every rule over everything of its kind that is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from avion_lint.record import field, record
from avion_lint.rule import Check, Rule, Sort
from avion_lint.sql import actions as a
from avion_lint.subjects import Change, Dialect, Migration, Project, Service, Statement
from avion_lint.verdict import Found, Unchecked

# Options of a rule for a service and a file, or the default ones; None where the rule has none.
OptionsOf = Callable[[Rule, str, str], object | None]


@record
class Outcome:
    """What rules found, and the rules that broke (which is our fault, and said).

    `notes` are what rules over projects noted of a migration, by the id of the rule. `does` is what fixes of earlier
    migrations may have to mind in it (avion_lint.fixer.order), None where nobody asked or there is nothing.
    """

    found: tuple[Found, ...]
    unchecked: tuple[Unchecked, ...]
    notes: Mapping[str, Sequence[object]] = field(default_factory=dict)
    does: tuple[tuple[str, ...], ...] | None = None


Subject = Migration | Project | Change
Seen = frozenset[Sort]
Asked = tuple[tuple[Rule, Check], ...]
_NONE: Mapping[str, Sequence[object]] = {}
_NOTHING: Seen = frozenset()


@record
class _Told:
    """What rules have told so far."""

    found: list[Found] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)

    def outcome(self, notes: Mapping[str, Sequence[object]]) -> Outcome:
        """The same, when all have been asked."""
        return Outcome(tuple(self.found), tuple(self.unchecked), notes)


class Engine:
    """Rules that are on, with their options; a rule that raises does not stop the others, and is told as unchecked."""

    def __init__(self, rules: Iterable[Rule], options: OptionsOf) -> None:
        self.rules = tuple(rules)
        self._choose = _Chooser(self.rules)
        self._options = options

    def of_migration(self, migration: Migration) -> Outcome:
        """What the rules find in a migration and in its statements, and what they note of it."""
        service, path = migration.service, migration.path
        choose, told = self._choose, _Told()
        up, down = ([(statement, _sorts(statement)) for statement in each] for each in (migration.up, migration.down))
        misread: Seen = frozenset([misread.kind for misread in migration.file.misreadings])
        seen, below = misread.union(*(sorts for _, sorts in up)), _NOTHING.union(*(sorts for _, sorts in down))
        self._ask(choose.rules_for(migration, service, seen, below), migration, path, told)
        for statements, is_down in ((up, False), (down, True)):
            for statement, sorts in statements:
                self._ask(choose.rules_for_statement(statement, sorts, down=is_down), statement, path, told)
        notes: dict[str, Sequence[object]] = {}
        for rule in choose.noting(service, seen | below):
            try:
                notes[rule.id] = tuple(rule.notes(migration)) if rule.notes else ()
            except Exception as error:  # noqa: BLE001 - whatever a rule raises, the rest must be judged
                told.unchecked.append(broken(rule, migration.path, error))
        return told.outcome({rule: noted for rule, noted in notes.items() if noted})

    def of_project(self, project: Project, notes: Mapping[str, Sequence[object]]) -> Outcome:
        """What the rules find in a project as a whole; `notes` are those of all its migrations."""
        told = _Told()
        self._ask(self._choose.rules_for(project, project.service), project, "", told, notes=notes)
        return told.outcome({})

    def of_changes(self, changes: Iterable[Change]) -> Outcome:
        """What the rules find in what is done to applied files."""
        told = _Told()
        for change in changes:
            rules = self._choose.rules_for(change, change.service)
            self._ask(rules, change, change.before.path, told)
        return told.outcome({})

    def _ask(
        self,
        rules: Asked,
        subject: Subject | Statement,
        path: str,
        told: _Told,
        *,
        notes: Mapping[str, Sequence[object]] = _NONE,
    ) -> None:
        """Add what these rules say of a subject to what is told."""
        service = subject.service
        for rule, check in rules:
            try:
                beside: tuple[object, ...] = () if rule.notes is None else (notes.get(rule.id, ()),)
                if rule.options is not None:
                    beside = (*beside, self._options(rule, service.name, path))
                for finding in check(subject, *beside):
                    told.found.append(Found(rule, finding, service.name))
            except Exception as error:  # noqa: BLE001 - as above
                told.unchecked.append(broken(rule, path, error))


class _Chooser:
    """Which rules a subject is given to; remembered for each sort of subject, since there are few sorts."""

    __slots__ = ("_by_subject", "_known", "_noting")

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._by_subject: dict[object, list[Rule]] = {}
        for rule in rules:
            self._by_subject.setdefault(rule.subject, []).append(rule)
        self._noting = tuple(rule for rule in rules if rule.notes is not None)
        self._known: dict[object, Asked] = {}

    def rules_for_statement(self, statement: Statement, sorts: Seen, *, down: bool) -> Asked:
        """The rules that may have something to say of a statement with these sorts of actions."""
        sort = (statement.service.dialect, down, statement.is_sure(), sorts)
        known = self._known.get(sort)
        if known is None:
            found = self._asked(Statement, statement.service, sorts, _NOTHING)
            known = self._known[sort] = tuple(
                (rule, check)
                for rule, check in found
                if (rule.down or not down) and (statement.is_sure() or not _needs_schema(rule))
            )
        return known

    def rules_for(self, subject: Subject, service: Service, seen: Seen = _NOTHING, below: Seen = _NOTHING) -> Asked:
        """The rules that may have something to say of a subject with these sorts of actions and misreadings.

        `below` are those of a migration's Down section.
        """
        sort = (service.dialect, type(subject), seen, below)
        known = self._known.get(sort)
        if known is None:
            known = self._known[sort] = tuple(self._asked(type(subject), service, seen, below))
        return known

    def _asked(self, subject: type, service: Service, seen: Seen, below: Seen) -> Iterator[tuple[Rule, Check]]:
        postgres = service.dialect is Dialect.POSTGRESQL
        for rule in self._by_subject.get(subject, ()):
            if rule.check and (postgres or rule.any_database):  # noqa: SIM102 - two questions
                if not rule.on or rule.notes or _is_about(rule, seen, below):
                    yield rule, rule.check

    def noting(self, service: Service, seen: Seen) -> Iterator[Rule]:
        """The rules over projects that have something to note of a migration with these actions and misreadings."""
        postgres = service.dialect is Dialect.POSTGRESQL
        for rule in self._noting:
            if (postgres or rule.any_database) and (not rule.on or not seen.isdisjoint(rule.on)):
                yield rule


def _sorts(statement: Statement) -> Seen:
    """The sorts of actions in a statement and of constraints that it adds, by which rules say what they are for."""
    found: list[Sort] = []
    for action in statement.all_actions():
        found.append(type(action))
        if isinstance(action, a.AddConstraint):
            found.append(action.constraint.kind)
        elif isinstance(action, a.AddColumn) and action.column.constraints:
            found.extend([made.kind for made in action.column.constraints])
    return frozenset(found)


def _is_about(rule: Rule, seen: Seen, below: Seen) -> bool:
    return not seen.isdisjoint(rule.on) or (rule.down and not below.isdisjoint(rule.on))


# The family whose rules say what will fail or be wrong given the schema: silent where the schema is not sure.
_BY_SCHEMA = "SC"
_BY_TEXT = {"SC103", "SC114", "SC118"}  # but these, which look at the statement alone


def _needs_schema(rule: Rule) -> bool:
    return rule.family == _BY_SCHEMA and rule.id not in _BY_TEXT


def broken(rule: Rule, path: str, error: Exception) -> Unchecked:
    """What is said of a rule that raised; of a user's own check, that its author has to look at it."""
    if rule.written is not None:
        place = rule.written.place
        why = f"the check {rule.name} ({place.document.path}:{place.start.line}) cannot be asked of this: {error}"
        return Unchecked(path, None, why, "mend the check; `avion-lint policy test` tries it", blocks=True)
    why = f"rule {rule.name} broke on this: {type(error).__name__}: {error}"
    return Unchecked(path, None, why, "please report it; everything else was checked", blocks=True)
