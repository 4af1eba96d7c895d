"""The pages of operators' commands say what the commands say, and name every key and check that there is."""

import json
import re
import subprocess
import sys
from importlib.resources import files

import pytest

from tests.cli_helper import ROOT, environment

PAGES = sorted((ROOT / "docs" / "commands").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_the_help_of_its_command(page, tmp_path):
    command = [sys.executable, "-m", "avion_lint", page.stem, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment(tmp_path, COLUMNS="100"))

    assert f"```text\n{done.stdout}```" in page.read_text(encoding="utf-8")


def test_the_operators_page_names_every_key_and_every_check():
    text = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    schema = json.loads((files("avion_lint.settings") / "settings.schema.json").read_text(encoding="utf-8"))
    environment, cluster = (schema["$defs"][name]["properties"] for name in ("environment", "kubernetes"))
    checks = environment["skip"]["items"]["enum"]
    keys = [*environment, *cluster]

    assert len(keys) > 40
    assert [key for key in (*keys, *checks) if f"`{key}`" not in text and f"    {key}:" not in text] == []


def test_links_between_the_pages_lead_somewhere():
    for page in (ROOT / "docs" / "operators.md", *PAGES):
        for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page}: {link}"
