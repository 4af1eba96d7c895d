"""What is measured on workflows and manifests: beside zizmor and checkov, beside a parser alone, and as they grow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks import deliveries
from benchmarks.cases import OURS, PASS, Bench, Case, Commands, Goal
from benchmarks.measure import Command

PEERS = "zizmor, then checkov"
COMPOSER = "PyYAML's C composer"
_MEGABYTE = 1_000_000
_ALL = (".", "--all", "--no-git")
_BOTH = (
    '"$0" --offline --no-exit-codes . && '
    '"$1" -d . --framework kubernetes github_actions --skip-download --compact --quiet --soft-fail'
)
"""checkov by its two frameworks for these files alone, which is its fastest way; neither asks the network."""


def around(bench: Bench) -> Iterator[Case]:
    """The cases."""
    yield Case("around-1000", "1,000 workflows and manifests, 5 MB", lambda: _beside(bench), (Goal(OURS, PEERS, 0.5),))
    if bench.cache:
        yield Case(
            "around-warm",
            "1,000 workflows and manifests, from the cache",
            lambda: {
                OURS: bench.warm(bench.corpora.around(1000).folder, *_ALL),
                PASS: bench.python(bench.corpora.around(1000).folder),
            },
            (Goal(OURS, PASS, 8),),
        )
    yield Case("around-large", "one manifest of 1 MB", lambda: _large(bench), (Goal(OURS, COMPOSER, 4),))
    for once, twice in ((500, 1000), (1000, 2000)):
        yield _growth(bench, f"around-growth-{twice}", (once, twice), 2.2)
    for name, path, make in _PARTS:
        yield Case(
            f"around-growth-{name}",
            f"2,000 {name} in a file against 1,000",
            lambda name=name, path=path, make=make: {  # type: ignore[misc]
                f"{count:,}": bench.ours(
                    bench.corpora.one(f"{path}/{name}-{count}.yml", partial(make, count)).folder, *_ALL
                )
                for count in (1000, 2000)
            },
            (Goal("2,000", "1,000", 2.2),),
        )


def small(bench: Bench) -> Iterator[Case]:
    """The cases of CI, where goals are what is far off."""
    growth = _growth(bench, "small-around", (60, 120), 5)
    yield Case(growth.name, growth.title, growth.commands, growth.goals, small=True)


_PARTS = (
    ("steps", ".github/workflows", deliveries.one_workflow),
    ("containers", "deploy", deliveries.one_pod),
    ("alerts", "alerts", deliveries.alerts),
)


def _growth(bench: Bench, name: str, sizes: tuple[int, int], most: float) -> Case:
    once, twice = (f"{size:,}" for size in sizes)
    return Case(
        name,
        f"{twice} workflows and manifests against {once}, no cache",
        lambda: {f"{size:,}": bench.ours(bench.corpora.around(size).folder, *_ALL) for size in sizes},
        (Goal(twice, once, most),),
    )


def _beside(bench: Bench) -> Commands:
    folder = bench.corpora.around(1000).folder
    found: Commands = {OURS: bench.first(folder, *_ALL)}
    zizmor, checkov = bench.programs.peer("zizmor"), bench.programs.peer("checkov")
    if zizmor and checkov:
        found[PEERS] = Command(("/bin/sh", "-c", _BOTH, zizmor, checkov), folder, bench.environment)
    return found


def _large(bench: Bench) -> Commands:
    folder = bench.corpora.one("deploy/large.yaml", lambda: deliveries.large(_MEGABYTE)).folder
    script = str(Path(__file__).with_name("compose.py"))
    composer = Command((bench.programs.python, script, "."), folder, bench.environment, reports=True)
    return {OURS: bench.ours(folder, *_ALL), COMPOSER: composer}
