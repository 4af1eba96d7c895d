"""Files that the runner stops at with an error."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Direction, ReadError, Section
from avion_lint.subjects import Migration
from avion_rules._versions import called
from avion_rules.migrations._annotations import lacks_up
from avion_rules.migrations._refusals import explain
from avion_rules.migrations._words import shortened


@rule("MG104", subject=Migration, any_database=True)
def refused_by_runner(migration: Migration) -> Iterator[Finding]:
    """Find a file that the runner refuses to run."""
    if lacks_up(migration):
        return
    told: set[str] = set()
    for section in migration.file.sections:
        error = section.error
        if error and error.text not in told:
            told.add(error.text)
            yield _finding(migration, section, error)


def _finding(migration: Migration, section: Section, error: ReadError) -> Finding:
    runner = called(migration.service.runner)
    refusal = explain(migration.service.runner, error.text)
    if section.direction is Direction.DOWN and not _fails_up(migration):
        effect = f"Rolling back fails on the day it is needed, and `{runner} up` does not show it"
    elif refusal.hangs:
        effect = f"{runner} never comes to an end of this file"
    else:
        effect = f"{runner} stops at this file with an error"
    words = "" if refusal.hangs else f" In {runner}'s words: {shortened(error.text)}"
    message = f"{effect}: {refusal.meaning}.{words}"
    return migration.finding(error.span, message, refusal.remedy)


def _fails_up(migration: Migration) -> bool:
    section = migration.file.section(Direction.UP)
    return section is not None and section.error is not None
