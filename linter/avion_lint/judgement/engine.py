"""Runs rules over subjects: every rule over everything of its kind that is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from avion_lint.finding import Finding
from avion_lint.record import field, record
from avion_lint.rule import Rule
from avion_lint.runners.migration import Direction, Misread
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


Subject = Statement | Migration | Project | Change
Seen = frozenset[type | Misread]
_NONE: Mapping[str, Sequence[object]] = {}
_NOTHING: Seen = frozenset()


class Engine:
    """Rules that are on, with their options; a rule that raises does not stop the others, and is told as unchecked."""

    def __init__(self, rules: Iterable[Rule], options: OptionsOf) -> None:
        self.rules = tuple(rules)
        self._choose = _Chooser(self.rules)
        self._options = options

    def of_migration(self, migration: Migration) -> Outcome:
        """What the rules find in a migration and in its statements, and what they note of it."""
        service, path = migration.service, migration.path
        up, down = ([(statement, _seen(statement)) for statement in each] for each in (migration.up, migration.down))
        misread: Seen = frozenset(misread.kind for misread in migration.file.misreadings)
        seen = misread.union(*(acts for _, acts in up))
        below: Seen = _NOTHING.union(*(acts for _, acts in down))
        told = self._ask(migration, service, path, seen, below=below)
        for statement, acts in (*up, *down):
            told += self._ask(statement, service, path, acts)
        notes: dict[str, Sequence[object]] = {}
        for rule in self._choose.noting(service, seen | below):
            try:
                notes[rule.id] = tuple(rule.notes(migration)) if rule.notes else ()
            except Exception as error:  # noqa: BLE001 - whatever a rule raises, the rest must be judged
                told.append(broken(rule, migration.path, error))
        return _outcome(told, {rule: noted for rule, noted in notes.items() if noted})

    def of_project(self, project: Project, notes: Mapping[str, Sequence[object]]) -> Outcome:
        """What the rules find in a project as a whole; `notes` are those of all its migrations."""
        return _outcome(self._ask(project, project.service, "", _NOTHING, notes), {})

    def of_changes(self, changes: Iterable[Change]) -> Outcome:
        """What the rules find in what is done to applied files."""
        told = (each for change in changes for each in self._ask(change, change.service, change.before.path))
        return _outcome(told, {})

    def _ask(
        self,
        subject: Subject,
        service: Service,
        path: str,
        seen: Seen = _NOTHING,
        notes: Mapping[str, Sequence[object]] = _NONE,
        *,
        below: Seen = _NOTHING,
    ) -> list[Found | Unchecked]:
        """What the rules say of a subject; `seen` are the sorts of actions and misreadings in it.

        `below` are those of a migration's Down section.
        """
        told: list[Found | Unchecked] = []
        for rule in self._choose.rules_for(subject, service, seen, below):
            try:
                noted = () if rule.notes is None else (notes.get(rule.id, ()),)
                options = () if rule.options is None else (self._options(rule, service.name, path),)
                for finding in _check(rule, subject, *noted, *options):
                    told.append(Found(rule, finding, service.name))  # noqa: PERF401 - what came before an error counts
            except Exception as error:  # noqa: BLE001 - as above
                told.append(broken(rule, path, error))
        return told


def _outcome(told: Iterable[Found | Unchecked], notes: Mapping[str, Sequence[object]]) -> Outcome:
    told = tuple(told)
    found = tuple(each for each in told if isinstance(each, Found))
    return Outcome(found, tuple(each for each in told if isinstance(each, Unchecked)), notes)


class _Chooser:
    """Which rules a subject is given to; remembered for each sort of subject, since there are few sorts."""

    __slots__ = ("_known", "_noting", "_rules")

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._noting = tuple(rule for rule in rules if rule.notes is not None)
        self._known: dict[object, tuple[Rule, ...]] = {}

    def rules_for(self, subject: Subject, service: Service, seen: Seen, below: Seen) -> tuple[Rule, ...]:
        """The rules that may have something to say of a subject in which there are these actions and misreadings."""
        postgres = service.dialect is Dialect.POSTGRESQL
        down = unsure = False
        if isinstance(subject, Statement):
            down, unsure = subject.direction is Direction.DOWN, not subject.is_sure()
        sort = (postgres, type(subject), down, unsure, seen, below)
        known = self._known.get(sort)
        if known is None:
            of_sort = (rule for rule in self._rules if rule.subject is type(subject) and rule.check)
            fitting = (rule for rule in of_sort if (postgres or rule.any_database) and (rule.down or not down))
            asked = (rule for rule in fitting if not rule.on or rule.notes or _is_about(rule, seen, below))
            known = self._known[sort] = tuple(rule for rule in asked if not (unsure and _needs_schema(rule)))
        return known

    def noting(self, service: Service, seen: Seen) -> tuple[Rule, ...]:
        """The rules over projects that have something to note of a migration with these actions and misreadings."""
        postgres = service.dialect is Dialect.POSTGRESQL
        sort = (postgres, "notes", seen)
        known = self._known.get(sort)
        if known is None:
            fitting = (rule for rule in self._noting if postgres or rule.any_database)
            known = tuple(rule for rule in fitting if not rule.on or not seen.isdisjoint(rule.on))
            self._known[sort] = known
        return known


def _seen(statement: Statement) -> Seen:
    """The sorts of actions in a statement, by which rules say what they are for."""
    return frozenset([type(action) for action in statement.all_actions()])


def _is_about(rule: Rule, seen: Seen, below: Seen) -> bool:
    return not seen.isdisjoint(rule.on) or (rule.down and not below.isdisjoint(rule.on))


# The family whose rules say what will fail or be wrong given the schema: silent where the schema is not sure.
_BY_SCHEMA = "SC"
_BY_TEXT = {"SC103", "SC114", "SC118"}  # but these, which look at the statement alone


def _needs_schema(rule: Rule) -> bool:
    return rule.family == _BY_SCHEMA and rule.id not in _BY_TEXT


def _check(rule: Rule, *given: object) -> Iterable[Finding]:
    return rule.check(*given) if rule.check else ()


def broken(rule: Rule, path: str, error: Exception) -> Unchecked:
    """What is said of a rule that raised; of a user's own check, that its author has to look at it."""
    if rule.written is not None:
        place = rule.written.place
        why = f"the check {rule.name} ({place.document.path}:{place.start.line}) cannot be asked of this: {error}"
        return Unchecked(path, None, why, "mend the check; `avion-lint policy test` tries it", blocks=True)
    why = f"rule {rule.name} broke on this: {type(error).__name__}: {error}"
    return Unchecked(path, None, why, "please report it; everything else was checked", blocks=True)
