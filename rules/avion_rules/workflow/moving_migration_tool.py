"""A migration tool that is whatever is newest on the day of the run."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.pipeline import Stage
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.source import Place, Span

_MOVING = pattern(
    r"\bgo (?:install|run)(?: -\S{1,80}(?: '[^'\n]{0,200}'| \"[^\"\n]{0,200}\")?){0,9} "
    r"(?P<go>\S{0,200}(?:goose|migrate|dbmate|tern|atlas|sqlc|sql-migrate)\S{0,200}@(?:latest|master|main|HEAD))"
    r"|(?P<image>(?<![\w./-])(?:docker\.io/)?(?:flyway/flyway|redgate/flyway|liquibase/liquibase|liquibase|migrate/migrate"
    r"|amacneil/dbmate|arigaio/atlas)(?::latest)?(?=[\"'\s]|$))"
    r"|(?P<url>https://[\w./-]{1,200}/releases/latest/download/\S{0,200}(?:goose|migrate|flyway|dbmate|atlas|tern)\S{0,200})"
)


@rule("WF130", subject=Delivery)
def moving_migration_tool(delivery: Delivery) -> Iterator[Finding]:
    """Find a job that runs migrations with a tool of no fixed version."""
    for stage in delivery.pipelines.stages:
        if stage.migration is None and not stage.is_test:
            continue
        for named, place in _found(stage):
            yield stage.finding(
                place,
                f"Which release migrates is decided on the day of the run: `{named}` may be another one in production "
                "than the one that was tested, and read the same files in another way.",
                _mend(named),
            )


def _mend(named: str) -> str:
    if "@" in named:
        return f"Write the version: `{named.rpartition('@')[0]}@v3.27.3`, say, the one that you have tested."
    if "releases/latest" in named:
        return "Write the version in the address (`releases/download/v…/…`) and compare a checksum."
    return f"Write the version and the digest: `{named.partition(':')[0]}:<version>@sha256:<digest>`."


def _found(stage: Stage) -> Iterator[tuple[str, Place]]:
    start = stage.job.part.node.span.start
    for match in _MOVING.finditer(stage.text):
        kind = match.lastgroup or 0
        span = Span(start + match.start(kind), start + match.end(kind))
        yield match[kind], stage.job.part.yaml.place(span)
