"""Which service a command is about: the one that is named, the one that it was started in, or the only one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.inputs import under
from avion_lint.discovery.gather import Collected


def one_service(services: Sequence[Collected], wanted: str | None, root: Path) -> Collected:
    """The service of that name or folder; without one, that of the current folder or the only one.

    Raises UsageError, which lists those that there are.
    """
    known = [each for each in services if each.files]
    if wanted is not None:
        found = named(wanted, known, root) or []
        if len(found) != 1:
            raise UsageError(f"{wanted} is no service; {listing(known)}")
        return found[0]
    if not known:
        raise UsageError("there are no goose or Flyway migrations here, so there is no custom to follow")
    here = _around(known, root)
    if len(here) != 1:
        raise UsageError(f"say with --service which one is meant; {listing(here or known)}")
    return here[0]


def named(word: str, known: Sequence[Collected], root: Path) -> list[Collected]:
    """Services of that name, else those in or above a folder of that path; none where there is neither."""
    by_name = [each for each in known if each.service.name == word]
    if by_name or not Path(word).exists():
        return by_name
    path = under(root, Path(word))
    inside = [each for each in known if path == "" or f"{each.service.root}/".startswith(f"{path}/")]
    return inside or [each for each in known if any(file.path == path for file in each.files)]


def _around(known: Sequence[Collected], root: Path) -> list[Collected]:
    """Services in whose folder the command was started, or which are below it; else all."""
    here = Path.cwd().resolve()
    if not here.is_relative_to(root) or here == root:
        return list(known)
    path = here.relative_to(root).as_posix()
    above = [each for each in known if f"{path}/".startswith(f"{each.service.root}/")]
    below = [each for each in known if f"{each.service.root}/".startswith(f"{path}/")]
    return above or below or list(known)


def listing(found: Sequence[Collected]) -> str:
    """The services in words, with their folders."""
    if not found:
        return "there are none here"
    return "there are " + ", ".join(f"{each.service.name} ({each.service.root or '.'})" for each in found)
