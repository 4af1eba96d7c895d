"""Our own reader in a runner's place, for throw-away databases only: it sends what the runner would send."""

from __future__ import annotations

from avion_lint.executor.runner.builtin.flyway import flyway_reader
from avion_lint.executor.runner.builtin.goose import goose_reader
from avion_lint.executor.runner.job import Tool
from avion_lint.runners.migration import Runner


def reader(runner: Runner) -> Tool:
    """The reader in the place of that runner."""
    return goose_reader() if runner is Runner.GOOSE else flyway_reader()
