"""What was asked for on the command line and cannot be judged: never passed over in silence."""

from __future__ import annotations

from collections.abc import Collection
from posixpath import dirname

from avion_lint import tool
from avion_lint.discovery.gather import Gathering
from avion_lint.discovery.tree import Unreadable
from avion_lint.finding import Finding
from avion_lint.judgement.assess import not_readable
from avion_lint.record import record
from avion_lint.source import Document, Place, Span
from avion_lint.verdict import Found, Unchecked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.discovery.tree import Tree


@record
class Asked:
    """SQL files that were named and that no runner would run, and that there is nothing to judge at all."""

    found: tuple[Found, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()


def asked_for(
    paths: Collection[str], tree: Tree, gathering: Gathering, base: Collection[str], *, expected: bool
) -> Asked:
    """Look whether there is something to judge; `paths` are those asked for, none means all.

    `base` are the migrations of the base branch: where they are gone, that is told as a change. `expected` tells that
    a run without any migration must not pass: nothing else is judged either.
    """
    known = {*_known(gathering), *base}
    strays = {path for stray in gathering.strays for path in stray.paths}
    files = [path for path in paths if path.lower().endswith(".sql") and path not in known | strays]
    if files:
        return Asked(found=tuple(_file(path, tree) for path in files))
    if any(_inside(path, paths) for path in known):
        return Asked()
    return Asked(unchecked=(_nothing(paths, blocks=expected),))


def _known(gathering: Gathering) -> frozenset[str]:
    """Paths that are migrations, or that are told to be none."""
    named = (document.path for each in gathering.services for document, _ in each.problems)
    unreadable = (content.path for each in gathering.services for content in each.unreadable)
    files = (file.document.path for each in gathering.services for file in each.files)
    return frozenset((*files, *named, *unreadable))


def _inside(path: str, given: Collection[str]) -> bool:
    return not given or any(path == each or path.startswith(f"{each}/") for each in given)


def _nothing(paths: Collection[str], *, blocks: bool) -> Unchecked:
    where = f" under {', '.join(paths)}" if paths else ""
    why = f"there are no goose or Flyway migrations{where}, so nothing was checked"
    mend = "if there are some, name their folder in avion-lint.yaml: services: [{path: db/migrations, runner: goose}]"
    return Unchecked(".", None, why, mend, blocks)


def _file(path: str, tree: Tree) -> Found:
    if path not in tree.paths():
        why, mend = "is not among the files that are judged", "add it with `git add`, if git ignores it with `-f`"
        return Found(tool.NOT_READABLE, not_readable(Unreadable(path, why, mend)), "")
    content = tree.read(path)
    if isinstance(content, Unreadable):
        return Found(tool.NOT_READABLE, not_readable(content), "")
    return Found(tool.NOT_JUDGED, _unknown(content), "")


def _unknown(document: Document) -> Finding:
    message = (
        "This file is no migration that goose or Flyway would run, as far as can be seen: it has no goose annotation, "
        "and no name that Flyway takes. Nothing in it was judged."
    )
    folder = dirname(document.path) or "."
    remedy = f"If it is one, name its runner in avion-lint.yaml: services: [{{path: {folder}, runner: goose}}]."
    return Finding(Place(document, Span(0, 0)), message, remedy, object=document.path)
