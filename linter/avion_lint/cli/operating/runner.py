"""goose or Flyway as it is started in an environment: on files of ours, with timeouts, with secrets by environment."""

from __future__ import annotations

import shutil
from argparse import Namespace
from itertools import count
from pathlib import Path

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.operating.preparation import Prepared
from avion_lint.executor.children.processes import Custody
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.runner import flyway_binary, goose_binary
from avion_lint.executor.runner.job import Job, Ran, Stage, staged
from avion_lint.executor.running.sessions import name_of
from avion_lint.executor.server.address import Address
from avion_lint.record import replace
from avion_lint.runners.migration import Runner
from avion_lint.settings.environments import Environment

# What goose's driver and Flyway's both know; anything else would be taken for a setting of the server.
_KNOWN = ("sslmode", "sslrootcert", "sslcert", "sslkey")


def program_of(runner: Runner, options: Namespace) -> str:
    """The path of the runner's program; raises UsageError where there is none."""
    given = options.goose if runner is Runner.GOOSE else options.flyway
    found = shutil.which(given or str(runner))
    if found is None:
        where = f"at {given}" if given else "on PATH"
        raise UsageError(f"there is no {runner} {where}: install it, or name it with --{runner} PATH")
    return str(Path(found).resolve())


def address_for(address: Address, environment: Environment, runner: Runner, key: int, run: str) -> Address:
    """The database as the runner is told of it: with the timeouts, and sessions that bear the run's name."""
    timeouts = f"-c lock_timeout={environment.lock_timeout} -c statement_timeout={environment.statement_timeout}"
    options = " ".join(each for each in (address.options.get("options", ""), timeouts) if each)
    kept = {key: value for key, value in address.options.items() if key in _KNOWN}
    name = "application_name" if runner is Runner.GOOSE else "ApplicationName"
    if runner is Runner.FLYWAY and address.host.startswith("/"):
        raise CannotRunError("Flyway cannot reach a database by a socket", "give the address of a host and a port")
    return replace(address, options={**kept, name: name_of(key, run), "options": options})


class Started:
    """The runner on a stage of its own; each start has its own output."""

    def __init__(self, prepared: Prepared, program: str, run: str, custody: Custody, private: Path) -> None:
        place = prepared.place
        self.runner = place.collected.service.runner
        self.program = program
        self.stage = _stage(prepared, private / "migrations")
        self.address = address_for(prepared.address, place.environment, self.runner, place.key, run)
        self.custody = custody
        self.private = private
        self.numbers = count(1)

    def up(self, seconds: float) -> Ran:
        """Apply the next migration (goose) or all (Flyway)."""
        if self.runner is Runner.GOOSE:
            return goose_binary.run(self.program, self._job(seconds), "up-by-one")
        return flyway_binary.run(self.program, self._job(seconds), "migrate")

    def down(self, seconds: float) -> Ran:
        """Undo the newest migration; for goose only."""
        return goose_binary.run(self.program, self._job(seconds), "down")

    def _job(self, seconds: float) -> Job:
        home = self.private / "home"
        home.mkdir(mode=0o700, exist_ok=True)
        output = self.private / f"said{next(self.numbers)}"
        return Job(self.stage, self.address, self.custody, str(home), output, seconds)


def _stage(prepared: Prepared, folder: Path) -> Stage:
    """The files that were judged, copied from memory: what lies on the disk may have changed since."""
    scripts = {f"{path}.conf": text for path, text in prepared.scripts.items()}
    return staged(prepared.place.collected, folder, scripts)
