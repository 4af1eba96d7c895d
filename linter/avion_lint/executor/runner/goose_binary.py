"""The real goose, run as a child: the database's address goes to it by its environment, and nothing else does."""

from __future__ import annotations

import os
import re
import subprocess

from avion_lint.executor.children.processes import Order
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.runner.job import Job, Ran, Tool
from avion_lint.runners.migration import GOOSE_TABLE, Version

_PATIENCE = 30  # seconds to tell its version
_VERSION = re.compile(r"v?(\d+\.\d+\.\d+\S*)")


def goose(path: str) -> Tool:
    """Goose at that path; raises CannotRunError where it is none."""
    return Tool(
        f"goose {_version(path)}",
        lambda job, target: _up(path, job, target),
        lambda job, target: _down(path, job, target),
    )


def _version(path: str) -> str:
    try:
        done = subprocess.run(
            [path, "-version"], capture_output=True, text=True, check=False, timeout=_PATIENCE, env=_plain(), cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = error.strerror if isinstance(error, OSError) else "it does not tell its version"
        raise CannotRunError(f"{path} cannot be run: {reason}") from None
    found = _VERSION.search(done.stdout + done.stderr)
    if done.returncode != 0 or found is None:
        raise CannotRunError(f"{path} is no goose: it does not tell a version")
    return found[1]


def _up(path: str, job: Job, target: Version | None) -> Ran:
    return run(path, job, "up") if target is None else run(path, job, "up-to", str(target.parts[0]))


def _down(path: str, job: Job, target: Version | None) -> Ran:
    return run(path, job, "down") if target is None else run(path, job, "down-to", str(target.parts[0]))


def run(path: str, job: Job, *command: str) -> Ran:
    """One command of goose's; raises EndedError where everything was ended meanwhile.

    It lives in a folder of its own, since it reads `.env` of the one that it is started in.
    """
    environment = {
        **_plain(),
        **job.environment,
        "HOME": job.private,
        "GOOSE_DRIVER": "postgres",
        "GOOSE_DBSTRING": job.address.keywords(),
        "NO_COLOR": "1",
    }
    named = ".".join(filter(None, job.stage.history))
    table = () if named == GOOSE_TABLE else ("-table", named)
    order = Order((path, *table, "-dir", job.stage.folder, *command), environment, cwd=job.private)
    code, said = job.custody.run(order, job.output, job.seconds)
    return Ran(code == 0, job.address.redacted(said), late=code is None)


def _plain() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "TZ": "UTC"}
