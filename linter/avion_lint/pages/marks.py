"""Marks at the ends of an example's lines: read, and taken away before anything judges the file.

-- finds LK101, LK106; takes SHARE on users; fails 25001
-- finds-below LK101        (a line of its own, for the line below)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.pages.markdown import Line
from avion_lint.pages.model import Fails, Finds, Mark, Takes
from avion_lint.pattern import pattern
from avion_lint.record import field, record
from avion_lint.sql.effects import Lock

COMMENT_MARKS = {
    "sql": "--",
    "yaml": "#",
    "toml": "#",
    "properties": "#",
    "conf": "#",
    "sh": "#",
    "dockerfile": "#",
    "go": "//",
    "java": "//",
    "json": "//",
    "text": "#",
}
"""Languages that a file of an example may be in, with what opens a comment to the end of the line."""

_WORDS = "finds-below|finds|takes|fails"
_RULE_ID = pattern(r"[A-Z]{2}[0-9]{3}")
_SQLSTATE = pattern(r"[0-9A-Z]{5}")


class MarkError(Exception):
    """A mark cannot be read; `line` is the page's line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@record(frozen=False)
class Marked:
    """Lines that remain when the marks are gone, the page's number of each, and the marks."""

    lines: list[str] = field(default_factory=list)
    page_lines: list[int] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


def read_marks(lines: tuple[Line, ...], language: str) -> Marked:
    """Part an example's lines from their marks; raises MarkError."""
    marked = Marked()
    pattern = _pattern(COMMENT_MARKS[language])
    below = None
    for line in lines:
        found = pattern.match(line.text)
        below = line if found and found["word"] == "finds-below" else None
        if found:
            marked.marks.extend(_marks(found["body"], len(marked.lines) + 1, line.number))
        if below is None:
            marked.lines.append(found["code"] if found else line.text)
            marked.page_lines.append(line.number)
        elif found and found["code"]:
            raise MarkError(line.number, "`finds-below` stands on a line of its own, above the line that it is about")
    if below is not None:
        raise MarkError(below.number, "`finds-below` has no line below it")
    return marked


def _pattern(comment: str) -> re.Pattern[str]:
    """Pattern of a line's last mark: the code before it without the blanks between, and what it says."""
    return re.compile(
        rf"(?P<code>(?:.*[^ \t])?)[ \t]*{re.escape(comment)}[ \t]+(?P<body>(?P<word>{_WORDS})(?:[ \t;].*)?)$"
    )


def _marks(body: str, line: int, page_line: int) -> Iterator[Mark]:
    for clause in body.split(";"):
        word, _, rest = clause.strip().partition(" ")
        match word:
            case "finds" | "finds-below":
                yield from (Finds(line, _rule_id(name.strip(), page_line)) for name in rest.split(","))
            case "takes":
                yield _takes(rest, line, page_line)
            case "fails":
                yield Fails(line, _sqlstate(rest.strip(), page_line))
            case _:
                raise MarkError(page_line, f"unknown mark `{word}`; marks are {_WORDS.replace('|', ', ')}")


def _rule_id(word: str, page_line: int) -> str:
    if not _RULE_ID.fullmatch(word):
        raise MarkError(page_line, f"`{word}` is no rule id; write for example `finds LK101, LK106`")
    return word


def _takes(rest: str, line: int, page_line: int) -> Takes:
    lock, _, relation = (part.strip() for part in rest.partition(" on "))
    if lock not in set(Lock) or not relation or " " in relation:
        modes = ", ".join(Lock)
        raise MarkError(page_line, f"write `takes LOCK on relation`, where LOCK is one of {modes}")
    return Takes(line, Lock(lock), relation)


def _sqlstate(word: str, page_line: int) -> str:
    if not _SQLSTATE.fullmatch(word):
        raise MarkError(page_line, f"`{word}` is no SQLSTATE; write for example `fails 25001`")
    return word
