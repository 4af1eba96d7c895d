"""Runs rules over subjects: every rule over everything of its kind that is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from avion_lint.record import record
from avion_lint.rule import Rule
from avion_lint.runners.migration import Direction, Misread
from avion_lint.source import Document
from avion_lint.subjects import Change, Dialect, Migration, Project, Service, Statement
from avion_lint.verdict import Found, Unchecked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.judgement.spread import Spread

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
    spread: Spread | None = None,
) -> Outcome:
    """Run the rules. A rule that raises does not stop the others: what it was to check is told as unchecked.

    `spread` has parts of it done side by side; what is found, and its order, are the same.
    """
    rules, projects = tuple(rules), tuple(projects)
    choose = _Chooser(rules)
    groups = list(_groups(projects, changes))

    def part(number: int, of: int) -> list[Outcome]:
        return [_outcome(group, choose, options) for group in groups[number::of]]

    parts = spread(part, sum(map(len, groups)), (*rules, *_documents(projects))) if spread else [part(0, 1)]
    outcomes = [parts[at % len(parts)][at // len(parts)] for at in range(len(groups))]
    return Outcome(
        tuple(found for outcome in outcomes for found in outcome.found),
        tuple(wrong for outcome in outcomes for wrong in outcome.unchecked),
    )


Subject = Statement | Migration | Project | Change


@record
class _Asked:
    """A subject with the service and the path that it is about."""

    subject: Subject
    service: Service
    path: str


def _groups(projects: Iterable[Project], changes: Iterable[Change]) -> Iterator[tuple[_Asked, ...]]:
    """Subjects in the order in which they are judged; those of a migration, which share what they know, together."""
    for project in projects:
        service = project.service
        yield (_Asked(project, service, ""),)
        for migration in project.migrations:
            if migration.judged:
                subjects: tuple[Subject, ...] = (migration, *migration.up, *migration.down)
                yield tuple([_Asked(subject, service, migration.path) for subject in subjects])
    yield tuple([_Asked(change, change.service, change.before.path) for change in changes])


def _documents(projects: Iterable[Project]) -> Iterator[Document]:
    return (migration.document for project in projects for migration in project.migrations)


def _outcome(group: Iterable[_Asked], choose: _Chooser, options: OptionsOf) -> Outcome:
    found: list[Found] = []
    wrong: list[Unchecked] = []
    for asked in group:
        for rule in choose.rules_for(asked.subject, asked.service):
            try:
                given = options(rule, asked.service.name, asked.path)
                found.extend(_check(rule, asked.subject, asked.service, given))
            except Exception as error:  # noqa: BLE001 - whatever a rule raises, the rest must be judged
                wrong.append(broken(rule, asked.path, error))
    return Outcome(tuple(found), tuple(wrong))


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


def broken(rule: Rule, path: str, error: Exception) -> Unchecked:
    """What is said of a rule that raised; of a user's own check, that its author has to look at it."""
    if rule.written is not None:
        place = rule.written.place
        why = f"the check {rule.name} ({place.document.path}:{place.start.line}) cannot be asked of this: {error}"
        return Unchecked(path, None, why, "mend the check; `avion-lint policy test` tries it", blocks=True)
    why = f"rule {rule.name} broke on this: {type(error).__name__}: {error}"
    return Unchecked(path, None, why, "please report it; everything else was checked", blocks=True)
