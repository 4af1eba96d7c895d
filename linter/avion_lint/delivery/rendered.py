"""Which of the repository's templates a command brings out: those of a chart, or of an Application of Argo CD."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import normpath

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.source import UNKNOWN

_SHOWN = ("--show-only", "-s")


def templates(words: Sequence[str], folder: str) -> Iterator[str]:
    """Paths, from the root, of the templates that a command renders for kubectl, or of the folders that hold them.

    Each word may be the chart: which of the paths exist is for the caller to see.
    """
    if tuple(words[:2]) == ("helm", "template"):
        yield from _below(words, folder, tuple(_shown(words)) or ("templates",))


def deployed(words: Sequence[str], folder: str, manifests: Sequence[Manifest]) -> Iterator[str]:
    """Folders, from the root, of what a command deploys: of a chart of Helm's, or of an Application of Argo CD.

    An Application counts that may be the one that is named. Where several may be, all of them count.
    """
    match tuple(words[:3]):
        case ("helm", "upgrade" | "install", *_):
            yield from _below(words, folder, ("templates",))
        case ("argocd", "app", "sync"):
            named = [word for word in words[3:] if not word.startswith("-")]
            yield from (f"{path}/templates" for path in dict.fromkeys(_applications(named, manifests)))


def _applications(named: Sequence[str], manifests: Sequence[Manifest]) -> Iterator[str]:
    for each in manifests:
        path = each.part.text("spec", "source", "path")
        if each.kind != "Application" or not each.api_version.startswith("argoproj.io/") or not path:
            continue
        name = each.part.scalar("metadata", "name")
        unknown = name is None or not name.known
        if any(unknown or UNKNOWN in word or word.rpartition("/")[2] == each.name for word in named):
            yield normpath(path)


def _below(words: Sequence[str], folder: str, shown: Sequence[str]) -> Iterator[str]:
    for word in words[2:]:
        if not word.startswith("-"):
            yield from (normpath(f"{folder}/{word}/{file}").lstrip("/") for file in shown)


def _shown(words: Sequence[str]) -> Iterator[str]:
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in _SHOWN:
            yield from (value,) if equals else tuple(words[at + 1 : at + 2])
