"""What the size of tables makes of findings: silent where they are small, louder where large, with how long it takes.

Only findings of rules that say so (`Rule.by_size`), and only where all sizes that matter are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from avion_lint import tool
from avion_lint.finding import Finding
from avion_lint.record import record, replace
from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.stats.model import Known, Stats, TableStats
from avion_lint.stats.rates import Range, Task, seconds
from avion_lint.stats.units import range_words, rows_words, size_words
from avion_lint.subjects import Migration, Project, Statement
from avion_lint.timeline.deeds import deeds_of
from avion_lint.timeline.model import Deed, Work
from avion_lint.verdict import Found, Sized


def sized(
    found: Iterable[Found], projects: Iterable[Project], known: Mapping[str, Known], today: date
) -> Iterator[Found]:
    """The findings with what sizes say of them; `known` is by the name of the service."""
    migrations = {
        (project.service.name, migration.path): migration
        for project in projects
        if project.service.name in known
        for migration in project.judged
    }
    for each in found:
        migration = migrations.get((each.service, each.finding.place.document.path)) if each.rule.by_size else None
        yield _sized(each, migration, known[each.service], today) if migration else each


def too_old(known: Mapping[str, Known], today: date) -> Iterator[Found]:
    """A finding for each stats file that is too old."""
    seen = set()
    for service in sorted(known):
        stats, days = known[service].stats, known[service].thresholds.days
        if stats.place is None or stats.place.document.path in seen or not known[service].is_old(today):
            continue
        seen.add(stats.place.document.path)
        message = (
            f"The sizes of tables were measured on {stats.measured}, more than {days} days ago: they no longer keep "
            "findings about small tables silent."
        )
        remedy = "Measure them anew with `avion-lint stats pull`."
        yield Found(tool.OLD_STATS, Finding(stats.place, message, remedy, object=stats.place.document.path), service)


def _sized(found: Found, migration: Migration, known: Known, today: date) -> Found:
    jobs = tuple(_jobs(found.finding, migration, known.stats))
    if not jobs or any(job.table is None for job in jobs):
        return found
    tables = tuple(dict.fromkeys(job.table for job in jobs if job.table))
    words = _words(tables, known.stats)
    if all(map(known.thresholds.is_small, tables)) and not known.is_old(today):
        return replace(found, size=Sized(small=words))
    message = found.finding.message + _estimate(jobs, words)
    louder = any(map(known.thresholds.is_large, tables))
    return replace(found, finding=replace(found.finding, message=message), size=Sized(louder=louder))


def _words(tables: Iterable[TableStats], stats: Stats) -> str:
    """Sizes as in "users has 41 million rows, 12 GB (2026-11-22)"."""
    sizes = (
        ", ".join(
            [
                *([rows_words(table.rows)] if table.rows is not None else []),
                *([size_words(table.bytes)] if table.bytes is not None else []),
            ]
        )
        for table in tables
    )
    told = "; ".join(f"{table.name} has {size}" for table, size in zip(tables, sizes, strict=True))
    return f"{told} (measured on {stats.measured})"


def _estimate(jobs: Iterable[_Job], words: str) -> str:
    total = Range(0, 0)
    for job in jobs:
        taken = seconds(job.task, job.table, job.indexes) if job.table else None
        if taken is None:
            return ""
        total += taken
    return f" That takes {range_words(total.low, total.high)}: {words}."


# --- what is done to which table ---------------------------------------------------------------------------------


@record
class _Job:
    """A task on a table, None where its size is not known."""

    task: Task
    table: TableStats | None
    indexes: int = 1


_TASKS = {Work.SCAN: Task.SCAN, Work.REWRITE: Task.REWRITE, Work.BUILD: Task.BUILD, Work.CHANGE: Task.CHANGE}


def _jobs(finding: Finding, migration: Migration, stats: Stats) -> Iterator[_Job]:
    """What the statement that a finding is about does to tables; a partition counts with its table."""
    found = (
        _Job(task, size_of(name, statement, stats), indexes)
        for statement, action in _actions(finding, migration)
        for task, name, indexes in tasks(statement, action)
    )
    jobs = tuple(dict.fromkeys(found))
    whole = {job.table.name for job in jobs if job.table}
    return (job for job in jobs if job.table is None or job.table.partition_of not in whole)


def size_of(name: a.Name, statement: Statement, stats: Stats) -> TableStats | None:
    """The size of a table; of a partition that the file does not name that of its table, which has its rows too."""
    while True:
        found = stats.of(name, statement.schema.search_path)
        table = statement.table(name)
        if found is not None or table is None or table.partition_of is None:
            return found
        name = table.partition_of


def _actions(finding: Finding, migration: Migration) -> Iterator[tuple[Statement, a.Action]]:
    span = finding.place.span
    for statement in (*migration.up, *migration.down):
        if not _within(span, statement.place.span):
            continue
        acting = [action for action in statement.all_actions() if not isinstance(action, a.DoBlock)]
        exact = [action for action in acting if statement.place_of(action).span == span]
        yield from ((statement, action) for action in exact or acting)


def _within(span: Span, statement: Span) -> bool:
    return statement.start <= span.start < statement.end


def tasks(statement: Statement, action: a.Action) -> Iterator[tuple[Task, a.Name, int]]:
    """Tasks with the table of each, resolved, and the number of indexes that are built."""
    if isinstance(action, a.Insert | a.CreateTable) and action.copies:
        yield from ((Task.CHANGE, copied, 1) for copied in action.copies)
        return
    if isinstance(action, a.Update | a.Delete):
        yield Task.CHANGE, action.table, 1
        return
    if isinstance(action, a.CreateIndex) and statement.is_partitioned(action.table):
        yield Task.BUILD, action.table, 1  # whatever partitions there are, made by migrations or not
        return
    referenced = _referenced(statement, action)
    for deed in _deeds(statement, action):
        if referenced is None:
            yield _TASKS[deed.work], deed.relation, len(deed.builds)
        elif deed.relation.name != referenced.name or _is_own(action, referenced):
            # A row is looked up in the other table by its key: only the number of lookups counts.
            yield Task.LOOKUP if deed.work is Work.SCAN else _TASKS[deed.work], deed.relation, len(deed.builds)


def _deeds(statement: Statement, action: a.Action) -> Iterator[Deed]:
    found = ((action, effect, True) for effect in statement.effects(action))
    return deeds_of(found, lambda _: 0)


def _referenced(statement: Statement, action: a.Action) -> a.Name | None:
    """The other table of a foreign key that is checked, None where none is."""
    match action:
        case a.AddConstraint(constraint=made):
            return made.references
        case a.ValidateConstraint(table=name, constraint=constraint):
            table = statement.table(name)
            known = table.constraints.get(constraint) if table else None
            return known.references if known else None
    return None


def _is_own(action: a.Action, referenced: a.Name) -> bool:
    """Whether a foreign key refers to its own table."""
    return isinstance(action, a.AddConstraint | a.ValidateConstraint) and action.table.name == referenced.name
