"""The example repositories are clean under `strict` for the command as its users run it, with and without the extra."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.git_helper import clean_environment

ROOT = Path(__file__).parent.parent
EXAMPLES = ("avion", "avion-flyway")
each_example = pytest.mark.parametrize("name", EXAMPLES)


def lint(folder: Path, first: Path = ROOT) -> dict:
    environment = {**clean_environment(folder.parent), "PYTHONPATH": os.pathsep.join(map(str, (first, *paths())))}
    done = subprocess.run(
        [sys.executable, "-m", "avion_lint", "--all", "--no-git", "--no-cache", "--format", "json"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1, 3), done.stderr
    return json.loads(done.stdout)


def paths() -> list[Path]:
    return [ROOT / name for name in ("linter", "rules", "policies")]


@pytest.fixture
def copy(tmp_path: Path, name: str) -> Path:
    return shutil.copytree(ROOT / "examples" / name, tmp_path / name)


@each_example
def test_the_example_is_clean_under_strict(copy: Path) -> None:
    pytest.importorskip("tree_sitter_bash", reason="scripts are read by tree-sitter-bash")
    pytest.importorskip("promql_parser", reason="alerts are read by promql-parser")
    assert "policy: strict" in (copy / "avion-lint.yaml").read_text()
    assert lint(copy)["findings"] == []


@each_example
def test_what_cannot_be_read_without_the_extra_is_no_finding(copy: Path) -> None:
    for name in ("tree_sitter", "tree_sitter_bash", "promql_parser"):
        (copy.parent / "none" / name).mkdir(parents=True)
        (copy.parent / "none" / name / "__init__.py").write_text("raise ImportError")
    report = lint(copy, first=copy.parent / "none")
    assert report["findings"] == []
    assert all("not installed" in each["why"] or "--no-git" in each["why"] for each in report["unchecked"])
