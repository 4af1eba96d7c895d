"""Runs the real Flyway (tests/flyway/FlywayTruth.java) and hands back what it makes of files."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

HARNESS = Path(__file__).parent / "flyway" / "FlywayTruth.java"
VERSION = "11.20.3"
_NEEDED = (
    f"org/flywaydb/flyway-core/{VERSION}/flyway-core-{VERSION}.jar",
    f"org/flywaydb/flyway-database-postgresql/{VERSION}/flyway-database-postgresql-{VERSION}.jar",
    "com/fasterxml/jackson/core/jackson-core/2.19.*/*.jar",
    "com/fasterxml/jackson/core/jackson-databind/2.19.*/*.jar",
    "com/fasterxml/jackson/core/jackson-annotations/2.1*/*.jar",
    "com/fasterxml/jackson/dataformat/jackson-dataformat-toml/2.19.*/*.jar",
    "com/fasterxml/jackson/datatype/jackson-datatype-jsr310/2.19.*/*.jar",
    "org/postgresql/postgresql/42.*/*.jar",
)


def absence() -> str | None:
    """Why the real Flyway cannot be run here, or None where it can."""
    if shutil.which("java") is None:
        return "java is not installed"
    return None if class_path() else f"no AVION_FLYWAY_CLASSPATH, and no Flyway {VERSION} in the local Maven repository"


def class_path() -> str | None:
    given = os.environ.get("AVION_FLYWAY_CLASSPATH")
    if given:
        return given
    repository = Path.home() / ".m2" / "repository"
    found = [sorted(repository.glob(pattern))[-1:] for pattern in _NEEDED]
    return os.pathsep.join(str(jar) for jars in found for jar in jars) if all(found) else None


def java(*folders: str) -> list[str]:
    """Java with the class path of Flyway, and more folders behind it, as it starts soonest."""
    archive = os.environ.get("AVION_FLYWAY_ARCHIVE")
    shared = [f"-XX:SharedArchiveFile={archive}", "-Xlog:disable"] if archive else []
    path = os.pathsep.join((class_path() or "", *folders))
    return ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", *shared, "-cp", path]


def write_command(path: Path) -> str:
    """Write a program like the one that Flyway's own package brings, which runs the same class on the same jars."""
    path.write_text(f'#!/bin/sh\nexec {shlex.join(java())} org.flywaydb.commandline.Main "$@"\n', encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def _java(*arguments: str) -> list[Any]:
    compiled = os.environ.get("AVION_FLYWAY_TRUTH")
    harness = [*java(compiled), HARNESS.stem] if compiled else [*java(), str(HARNESS)]
    command = [*harness, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stderr[-2000:]
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def read(*folders: Path) -> dict[Path, Any]:
    """What Flyway makes of every file in the folders, by path, without a database."""
    return {Path(found["file"]): found for found in _java("read", *map(str, folders))}


def execute(*runs: tuple[str, str, Path]) -> dict[Path, str | None]:
    """Run `migrate` or `validate` with an URL on each folder: Flyway's error, or None, by folder."""
    arguments = [str(argument) for run in runs for argument in run]
    return {Path(found["folder"]): found["error"] for found in _java("run", *arguments)}
