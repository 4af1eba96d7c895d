"""What is measured, against what, and how far it may go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from benchmarks.corpora import Corpora, Corpus
from benchmarks.environment import Programs
from benchmarks.measure import Command

OURS = "avion-lint"
PASS = "python -c pass"
GCC = "squawk --reporter gcc"
TTY = "squawk"
LIMIT = "read and raw parse"


class Of(StrEnum):
    """What of a run a goal is about."""

    WALL = "s"
    PEAK = "MB"


@dataclass(frozen=True)
class Goal:
    """How much `measured` may take: `at_most` times what `against` takes or, without that, seconds or MiB."""

    measured: str
    against: str | None
    at_most: float
    of: Of = Of.WALL


Commands = dict[str, Command]


@dataclass(frozen=True)
class Case:
    """Commands that are run by turns. `small` cases are those of CI, where goals are what is far off."""

    name: str
    title: str
    commands: Callable[[], Commands]
    goals: tuple[Goal, ...] = ()
    small: bool = False


@dataclass(frozen=True)
class Bench:
    """What cases are made of; `cache` tells that avion-lint has one."""

    programs: Programs
    corpora: Corpora
    environment: dict[str, str]
    cache: bool

    def ours(self, folder: Path, *arguments: str) -> Command:
        """avion-lint without a cache."""
        extra = ("--no-cache",) if self.cache and arguments[:1] not in (("--version",), ("--help",)) else ()
        return Command((self.programs.avion_lint, *extra, *arguments), folder, self.environment)

    def first(self, folder: Path, *arguments: str) -> Command:
        """avion-lint with an empty cache, which it fills."""
        return replace(
            self.ours(folder, *arguments), words=(self.programs.avion_lint, *arguments), cold=(self._caches,)
        )

    def new(self, folder: Path, *arguments: str) -> Command:
        """avion-lint with a cache of what is applied, and of no run over what is new."""
        return replace(self.warm(folder, *arguments), forgotten=((self._caches, ".run"),))

    def warm(self, folder: Path, *arguments: str) -> Command:
        """avion-lint with what an earlier run put into the cache, over the same."""
        words = (self.programs.avion_lint, *arguments)
        return Command(words, folder, self.environment, once=words)

    @property
    def _caches(self) -> Path:
        return Path(self.environment["XDG_CACHE_HOME"])

    def python(self, folder: Path) -> Command:
        """The interpreter alone."""
        return Command((self.programs.python, "-c", "pass"), folder, self.environment)

    def limit(self, folder: Path) -> Command:
        """Reading and parsing alone."""
        script = str(Path(__file__).with_name("limit.py"))
        return Command((self.programs.python, script, "."), folder, self.environment, reports=True)

    def peers(self, folder: Path, paths: tuple[str, ...], *names: str) -> Commands:
        """The peers with these labels, as far as they are installed."""
        words = {
            GCC: ("squawk", "--reporter", "gcc", *paths),
            TTY: ("squawk", *paths),
            "pgrubic": ("pgrubic", "lint", *paths),
            "sqlfluff": ("sqlfluff", "lint", "--dialect", "postgres", *paths),
        }
        found = {name: (self.programs.peer(words[name][0]), words[name][1:]) for name in names}
        return {
            name: Command((program, *arguments), folder, self.environment)
            for name, (program, arguments) in found.items()
            if program
        }


def cases(bench: Bench, corpus: Path | None) -> Iterator[Case]:
    """All cases, the quick ones first; `corpus` is a folder of the user's own."""
    yield from _start(bench)
    yield from _small(bench)
    if corpus is not None:
        own = Corpus(corpus.resolve())
        yield _cold(bench, f"corpus-cold ({corpus.name})", lambda: own, (0.6, 0.25, 5))
        if bench.cache:
            yield _warm(bench, f"corpus-warm ({corpus.name})", lambda: own, 0.2)
        return
    yield from _whole(bench)
    yield from _growth(bench)


def _start(bench: Bench) -> Iterator[Case]:
    here = bench.corpora.folder
    for argument in ("version", "help"):
        yield Case(
            argument,
            f"avion-lint --{argument}",
            lambda argument=argument: {OURS: bench.ours(here, f"--{argument}"), PASS: bench.python(here)},  # type: ignore[misc]
            (Goal(OURS, PASS, 2.5),),
        )
    yield Case("one", "one new file in a service of 30, no cache", lambda: _one(bench), _ONE)


_ONE = (Goal(OURS, PASS, 5), Goal(OURS, "pgrubic", 0.1))


def _one(bench: Bench) -> Commands:
    corpus = bench.corpora.repository(30)
    new = str(corpus.new.relative_to(corpus.folder)) if corpus.new else ""
    return {
        OURS: bench.ours(corpus.folder),
        PASS: bench.python(corpus.folder),
        **bench.peers(corpus.folder, (new,), GCC, "pgrubic"),
    }


def _small(bench: Bench) -> Iterator[Case]:
    """The cases of CI: what is far off here is broken, and not slow because of what else the machine does."""
    yield Case("small-version", "avion-lint --version", lambda: _version(bench), (Goal(OURS, PASS, 6),), small=True)
    yield Case("small-one", "one new file in a service of 30", lambda: _one(bench), (Goal(OURS, PASS, 25),), small=True)
    cold = _cold(bench, "small-cold", lambda: bench.corpora.plain(200), (100, 50, 800))
    yield replace(cold, small=True)
    yield Case(
        "small-growth",
        "300 files against 150",
        lambda: {
            "300": bench.ours(bench.corpora.plain(300).folder, "--all", "--no-git"),
            "150": bench.ours(bench.corpora.plain(150).folder, "--all", "--no-git"),
        },
        (Goal("300", "150", 5),),
        small=True,
    )


