"""`avion-lint new NAME`: the next migration of a service, as its other files are."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from avion_lint import git
from avion_lint.authoring.files import EMPTY, AuthoringError, Wish, new_files
from avion_lint.authoring.header import Author
from avion_lint.cli.case import case_of
from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.output import complain, say
from avion_lint.cli.rewrite import RewriteError, rewrite
from avion_lint.cli.roots import root_of
from avion_lint.cli.services import one_service
from avion_lint.git.identity import identity
from avion_lint.record import replace


def new(given: Namespace) -> int:
    """Make the file and print its path. Raises UsageError, SettingsError, GitError."""
    root = Path(root_of("."))
    case = case_of(given, datetime.now(tz=UTC).date(), with_baseline=False, with_sums=False)
    collected = one_service(case.gathering.services, given.service, root)
    script = replace(EMPTY, transaction=not given.no_transaction)
    wish = Wish(given.name.removesuffix(".sql"), script, author(root, given), now(), case.ground.tip)
    try:
        texts = new_files(collected, wish)
    except AuthoringError as error:
        raise UsageError(str(error)) from None
    return put(root, texts, dry_run=given.dry_run)


def put(root: Path, texts: Mapping[str, str], *, dry_run: bool) -> int:
    """Write new files and print their paths, or only print them with what they would hold."""
    if dry_run:
        say("\n".join(f"{shown(root, path)}\n\n{texts[path]}" for path in texts))
        return Exit.CLEAN
    try:
        rewrite(root, texts, {})
    except RewriteError as error:
        complain(str(error))
        return Exit.UNCHECKED
    say("".join(f"{each}\n" for each in _from_here(root, texts)))
    return Exit.CLEAN


def _from_here(root: Path, paths: Iterable[str]) -> Iterable[str]:
    return (shown(root, path) for path in paths)


def shown(root: Path, path: str) -> str:
    """A path from the repository's root as one from the current folder."""
    return os.path.relpath(root / path)


def author(root: Path, given: Namespace) -> Author:
    """Who writes it, as git knows them; nobody where git is not asked or there is no repository."""
    if given.no_git:
        return Author()
    try:
        found = Author(*identity(git.find_repository(root), os.environ))
    except git.GitError:
        return Author()
    if not found.name:
        complain("git does not know who you are, so the author is left open: `git config user.name …` tells it")
    return found


def now() -> datetime:
    """The moment, in the local time zone: a version is UTC, a date is that of the place."""
    return datetime.now(tz=UTC).astimezone()
