"""`avion-lint sum`: write down what every migration is, so that a later change is seen without git."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path

from avion_lint.applied.sums import FILE_NAME, Sum, read, render, rescued
from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import gathered, load_settings, walked
from avion_lint.cli.output import complain, say
from avion_lint.cli.roots import root_of
from avion_lint.cli.writing import write_file
from avion_lint.discovery.tree import Unreadable, WorkTree
from avion_lint.git import GitError, find_repository, resolve_base, tree
from avion_lint.judgement.by_sums import summed
from avion_lint.settings.model import Settings
from avion_lint.source import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.discovery.tree import Tree


def sums(given: Namespace) -> int:
    """Write or update the file, or with --check tell whether it is right. Raises UsageError, SettingsError."""
    root = Path(root_of("."))
    settings = load_settings(root, given.settings)
    services = summed(gathered(walked(root, ["."]), settings))
    if not any(services.values()):
        raise UsageError("there are no goose or Flyway migrations here")
    text = render(services)
    document = _document(root)
    if given.check:
        return _check(document, text)
    now = {path: sha256 for own in services.values() for path, sha256 in own.items()}
    refused = list(_changed(root, settings, now, rescued(document) if document else ()))
    if refused and not given.accept:
        for words in refused:
            complain(words)
        complain("nothing is written; put them back as they were, or, where nobody has run them, give --accept")
        return Exit.FINDINGS
    if document is None or document.text != text:
        write_file(str(root / FILE_NAME), text)
    count = "1 migration" if len(now) == 1 else f"{len(now):,} migrations"
    say(f"{FILE_NAME}: {count}{'' if document is None or document.text != text else ', as before'}\n")
    return Exit.CLEAN


def _document(root: Path) -> Document | None:
    if not (root / FILE_NAME).exists():
        return None
    content = WorkTree(str(root)).read(FILE_NAME)
    if isinstance(content, Unreadable):
        raise UsageError(f"{FILE_NAME} {content.why}")
    return content


def _check(document: Document | None, text: str) -> Exit:
    if document is None:
        raise UsageError(f"there is no {FILE_NAME}: write it with `avion-lint sum`")
    read(document)
    if document.text.replace("\r\n", "\n") == text:
        return Exit.CLEAN
    complain(f"{FILE_NAME} does not fit the migrations: `avion-lint` tells where, `avion-lint sum` writes it anew")
    return Exit.FINDINGS


def _changed(root: Path, settings: Settings, now: dict[str, str], known: Iterable[Sum]) -> Iterator[str]:
    """Migrations that are written down otherwise and may not be written anew: all, or those on the base branch."""
    held = _on_base(root, settings)
    written: dict[str, set[str]] = {}
    for each in known:
        written.setdefault(each.path, set()).add(each.sha256)
    for path, hashes in written.items():
        if held is not None and path not in held:
            continue
        if path not in now:
            yield f"{path} is written down, and gone"
        elif now[path] not in hashes:
            yield f"{path} is not what is written down"


def _on_base(root: Path, settings: Settings) -> frozenset[str] | None:
    """Paths on the base branch; None where git does not tell."""
    try:
        repository = find_repository(root)
        base = resolve_base(repository, settings.base, os.environ)
        return frozenset(tree(repository, base.tip))
    except GitError:
        return None


def sums_of(files: Tree) -> tuple[Sum, ...]:
    """What the file of a run says; raises SettingsError, UsageError where it cannot be used."""
    content = files.read(FILE_NAME)
    if isinstance(content, Unreadable):
        raise UsageError(f"{FILE_NAME} {content.why}")
    return read(content)
