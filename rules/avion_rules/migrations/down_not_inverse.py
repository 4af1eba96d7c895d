"""Down sections that do not undo what their Up section did."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.runners.migration import Direction, Runner, Section
from avion_lint.source import Span
from avion_lint.subjects import Migration
from avion_rules.migrations._inverse import Difference, difference
from avion_rules.migrations._undoing import dropping_undoes, drops, needs_undoing
from avion_rules.migrations._words import REFUSE, SHOWN, listed


@rule("MG116", subject=Migration)
def down_not_inverse(migration: Migration) -> Iterator[Finding]:
    """Find a Down section that does not undo what Up made and dropped."""
    section = migration.file.section(Direction.DOWN)
    if migration.service.runner is not Runner.GOOSE or section is None or section.error or migration.problems:
        return
    found = difference(migration)
    if found.left or found.gone:
        yield _finding(migration, section, _told(found), found)
    elif not section.chunks and _changes_schema(migration):
        yield _finding(migration, section, "what Up changed stays as it is", found)


def _changes_schema(migration: Migration) -> bool:
    return any(needs_undoing(action) for statement in migration.up for action in statement.actions)


def _finding(migration: Migration, section: Section, told: str, found: Difference) -> Finding:
    sql = drops(found.left) if _is_all(migration, section, found) else ""
    example = f": `{sql}`" if sql else ""
    if section.chunks:
        message = f"Rolling back does not lead back to the schema before: after Up and Down {told}."
        remedy = f"Add to Down what is missing{example}. {REFUSE}"
    else:
        message = (
            "This Down section is empty: `goose down` reports success and takes version "
            f"{migration.version} off its list, while {told}."
        )
        remedy = f"Write the statements that undo Up{example}. {REFUSE}"
    related = tuple(Related(origin.place, f"{key} is made here") for key, origin in found.left[:SHOWN])
    return migration.finding(_first_line(migration, section), message, remedy, related=related)


def _is_all(migration: Migration, section: Section, found: Difference) -> bool:
    """Whether dropping what is left leads back, beside what Down does already."""
    made = [key for key, _ in found.left]
    actions = (action for statement in migration.up for action in statement.all_actions())
    return not found.gone and (bool(section.chunks) or all(dropping_undoes(action, made) for action in actions))


def _first_line(migration: Migration, section: Section) -> Span:
    return migration.document.line_around(section.span.start)


def _told(found: Difference) -> str:
    left, gone = [str(key) for key, _ in found.left], [str(key) for key in found.gone]
    parts = []
    if left:
        parts.append(f"{listed(left)} {'stays' if len(left) == 1 else 'stay'}")
    if gone:
        parts.append(f"{listed(gone)} {'is' if len(gone) == 1 else 'are'} missing")
    return " and ".join(parts)
