"""What a rule's page holds: words for people, and examples whose marks say what a run must come to."""

from __future__ import annotations

from avion_lint.enumeration import StrEnum
from avion_lint.record import record
from avion_lint.sql.effects import Lock


class PageError(Exception):
    """A page cannot be used; `path` and `line` (from 1) say where, `message` what to change."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line
        self.message = message


@record(order=True)
class Finds:
    """A finding of the rule with this id begins on this line of the example."""

    line: int
    rule: str


@record
class Takes:
    """The strongest table lock that the statement on this line takes on this relation."""

    line: int
    lock: Lock
    relation: str


@record
class Fails:
    """PostgreSQL refuses the statement on this line with this SQLSTATE."""

    line: int
    sqlstate: str


Mark = Finds | Takes | Fails


class ExampleKind(StrEnum):
    """Whether the rule speaks or is silent, and what `avion-lint fix` makes of where it speaks."""

    BAD = "bad"
    FIXED = "fixed"
    GOOD = "good"


@record
class ExampleFile:
    """A file of an example, without its marks.

    `before` tells that it is on the base branch already, `deleted` that this change takes it away from there.
    The marks count lines of `text`; `page_lines` holds the page's own line number for each of them.
    """

    path: str
    text: str
    language: str
    before: bool
    deleted: bool
    marks: tuple[Mark, ...]
    page_lines: tuple[int, ...]

    def page_line(self, line: int) -> int:
        """Line of the page on which this line of the file stands, both counted from 1."""
        if not self.page_lines:
            return 0
        return self.page_lines[max(0, min(line, len(self.page_lines)) - 1)]


@record
class Example:
    """One small repository; `note` is the prose between its files, `line` the page's line of its heading."""

    kind: ExampleKind
    title: str
    note: str
    files: tuple[ExampleFile, ...]
    line: int

    @property
    def marks(self) -> tuple[tuple[ExampleFile, Mark], ...]:
        """All marks with their files, in order."""
        return tuple((file, mark) for file in self.files for mark in file.marks)

    @property
    def unsafe(self) -> bool:
        """Whether it takes `--unsafe-fixes` to come to a fixed example, as its title then says."""
        return "--unsafe-fixes" in self.title

    def finds(self, rule: str) -> bool:
        """Whether a mark says that the rule with this id speaks."""
        return any(isinstance(mark, Finds) and mark.rule == rule for _, mark in self.marks)


@record
class SafeWay:
    """How to do it safely, as Markdown; `runner` is "goose" or "Flyway", "" where it is the same for both."""

    runner: str
    text: str

    @property
    def title(self) -> str:
        """Title that says whose way it is."""
        return f"The safe way with {self.runner}" if self.runner else "What to do"


@record
class Page:
    """A rule's page; `title` is the rule's name, the prose is Markdown, `text` the whole page as written."""

    path: str
    title: str
    summary: str
    why: str
    when_fine: str
    safe_way: tuple[SafeWay, ...]
    examples: tuple[Example, ...]
    text: str
