"""New migrations as files: the next one of a service, with what the runner wants beside it."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime

from avion_lint.authoring.header import Author, header_lines
from avion_lint.authoring.names import description, last_script, next_version, path_of, versions_of
from avion_lint.discovery.gather import Collected, name_of
from avion_lint.record import record
from avion_lint.runners.flyway_names import script_config_name
from avion_lint.runners.migration import Kind, Runner
from avion_lint.runners.script_text import OUTSIDE_TRANSACTION, Script, script_text

_BLANKS = re.compile(r"(\r?\n)(?:\r?\n){2,}")
_BLANK_END = re.compile(r"(\r?\n)(?:\r?\n)+\Z")


class AuthoringError(Exception):
    """A migration cannot be made; the text says why and what to do."""


@record
class Wish:
    """What a new migration shall be: its name in words, what it holds, who writes it, and the moment with its zone.

    `base` are the paths that the base branch has.
    """

    words: str
    script: Script
    author: Author
    now: datetime
    base: Collection[str] = ()


EMPTY = Script("\n", "\n")
"""Room for somebody to write in."""


def new_files(collected: Collected, wish: Wish) -> dict[str, str]:
    """Texts by path: the migration, a script configuration where it needs one, an undo script where others have one.

    Raises AuthoringError.
    """
    words = description(collected, wish.words)
    if not any(letter.isalnum() for letter in words):
        raise AuthoringError(f"{wish.words!r} holds no letter that could be a migration's name")
    version = next_version(versions_of(collected, wish.base), collected.service.runner, wish.now.astimezone(UTC))
    path = path_of(collected, Kind.VERSIONED, version, words)
    if name_of(collected, path) is None:
        raise AuthoringError(f"{collected.service.runner} would not take {path} as a migration; give it another name")
    like, top = _custom(collected, wish)
    runner = collected.service.runner
    texts = {path: _tidy(script_text(runner, like, top, wish.script))}
    if runner is Runner.FLYWAY:
        texts |= _beside(collected, wish, path, version, words)
    return texts


def _custom(collected: Collected, wish: Wish) -> tuple[str, tuple[str, ...]]:
    """The text that tells the layout, and the lines at the top."""
    last = last_script(collected)
    scripts = [file for file in collected.files if file.kind is Kind.VERSIONED and file.version and file.document.text]
    texts = [file.document.text for file in sorted(scripts, key=lambda file: (file.version, file.path))]
    return (last.document.text if last else ""), header_lines(texts, wish.author, wish.now)


def _beside(collected: Collected, wish: Wish, path: str, version: str, words: str) -> dict[str, str]:
    """What Flyway takes from files of their own: that it is outside a transaction, and the way back."""
    texts = {} if wish.script.transaction else {script_config_name(path): OUTSIDE_TRANSACTION}
    if any(file.kind is Kind.UNDO for file in collected.files):
        like, top = _custom(collected, wish)
        undo = Script(wish.script.down or "\n")
        texts[path_of(collected, Kind.UNDO, version, words)] = _tidy(script_text(Runner.FLYWAY, like, top, undo))
    return texts


def _tidy(text: str) -> str:
    """No more than one empty line in a row, and none at the end."""
    return _BLANK_END.sub(r"\1", _BLANKS.sub(r"\1\1", text))
