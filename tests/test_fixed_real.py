"""What fixes make is run by the real goose on a real PostgreSQL: up to the last version, and back to the first."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from avion_lint import testing
from avion_lint.pages import ExampleKind
from tests.goose_wire import Goose, find_goose
from tests.page_helper import cases

CASES = [
    case
    for case in cases()
    if case.example.kind is ExampleKind.FIXED
    and any("+goose" in file.text for file in case.example.files)
    and len({Path(file.path).parent for file in case.example.files}) == 1
]


@pytest.fixture
def database(postgres: str) -> str:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS fixed")
        connection.execute("CREATE DATABASE fixed")
    return f"{postgres.rpartition('/')[0]}/fixed"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_goose_applies_what_a_fix_makes_and_rolls_it_back(case: testing.Case, database: str, tmp_path: Path):
    for file in case.example.files:
        (tmp_path / Path(file.path).name).write_text(file.text, encoding="utf-8")
    goose = Goose(find_goose("AVION_GOOSE_NEW", "goose"), f"{database}?sslmode=disable")

    up = goose.run(tmp_path, "up", environment={})
    down = goose.run(tmp_path, "reset", environment={})

    assert (up.returncode, up.stderr if up.returncode else "") == (0, "")
    assert (down.returncode, down.stderr if down.returncode else "") == (0, "")