def _version(bench: Bench) -> Commands:
    return {OURS: bench.ours(bench.corpora.folder, "--version"), PASS: bench.python(bench.corpora.folder)}


def _whole(bench: Bench) -> Iterator[Case]:
    yield Case("peers-100", "100 files beside the peers, no cache", lambda: _hundred(bench))
    yield _cold(bench, "cold-1000", lambda: bench.corpora.plain(1000), (0.6, 0.25, 5))
    if bench.cache:
        yield _warm(bench, "warm-1000", lambda: bench.corpora.plain(1000), 0.2)
        yield _hook(bench)
        yield _again(bench)
    cold = _cold(bench, "cold-10000", lambda: bench.corpora.plain(10_000), (0.5, None, 5))
    yield replace(cold, goals=(*cold.goals, Goal(OURS, None, 150, Of.PEAK)))
    if bench.cache:
        yield _warm(bench, "warm-10000", lambda: bench.corpora.plain(10_000), 0.12)


def _hundred(bench: Bench) -> Commands:
    corpus = bench.corpora.plain(100)
    return {
        OURS: bench.ours(corpus.folder, "--all", "--no-git"),
        **bench.peers(corpus.folder, corpus.paths, GCC, TTY, "pgrubic", "sqlfluff"),
    }


def _cold(bench: Bench, name: str, made: Callable[[], Corpus], goals: tuple[float | None, ...]) -> Case:
    """Every file judged, as on the first run; `goals` are against squawk's short report, its usual one, the limit."""

    def commands() -> Commands:
        corpus = made()
        arguments = (".", "--all", "--no-git")
        without = {f"{OURS} --no-cache": bench.ours(corpus.folder, *arguments)} if bench.cache else {}
        return {
            OURS: bench.first(corpus.folder, *arguments),
            **without,
            **bench.peers(corpus.folder, corpus.paths, GCC, TTY),
            LIMIT: bench.limit(corpus.folder),
        }

    against = tuple(Goal(OURS, other, most) for other, most in zip((GCC, TTY, LIMIT), goals, strict=True) if most)
    return Case(name, "every file judged, empty cache", commands, against)


def _warm(bench: Bench, name: str, made: Callable[[], Corpus], goal: float) -> Case:
    def commands() -> Commands:
        corpus = made()
        ours = bench.warm(corpus.folder, ".", "--all", "--no-git")
        return {OURS: ours, **bench.peers(corpus.folder, corpus.paths, GCC)}

    return Case(name, "every file judged, from the cache", commands, (Goal(OURS, GCC, goal),))


def _hook(bench: Bench) -> Case:
    def commands() -> Commands:
        folder = bench.corpora.repository(10_000).folder
        return {OURS: bench.new(folder), f"{OURS} --no-cache": bench.ours(folder), PASS: bench.python(folder)}

    return Case("hook", "one new file in a service of 10,000, from the cache", commands, (Goal(OURS, PASS, 8),))


def _again(bench: Bench) -> Case:
    def commands() -> Commands:
        folder = bench.corpora.repository(10_000).folder
        return {OURS: bench.warm(folder), PASS: bench.python(folder)}

    return Case("again", "the same once more, with nothing changed", commands, (Goal(OURS, PASS, 8),))


def _growth(bench: Bench) -> Iterator[Case]:
    """Twice as much may take little more than twice as long."""
    made, all_ = bench.corpora, (".", "--all", "--no-git")
    yield _doubled(
        bench, "growth-statements", "bytes in one file", (2_500_000, 5_000_000), lambda n: made.merged(n, 1), *all_
    )
    yield _doubled(bench, "growth-findings", "findings in one file", (2000, 4000), made.careless, *all_)
    yield Case(
        "growth-size",
        "one file of 5 MB against 500 of 10 KB",
        lambda: {
            "1 file": bench.ours(made.merged(5_000_000, 1).folder, *all_),
            "500 files": bench.ours(made.merged(5_000_000, 500).folder, *all_),
        },
        (Goal("1 file", "500 files", 2),),
    )
    yield _doubled(bench, "growth-files", "files, all judged", (10_000, 20_000), made.plain, *all_)
    yield _doubled(bench, "growth-history", "applied files, one new", (10_000, 20_000), made.repository)
    replayed = _doubled(
        bench, "replay", "changes to a quarter as many tables, one new file", (10_000, 20_000), _quarter(made)
    )
    yield replace(replayed, goals=(*replayed.goals, Goal(f"{20_000:,}", None, 1)))


def _quarter(made: Corpora) -> Callable[[int], Corpus]:
    return lambda changes: made.wide(changes // 4, changes)


def _doubled(
    bench: Bench,
    name: str,
    of: str,
    sizes: tuple[int, int],
    made: Callable[[int], Corpus],
    *arguments: str,
) -> Case:
    once, twice = (f"{size:,}" for size in sizes)
    return Case(
        name,
        f"{twice} against {once} {of}, no cache",
        lambda: {f"{size:,}": bench.ours(made(size).folder, *arguments) for size in sizes},
        (Goal(twice, once, 2.2),),
    )
