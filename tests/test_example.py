"""The README's first command does what the README shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.git_helper import clean_environment

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.prefix) / "bin" / "avion-lint"

pytestmark = pytest.mark.skipif(not COMMAND.exists(), reason=f"avion-lint is not installed in {sys.prefix}")


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    environment = clean_environment(tmp_path_factory.mktemp("home")) | {"AVION_VENV": sys.prefix}
    for name in [name for name in environment if name.startswith("GITHUB_")]:
        del environment[name]
    done = subprocess.run([ROOT / "examples" / "try"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "exit code 1" in done.stderr
    return done.stdout


def shown() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- example -->\n```console\n\$ .*?\n(.*?)\n```\n<!-- /example -->", readme, re.DOTALL)
    assert block is not None
    return re.split(r"\n\n(?=services/)", block[1])


@pytest.mark.parametrize("finding", shown(), ids=lambda text: text.split(": ", 1)[0][:60])
def test_what_the_readme_shows_is_what_the_example_prints(finding: str, output: str) -> None:
    for part in finding.split("\n\n"):
        assert part.rstrip() in output


def test_the_example_has_findings_of_every_sort_and_a_clean_migration(output: str) -> None:
    assert {"MG", "HI", "LK", "CO", "DA"} <= set(re.findall(r"(?:error|warning|info) ([A-Z]{2})\d{3}", output))
    assert "00004_index_sessions_expiry.sql" not in output


def test_the_example_leaves_nothing_behind(output: str) -> None:
    assert output
    assert not list(ROOT.glob("examples/**/.git"))
    assert os.access(ROOT / "examples" / "try", os.X_OK)
