"""Makes the index's entries: rules whose modules are loaded when they are first asked."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.loading import load
from avion_lint.rule import Check, Notes, Rule, Sort
from avion_lint.subjects import Migration


def indexed(
    id: str,  # noqa: A002 - the rule's own word
    place: str,
    summary: str,
    subject: type | str,
    *,
    options: type | str | None = None,
    down: bool = False,
    any_database: bool = False,
    on: tuple[Sort, ...] = (),
    by_size: bool = False,
    notes: bool = False,
) -> Rule:
    """A rule by the place of its module, `family.rule_name`; the other arguments are the fields of Rule.

    `notes` tells that it has some.
    """
    module, word = f"avion_rules.{place}", place.rpartition(".")[2]
    name = word.replace("_", "-")
    check, noting = _later(module, word), _later_notes(module, word) if notes else None
    return Rule(id, name, summary, module, subject, check, options, down, any_database, on, by_size, noting)


def _later(module: str, word: str) -> Check:
    """The check of the rule that the module calls by that word, found at the first call."""
    found: Check | None = None

    def check(*given: object) -> Iterator[Finding]:
        nonlocal found
        if found is None:
            found = getattr(load(module), word).check
        return found(*given)

    return check


def _later_notes(module: str, word: str) -> Notes:
    """The notes of the rule that the module calls by that word, found at the first call."""
    found: Notes | None = None

    def notes(migration: Migration) -> Iterator[object]:
        nonlocal found
        if found is None:
            found = getattr(load(module), word).notes
        return found(migration)

    return notes
