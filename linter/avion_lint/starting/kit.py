"""The files of a kit: what `avion-lint init` writes for a runner and a way of deploying, filled in for a repository."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from avion_lint.record import record

_KITS = {("goose", "job"): "goose"}
"""Which folder beside this module holds the files for a runner and a way of deploying."""
_SERVICES = "@SERVICES@"
_USUAL = ("users",)
_MARK = "CHANGE:"


class NoKitError(Exception):
    """There are no files for that runner and that way of deploying; the text says for which there are."""


@record
class Kit:
    """Texts by path from the root, and which of them are programs."""

    texts: dict[str, str]
    programs: tuple[str, ...]


@record
class Gap:
    """A line that somebody has to fill in: where, and what belongs there."""

    path: str
    line: int
    wanted: str


def deployments(runner: str) -> tuple[str, ...]:
    """The ways of deploying that there are files for, the usual one first."""
    return tuple(deploy for known, deploy in _KITS if known == runner)


def kit(runner: str, deploy: str, services: Sequence[str]) -> Kit:
    """The files for a repository with these services. Raises NoKitError."""
    name = _KITS.get((runner, deploy))
    if name is None:
        known = ", ".join(f"--runner {each} --deploy {way}" for each, way in _KITS)
        raise NoKitError(f"there are no files for --runner {runner} with --deploy {deploy}; there are: {known}")
    listed = ", ".join(sorted(set(services)) or _USUAL)
    texts = {path: text.replace(_SERVICES, listed) for path, text in _files(Path(__file__).parent / name)}
    return Kit(texts, tuple(path for path, text in texts.items() if text.startswith("#!")))


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            path = file.relative_to(folder).as_posix().replace("dot-github/", ".github/")
            yield path, file.read_text(encoding="utf-8")


def gaps(texts: dict[str, str]) -> tuple[Gap, ...]:
    """What has to be filled in by hand, in the order of the files."""
    return tuple(
        Gap(path, number, line.partition(_MARK)[2].strip())
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if _MARK in line
    )
