"""The files of a kit: what `avion-lint init` writes for a runner and a way of deploying, filled in for a repository."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from avion_lint.record import record

_DEPLOYMENTS = {"job": ("job",), "helm": ("chart", "helm"), "argocd": ("chart", "argocd")}
"""The layers that a way of deploying adds to those of every kit and of its runner; what comes later counts."""
_RUNNERS = ("goose", "flyway")
_LAYERS = Path(__file__).parent / "layers"
_PIECES = "pieces"
"""The folder of a layer whose files are no files of the kit: others name them, and they are written there."""
_PIECE = "# @piece "
_SERVICES, _SERVICE = "@SERVICES@", "@SERVICE@"
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


def runners() -> tuple[str, ...]:
    """The runners that there are files for."""
    return _RUNNERS


def deployments() -> tuple[str, ...]:
    """The ways of deploying that there are files for, the usual one first."""
    return tuple(_DEPLOYMENTS)


def kit(runner: str, deploy: str, services: Sequence[str]) -> Kit:
    """The files for a repository with these services. Raises NoKitError."""
    if runner not in _RUNNERS or deploy not in _DEPLOYMENTS:
        known = f"--runner {' or '.join(_RUNNERS)}, --deploy {' or '.join(_DEPLOYMENTS)}"
        raise NoKitError(f"there are no files for --runner {runner} with --deploy {deploy}; there are: {known}")
    found = _files(("common", runner, *_DEPLOYMENTS[deploy]))
    pieces = {path.removeprefix(f"{_PIECES}/"): text for path, text in found.items() if path.startswith(f"{_PIECES}/")}
    whole = {path: _whole(text, pieces) for path, text in found.items() if not path.startswith(f"{_PIECES}/")}
    texts = dict(sorted(_filled(whole, sorted(set(services)) or _USUAL)))
    return Kit(texts, tuple(path for path, text in texts.items() if text.startswith("#!")))


def _files(layers: Sequence[str]) -> dict[str, str]:
    """Every file of the layers by its path, those of a later layer in place of an earlier one's."""
    found: dict[str, str] = {}
    for layer in layers:
        for file in (_LAYERS / layer).rglob("*"):
            if file.is_file():
                path = file.relative_to(_LAYERS / layer).as_posix().replace("dot-github/", ".github/")
                found[path] = file.read_text(encoding="utf-8")
    return found


def _whole(text: str, pieces: dict[str, str]) -> str:
    """A text with every line `# @piece NAME` replaced by the piece, which stands as far in as that line."""
    if _PIECE not in text:
        return text
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        indent, found, name = line.partition(_PIECE)
        if not found or indent.strip():
            lines.append(line)
            continue
        piece = _whole(pieces[name.strip()], pieces)
        lines.extend(indent + each if each.strip() else each for each in piece.splitlines(keepends=True))
    return "".join(lines)


def _filled(texts: dict[str, str], services: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The services written in; a path that names the service stands for one file for each of them."""
    listed = ", ".join(services)
    for path, text in texts.items():
        for service in services if _SERVICE in path else ("",):
            yield path.replace(_SERVICE, service), text.replace(_SERVICES, listed).replace(_SERVICE, service)


def gaps(texts: dict[str, str]) -> tuple[Gap, ...]:
    """What has to be filled in by hand, in the order of the files."""
    return tuple(
        Gap(path, number, line.partition(_MARK)[2].strip())
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if _MARK in line
    )
