"""Whatever is done to a repository, a run with a cache says byte for byte what one without a cache says."""

import os
from pathlib import Path

import pytest

from avion_lint.cache import ledger, memory
from avion_lint.cli import processors
from tests.again_helper import SETTLED, Told, told
from tests.walk_helper import World, act, world

ARGUMENTS = [
    (), (), ("--all",), ("--staged",), ("--no-git", "--all"), ("--format", "json"), ("--verbose",), ("services/users",),
    ("--all", "--format", "json", "--verbose"), ("--base", "main"), ("--all", "--format", "sarif"), ("services/bills",),
]  # fmt: skip
SOON = 20_000_000  # a fiftieth of a second, for stamps to be trusted


@pytest.fixture(autouse=True)
def _little_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few files are remembered, and shared among processes."""
    monkeypatch.setattr(memory, "FEWEST", 1)
    monkeypatch.setattr(ledger, "_WORTH", 1)
    monkeypatch.setattr(processors, "_LEAST", 1)
    monkeypatch.setattr(processors.spread_of, "__defaults__", (1,))


def walk(of: World, steps: int) -> None:
    """Do so many things; after each, runs with a cache say what one without says, from whatever they have in it."""
    done: list[str] = []
    for _ in range(steps):
        done.append(act(of))
        arguments, settled = of.chance.choice(ARGUMENTS), of.chance.choice([SETTLED, SOON, SOON])

        def run(*more: str, arguments: tuple[str, ...] = arguments, settled: int = settled) -> Told:
            cache = of.folder / "cache"
            return told(
                *arguments, *more, cwd=of.repo.path, cache=cache, settled=settled, shift=of.shift, **of.variables
            )

        without = run("--no-cache")
        where = f"{of.repo.path.name}, {arguments}, {of.variables}, {of.shift}: {' '.join(done)}"
        assert run() == without, where
        forget_runs(of.folder / "cache")
        assert (run(), run()) == (without, without), where


def forget_runs(cache: Path) -> None:
    """Let the next run judge, from what is known of files and of schemas."""
    for said in cache.glob("*.run"):
        said.unlink()


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_done_to_a_repository_a_run_says_what_it_says_without_a_cache(tmp_path: Path, seed: int) -> None:
    walk(world(tmp_path, seed), 10)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 115))
def test_whatever_is_done_for_long(tmp_path: Path, seed: int) -> None:
    walk(world(tmp_path, seed), 60)


@pytest.mark.skipif(not os.environ.get("AVION_LINT_WALKS"), reason="AVION_LINT_WALKS names no seeds")
def test_whatever_is_done_for_very_long(tmp_path: Path) -> None:
    first, last, steps = map(int, os.environ["AVION_LINT_WALKS"].split(","))
    for seed in range(first, last):
        walk(world(tmp_path / str(seed), seed), steps)
