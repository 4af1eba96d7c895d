"""What a run has taken from outside itself: what git said, which files it read, and what was in them."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.discovery.tree import WorkTree
from avion_lint.git.values import Content, Repository
from avion_lint.record import field, record


@record
class Basis:
    """All that a verdict follows from, but for the program, its arguments, its environment and the day.

    `repository` is None where git was not asked, or knows of none: `error` is then what it said. `asked` are the paths
    of the work tree that were to be read, and `contents` those that were there. `trees` are the folders that other
    files were read in; the first is the one that is judged.
    """

    repository: Repository | None
    error: str
    asked: tuple[str, ...] = ()
    contents: Mapping[str, Content] = field(default_factory=dict)
    trees: tuple[WorkTree, ...] = ()
