"""`avion-lint cache`: where the cache is, what is in it, and its removal; and the memory that a run uses."""

from __future__ import annotations

import os
from collections.abc import Mapping

from avion_lint import __version__
from avion_lint.cache.memory import Memory
from avion_lint.cache.store import Store, folder_of
from avion_lint.cli.exit_codes import Exit
from avion_lint.cli.output import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace


def memory_of(environment: Mapping[str, str]) -> Memory:
    """The memory in the folder that the environment names."""
    return Memory(Store(folder_of(environment)), _stamp())


def cache(given: Namespace) -> int:
    """Tell of the cache, or empty it."""
    store = Store(folder_of(os.environ))
    if given.what == "clean":
        count = store.clean()
        say(f"removed {count} {'state' if count == 1 else 'states'} from {store.folder}\n")
        return Exit.CLEAN
    try:
        states = store.states()
    except OSError:
        states = []
    room = sum(size for _, size, _ in states)
    say(f"{store.folder}: {len(states)} {'state' if len(states) == 1 else 'states'}, {room:,} bytes\n")
    return Exit.CLEAN


def _stamp() -> str:
    """What makes a state: our version, and for those who change the program the age of its files."""
    package = os.path.dirname(os.path.dirname(__file__))
    newest = 0
    for folder in ("sql", "sql/extract", "sql/actions", "schema", "schema/replay", "runners", "judgement", "cache"):
        with os.scandir(os.path.join(package, *folder.split("/"))) as entries:
            newest = max(newest, *(entry.stat().st_mtime_ns for entry in entries if entry.name.endswith(".py")))
    return f"{__version__} {newest}"
