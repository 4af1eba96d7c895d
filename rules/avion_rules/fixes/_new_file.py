"""The text of a new migration: the header and the layout of the one that it is taken from."""

from __future__ import annotations

import re

from avion_lint.record import record
from avion_lint.runners.migration import Runner
from avion_lint.source import Document
from avion_lint.subjects import Migration
from avion_rules.fixes._layout import header

_BLANK_BEFORE_DOWN = re.compile(r"\n[ \t]*\r?\n-- \+goose Down")
_BLANK_BEFORE_UP = re.compile(r"\n[ \t]*\r?\n-- \+goose (?:Up|NO TRANSACTION)")
_BLANK_AFTER_UP = re.compile(r"-- \+goose Up[ \t]*\r?\n[ \t]*\r?\n")


@record
class Script:
    """What a new migration holds: lines of SQL with their semicolons, for both ways."""

    up: str
    down: str = ""
    transaction: bool = True


NOTHING_TO_UNDO = "SELECT 1;\n"


def nothing_validated(migration: Migration) -> str:
    """The way back of a VALIDATE, which changes nothing that others see."""
    return f"-- Nothing to undo: what is validated here goes with {migration.version}.\n{NOTHING_TO_UNDO}"


def new_file(source: Migration, path: str, script: Script) -> Document:
    """The migration as a file, with the line ends of the one that it is taken from."""
    lines = "".join(f"{line}\n" for line in header(source.document))
    if source.service.runner is Runner.GOOSE:
        text = lines + _goose(source.document.text, script, headed=bool(lines))
    else:
        text = lines + ("\n" if lines and _flyway_gap(source.document.text) else "") + script.up
    return Document(path, text.replace("\n", "\r\n") if "\r\n" in source.document.text else text)


def _goose(source: str, script: Script, *, headed: bool) -> str:
    return "".join(
        (
            "\n" if headed and _BLANK_BEFORE_UP.search(source) else "",
            "" if script.transaction else "-- +goose NO TRANSACTION\n",
            "-- +goose Up\n",
            "\n" if _BLANK_AFTER_UP.search(source) else "",
            script.up,
            "\n" if _BLANK_BEFORE_DOWN.search(source) else "",
            "-- +goose Down\n",
            script.down or NOTHING_TO_UNDO,
        )
    )


def _flyway_gap(source: str) -> bool:
    """Whether an empty line stands between the header and what follows."""
    top = re.match(r"\ufeff?(?:[ \t]*--[^\n]*\n)+", source)
    return top is not None and source[top.end() : top.end() + 2].strip(" \t\r") == "\n"


def script_config(path: str) -> Document:
    """The script configuration with which Flyway runs a migration outside a transaction."""
    return Document(f"{path}.conf", "executeInTransaction=false\n")
