"""Author and date at the top of a migration."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.runners.migration import Kind
from avion_lint.source import Document
from avion_lint.subjects import Migration, Project
from avion_rules.migrations._header import header_lines
from avion_rules.migrations._words import listed


@record
class Headers:
    r"""Lines that must stand in the comments at the top.

    Each is the name before the colon; after it may follow a regular expression for the whole value
    (`Date: \d{4}-\d{2}-\d{2}`), and without one any value does that is not empty. Without `always`, a line is not
    asked for where a service is known not to write it: three other migrations or more, and none has it. Raises
    ValueError for an expression that cannot be read.
    """

    headers: tuple[str, ...] = ("Author", "Date")
    always: bool = False
    STRICTER = (("headers", "more"), ("always", "true"))

    def __post_init__(self) -> None:
        for header in self.headers:
            _told_by(header)


_DATED = {Kind.VERSIONED, Kind.BASELINE}


_ENOUGH = 3  # migrations that tell what a service's custom is


@rule("MG103", subject=Project, options=Headers, any_database=True)
def missing_header(project: Project, options: Headers) -> Iterator[Finding]:
    """Find a migration that does not say at its top who wrote it and when."""
    lines = {header: _told_by(header) for header in options.headers}
    judged = [(each, _missing(each, lines)) for each in project.judged if each.kind in _DATED]
    wanted = {header for _, missing in judged for header in missing}
    if wanted and not options.always:
        dated = [file.document for file in project.files if file.kind in _DATED]
        if len(dated) > _ENOUGH:
            wanted = {header for header in wanted if any(_has(each, lines[header]) for each in dated)}
    for migration, lacking in judged:
        missing = [header for header in lacking if header in wanted]
        if missing:
            yield _finding(migration, missing)


IsLine = Callable[[str], object]


def _missing(migration: Migration, wanted: dict[str, IsLine]) -> list[str]:
    lines = tuple(header_lines(migration.document))
    return [header for header, is_it in wanted.items() if not any(map(is_it, lines))]


def _has(document: Document, is_it: IsLine) -> bool:
    return any(map(is_it, header_lines(document)))


def _finding(migration: Migration, missing: list[str]) -> Finding:
    wanted = [f"`-- {header.partition(':')[0].strip()}:`" for header in missing]
    message = f"Nobody can see from the file whom to ask and how old it is: {listed(wanted)} {_is(wanted)} missing."
    example = listed([f"`-- {_example(header)}`" for header in missing])
    return migration.finding(None, message, f"Write {example} as comments of their own above the first statement.")


def _told_by(header: str) -> IsLine:
    """What tells whether a line is that header; ValueError where its value is no regular expression."""
    name, _, value = (part.strip() for part in header.partition(":"))
    if not value:
        return lambda line: _has_value(line, name.lower())
    import re  # noqa: PLC0415 - the default headers may have any value

    try:
        return re.compile(rf"(?i:{re.escape(name)})[ \t]*:[ \t]*(?:{value})").fullmatch
    except re.error as error:
        raise ValueError(f"`{header}` is no regular expression: {error}") from error


def _has_value(line: str, name: str) -> bool:
    before, _, value = line.partition(":")
    return before.rstrip(" \t").lower() == name and value.lstrip(" \t")[:1].strip() != ""


def _example(header: str) -> str:
    name, _, value = (part.strip() for part in header.partition(":"))
    return f"{name}: …" if not value else f"{name}: …` that matches `{value}"


def _is(words: list[str]) -> str:
    return "is" if len(words) == 1 else "are"
