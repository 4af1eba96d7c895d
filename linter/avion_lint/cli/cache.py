"""`avion-lint cache`: where the cache is, what is in it, and its removal; and the memory that a run uses."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from avion_lint import __version__
from avion_lint.cache.memory import Memory
from avion_lint.cache.store import LEDGERS, STATES, Store, folder_of
from avion_lint.cli.again import QUESTIONS, RUNS
from avion_lint.cli.exit_codes import Exit
from avion_lint.cli.output import say
from avion_lint.cli.program import parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from avion_lint.cache.ledger import Ledger
    from avion_lint.git.values import Repository


def memory_of(environment: Mapping[str, str], ids: Mapping[str, str]) -> Memory:
    """The memory in the folder that the environment names; `ids` are git's for the contents of files, by path."""
    return Memory(Store(folder_of(environment)), _stamp(), ids)


def ledger_in(environment: Mapping[str, str], repository: Repository) -> Ledger:
    """The ledger of a repository's files in the folder that the environment names."""
    from avion_lint.cache.ledger import ledger_of  # noqa: PLC0415 - where git is asked

    reader = os.geteuid() if hasattr(os, "geteuid") else ""  # another may not be allowed to read what this one has read
    return ledger_of(Store(folder_of(environment), LEDGERS), f"{_stamp()} {reader}", repository)


def cache(given: Namespace) -> int:
    """Tell of the cache, or empty it."""
    folder = folder_of(os.environ)
    if given.what == "clean":
        removed = [Store(folder, suffix).clean() for suffix in _ALL]
        say(f"removed {_told(removed)} from {folder}\n")
        return Exit.CLEAN
    found = [_there(Store(folder, suffix)) for suffix in _ALL]
    room = sum(size for sizes in found for size in sizes)
    say(f"{folder}: {_told([len(sizes) for sizes in found])}, {room:,} bytes\n")
    return Exit.CLEAN


_SORTS = {STATES: ("state", "states"), RUNS: ("run", "runs"), LEDGERS: ("list of files", "lists of files")}
_ALL = (*_SORTS, QUESTIONS)


def _told(counts: Sequence[int]) -> str:
    """How many there are of each sort; the questions belong to the runs."""
    told = [f"{count} {words[count != 1]}" for count, words in zip(counts, _SORTS.values(), strict=False)]
    return f"{', '.join(told[:-1])} and {told[-1]}"


def _there(store: Store) -> list[int]:
    """Sizes in bytes."""
    try:
        return [size for _, size, _ in store.states()]
    except OSError:
        return []


def _stamp() -> str:
    """What makes a state: our version and the parser's, and for those who change the program the age of its files."""
    package = os.path.dirname(os.path.dirname(__file__))
    newest = 0
    for folder in ("sql", "sql/extract", "sql/actions", "schema", "schema/replay", "runners", "judgement", "cache"):
        with os.scandir(os.path.join(package, *folder.split("/"))) as entries:
            newest = max(newest, *(entry.stat().st_mtime_ns for entry in entries if entry.name.endswith(".py")))
    return f"{__version__} {newest} {parser()}"
