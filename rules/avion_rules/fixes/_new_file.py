"""New migrations that a fix makes: with the header and the layout of the one that they are taken from."""

from __future__ import annotations

from avion_lint.runners.script_text import NOTHING_TO_UNDO, OUTSIDE_TRANSACTION, Script, header, script_text
from avion_lint.source import Document
from avion_lint.subjects import Migration


def nothing_validated(migration: Migration) -> str:
    """The way back of a VALIDATE, which changes nothing that others see."""
    return f"-- Nothing to undo: what is validated here goes with {migration.version}.\n{NOTHING_TO_UNDO}"


def new_file(source: Migration, path: str, script: Script) -> Document:
    """The migration as a file, with the line ends of the one that it is taken from."""
    text = source.document.text
    return Document(path, script_text(source.service.runner, text, header(text), script))


def script_config(path: str) -> Document:
    """The script configuration with which Flyway runs a migration outside a transaction."""
    return Document(f"{path}.conf", OUTSIDE_TRANSACTION)
