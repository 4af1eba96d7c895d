"""ENVSUB over SQL in which dollar signs mean something else."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Misread
from avion_lint.subjects import Migration


@rule("MG110", subject=Migration, on=(Misread.SUBSTITUTION_IN_BODY,), any_database=True)
def substitution_in_body(migration: Migration) -> Iterator[Finding]:
    """Find dollar quotes and parameters that goose's ENVSUB takes for variables."""
    for misread in migration.file.misreadings:
        if misread.kind is Misread.SUBSTITUTION_IN_BODY:
            message = f"The server gets other SQL than stands here: {misread.detail}."
            remedy = "Put `-- +goose ENVSUB OFF` on a line above this statement, and `-- +goose ENVSUB ON` below it."
            yield migration.finding(misread.span, message, remedy)
