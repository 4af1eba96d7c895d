"""A selector for migrations that none of the repository's Jobs is taken by."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.promql.syntax import Matcher, selectors
from avion_lint.rule import rule
from avion_rules.monitoring._jobs import LABELS, migrating, takes
from avion_rules.monitoring._queries import trees

_ABOUT = pattern(r"migrat|flyway|goose|liquibase|alembic|schema")
_SPECIAL = frozenset(".*+?[](){}|^$\\")
_SHOWN = 3


@rule("MO109", subject=Delivery)
def unmatched_job_name(delivery: Delivery) -> Iterator[Finding]:
    """Find a selector for migration Jobs that takes none of the repository's."""
    jobs = tuple(migrating(delivery))
    for query, tree in trees(delivery):
        for selector in selectors(tree):
            matcher = selector.matcher(*LABELS)
            if matcher is None or not jobs or not _ABOUT.search(matcher.value.lower()):
                continue
            if matcher.op in ("=", "=~") and all(takes(selector, job) is False for job in jobs):
                yield query.finding(
                    matcher.span,
                    f"No Job that migrates is called so: `{matcher.value}` takes none of "
                    f"{', '.join(job.name or job.kind for job in jobs[:_SHOWN])}.",
                    _remedy(matcher),
                    related=tuple(
                        Related(job.part.place("metadata", "name"), "this one migrates") for job in jobs[:_SHOWN]
                    ),
                )


def _remedy(matcher: Matcher) -> str:
    said = "Make the expression take the Jobs' names."
    if matcher.op == "=":
        return f'{said} Names of Jobs change with each build: write `{matcher.label}=~"…-migration-.*"`.'
    if not _SPECIAL & set(matcher.value):
        return f"{said} It has to take the whole name: write `.*{matcher.value}.*`."
    return said
