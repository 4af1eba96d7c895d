"""Runs rules over subjects: every rule over everything of its kind that is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from avion_lint.record import record
from avion_lint.rule import Rule
from avion_lint.runners.migration import Direction, Misread
from avion_lint.subjects import Change, Dialect, Migration, Project, Service, Statement
from avion_lint.verdict import Found, Unchecked

# Options of a rule for a service and a file, or the default ones; None where the rule has none.
OptionsOf = Callable[[Rule, str, str], object | None]


@record
class Outcome:
    """What the rules found, and the rules that broke (which is our fault, and said)."""

    found: tuple[Found, ...]
    unchecked: tuple[Unchecked, ...]


def run(
    rules: Iterable[Rule],
    projects: Iterable[Project],
    changes: Iterable[Change],
    options: OptionsOf,
) -> Outcome:
    """Run the rules. A rule that raises does not stop the others: what it was to check is told as unchecked."""
    choose = _Chooser(tuple(rules))
    found: list[Found] = []
    broken: list[Unchecked] = []
    for subject, service, path in _subjects(projects, changes):
        for rule in choose.rules_for(subject, service):
            try:
                found.extend(_check(rule, subject, service, options(rule, service.name, path)))
            except Exception as error:  # noqa: BLE001 - whatever a rule raises, the rest must be judged
                broken.append(_broken(rule, path, error))
    return Outcome(tuple(found), tuple(broken))


Subject = Statement | Migration | Project | Change


def _subjects(projects: Iterable[Project], changes: Iterable[Change]) -> Iterator[tuple[Subject, Service, str]]:
    for project in projects:
        yield project, project.service, ""
        for migration in project.migrations:
            if migration.judged:
                yield migration, project.service, migration.path
                for statement in (*migration.up, *migration.down):
                    yield statement, project.service, migration.path
    for change in changes:
        yield change, change.service, change.before.path


class _Chooser:
    """Which rules a subject is given to; remembered for each sort of subject, since there are few sorts."""

    __slots__ = ("_known", "_rules")

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._known: dict[object, tuple[Rule, ...]] = {}

    def rules_for(self, subject: Subject, service: Service) -> tuple[Rule, ...]:
        postgres = service.dialect is Dialect.POSTGRESQL
        down = isinstance(subject, Statement) and subject.direction is Direction.DOWN
        seen = _seen(subject)
        sort = (postgres, type(subject), down, seen)
        known = self._known.get(sort)
        if known is None:
            of_sort = (rule for rule in self._rules if rule.subject is type(subject))
            fitting = (rule for rule in of_sort if (postgres or rule.any_database) and (rule.down or not down))
            known = tuple(rule for rule in fitting if not rule.on or not seen.isdisjoint(rule.on))
            self._known[sort] = known
        return known


def _seen(subject: Subject) -> frozenset[type | Misread]:
    """The sorts of actions and misreadings in a statement or a migration, by which rules say what they are for."""
    match subject:
        case Statement():
            return frozenset(map(type, subject.all_actions()))
        case Migration():
            acts = {type(act) for each in (*subject.up, *subject.down) for act in each.all_actions()}
            return frozenset((*acts, *(misread.kind for misread in subject.file.misreadings)))
    return frozenset()


# The family whose rules say what will fail or be wrong given the schema: silent where the schema is not sure.
_BY_SCHEMA = "SC"
_BY_TEXT = {"SC103", "SC114", "SC118"}  # but these, which look at the statement alone


def _check(rule: Rule, subject: Subject, service: Service, options: object | None) -> Iterator[Found]:
    if rule.check is None:
        return
    if (
        rule.family == _BY_SCHEMA
        and rule.id not in _BY_TEXT
        and isinstance(subject, Statement)
        and not subject.is_sure()
    ):
        return
    findings = rule.check(subject) if rule.options is None else rule.check(subject, options)
    for finding in findings:
        yield Found(rule, finding, service.name)


def _broken(rule: Rule, path: str, error: Exception) -> Unchecked:
    why = f"rule {rule.name} broke on this: {type(error).__name__}: {error}"
    return Unchecked(path, None, why, "please report it; everything else was checked", blocks=True)
