"""Runs rules over subjects: every rule over everything of its kind that is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from avion_lint.record import record
from avion_lint.rule import Rule
from avion_lint.runners.migration import Direction
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
    subjects = tuple(_subjects(tuple(projects), tuple(changes)))
    found: list[Found] = []
    broken: list[Unchecked] = []
    for rule in rules:
        for subject, service, path in subjects:
            if rule.subject is type(subject) and _applies(rule, subject, service):
                try:
                    found.extend(_check(rule, subject, service, options(rule, service.name, path)))
                except Exception as error:  # noqa: BLE001 - whatever a rule raises, the rest must be judged
                    broken.append(_broken(rule, path, error))
    return Outcome(tuple(found), tuple(broken))


Subject = Statement | Migration | Project | Change


def _subjects(projects: tuple[Project, ...], changes: tuple[Change, ...]) -> Iterator[tuple[Subject, Service, str]]:
    for project in projects:
        yield project, project.service, ""
        for migration in project.migrations:
            if migration.judged:
                yield migration, project.service, migration.path
                for statement in (*migration.up, *migration.down):
                    yield statement, project.service, migration.path
    for change in changes:
        yield change, change.service, change.before.path


def _applies(rule: Rule, subject: Subject, service: Service) -> bool:
    if service.dialect is not Dialect.POSTGRESQL and not rule.any_database:
        return False
    return rule.down or not isinstance(subject, Statement) or subject.direction is Direction.UP


def _check(rule: Rule, subject: Subject, service: Service, options: object | None) -> Iterator[Found]:
    if rule.check is None:
        return
    findings = rule.check(subject) if rule.options is None else rule.check(subject, options)
    for finding in findings:
        yield Found(rule, finding, service.name)


def _broken(rule: Rule, path: str, error: Exception) -> Unchecked:
    why = f"rule {rule.name} broke on this: {type(error).__name__}: {error}"
    return Unchecked(path, None, why, "please report it; everything else was checked", blocks=True)
