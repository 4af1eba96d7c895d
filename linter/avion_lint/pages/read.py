"""From a page's text to a Page, with every mistake named by its line."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import pairwise

from avion_lint.pages.markdown import Fence, Line, Part, Section, UnclosedFenceError, sections, source
from avion_lint.pages.marks import COMMENT_MARKS, MarkError, read_marks
from avion_lint.pages.model import Example, ExampleFile, ExampleKind, Page, PageError, SafeWay
from avion_lint.record import replace

_WHY, _FINE, _SAFE = "Why", "When it is fine", "The safe way"
_PROSE = (_WHY, _FINE, _SAFE)
_ALIASES = {"What to do": _SAFE}  # where there is nothing to do more safely
_EXAMPLES = {"Bad": ExampleKind.BAD, "Fixed": ExampleKind.FIXED, "Good": ExampleKind.GOOD}
_NEEDED = ("Bad", "Good")
_RUNNERS = ("goose", "Flyway")


def read(text: str, path: str, name: str, *, examples: bool = True) -> Page:
    """Read the page of the rule called `name`; `path` is only for messages. Raises PageError.

    `examples` tells that a bad and a good example must be there; what the tool itself reports has none.
    """
    try:
        parted = tuple(_called(section) for section in sections(text))
    except UnclosedFenceError as error:
        raise PageError(path, error.line, "this fence is not closed") from error
    head = _head(parted, path, name)
    prose = _prose(parted[2:], path)
    given = tuple(_examples(parted[2:], path))
    for word in _NEEDED:
        if examples and all(example.kind is not _EXAMPLES[word] for example in given):
            raise PageError(path, text.count("\n") or 1, f"the section `## {word}` is missing")
    return Page(
        path=path,
        title=head.title,
        summary=_summary(head, path),
        why=_filled(prose[_WHY], path),
        when_fine=_filled(prose[_FINE], path),
        safe_way=tuple(_safe_way(prose[_SAFE], path)),
        examples=given,
        text=text,
    )


def _called(section: Section) -> Section:
    return replace(section, title=_ALIASES.get(section.title, section.title))


def _head(parted: tuple[Section, ...], path: str, name: str) -> Section:
    """Section under the title, which comes first in the page and is the only heading of the first level."""
    before, *rest = parted
    if before.text or not rest or rest[0].level != 1:
        raise PageError(path, 1, f"a page begins with its title, `# {name}`")
    if rest[0].title != name:
        raise PageError(path, rest[0].line, f"the title is `{rest[0].title}`, the rule's name is `{name}`")
    again = next((section for section in rest[1:] if section.level == 1), None)
    if again:
        raise PageError(path, again.line, "a page has one title; sections begin with `##`")
    return rest[0]


def _summary(head: Section, path: str) -> str:
    words = " ".join(head.text.split())
    if not words or "\n\n" in head.text or head.fences:
        raise PageError(path, head.line + 1, "below the title stands one paragraph that sums the page up")
    return words


def _prose(parted: tuple[Section, ...], path: str) -> dict[str, Section]:
    """Find the three sections of prose; refuses unknown, repeated and missing ones, and any other order."""
    known = [section for section in parted if section.title in _PROSE]
    for section in parted:
        if section.title not in _PROSE and _kind(section) is None:
            raise PageError(path, section.line, f"unknown section `{section.title}`; {_known_sections()}")
    found = {section.title: section for section in known}
    for title in _PROSE:
        if title not in found:
            raise PageError(path, 1, f"the section `## {title}` is missing")
    if [section.title for section in parted[: len(_PROSE)]] != list(_PROSE) or len(known) > len(_PROSE):
        raise PageError(path, known[0].line, f"sections stand once and in order; {_known_sections()}")
    return found


def _known_sections() -> str:
    listed = ", ".join(f"`## {title}`" for title in (*_PROSE, *_EXAMPLES))
    return f"a page has {listed}; several examples are told apart as `## Bad: what is special`"


def _kind(section: Section) -> ExampleKind | None:
    return _EXAMPLES.get(section.title.partition(":")[0].strip())


def _filled(section: Section, path: str) -> str:
    if not section.text:
        raise PageError(path, section.line, f"the section `## {section.title}` is empty")
    return section.text


def _safe_way(section: Section, path: str) -> Iterator[SafeWay]:
    """Part the section at its `###` headings; what stands before the first is the same for every runner."""
    _filled(section, path)
    for heading, parts in _by_runner(section.parts):
        text = source(parts)
        runner = heading.text.removeprefix("###").strip() if heading else ""
        if heading and runner not in _RUNNERS:
            raise PageError(
                path, heading.number, f"`{heading.text}` names no runner; write `### goose` or `### Flyway`"
            )
        if heading and not text:
            raise PageError(path, heading.number, f"`{heading.text}` has nothing below it")
        if text:
            yield SafeWay(runner, text)


def _by_runner(parts: tuple[Part, ...]) -> Iterator[tuple[Line | None, tuple[Part, ...]]]:
    headings = [at for at, part in enumerate(parts) if isinstance(part, Line) and part.text.startswith("### ")]
    bounds = [*headings, len(parts)]
    yield None, parts[: bounds[0]]
    for start, end in pairwise(bounds):
        heading = parts[start]
        yield heading if isinstance(heading, Line) else None, parts[start + 1 : end]


def _examples(parted: tuple[Section, ...], path: str) -> Iterator[Example]:
    last: Example | None = None
    for section in parted:
        kind = _kind(section)
        if kind is None:
            continue
        if not section.fences:
            raise PageError(path, section.line, "an example needs at least one fenced file")
        prose = tuple(part for part in section.parts if isinstance(part, Line))
        files = tuple(_file(fence, path) for fence in section.fences)
        _refuse_twins(section, files, path)
        if kind is ExampleKind.FIXED:
            files = _over(last, files, section, path)
        last = Example(kind, section.title.partition(":")[2].strip(), source(prose), files, section.line)
        yield last


def _over(bad: Example | None, files: tuple[ExampleFile, ...], section: Section, path: str) -> tuple[ExampleFile, ...]:
    """The files of the bad example before, with those that the fix has changed or made."""
    if bad is None or bad.kind is not ExampleKind.BAD:
        raise PageError(path, section.line, "`## Fixed` stands right behind the `## Bad` that it is the fix of")
    if any(file.before for file in files):
        raise PageError(path, section.line, "a fix changes nothing that is on the base branch: leave `before` out")
    changed = {file.path for file in files}
    return (*(file for file in bad.files if file.before or file.path not in changed), *files)


def _refuse_twins(section: Section, files: tuple[ExampleFile, ...], path: str) -> None:
    """Refuse a path that stands twice, except as it was before and as it is now."""
    seen: set[tuple[str, bool]] = set()
    for fence, file in zip(section.fences, files, strict=True):
        if (file.path, file.before) in seen:
            raise PageError(path, fence.number, f"`{file.path}` stands twice in this example")
        seen.add((file.path, file.before))
    for fence, file in zip(section.fences, files, strict=True):
        if file.deleted and (file.path, False) in seen:
            raise PageError(path, fence.number, f"`{file.path}` is marked as deleted, and stands there again")


def _file(fence: Fence, path: str) -> ExampleFile:
    language, name, flags = _info(fence, path)
    try:
        marked = read_marks(fence.lines, language)
    except MarkError as error:
        raise PageError(path, error.line, error.message) from error
    return ExampleFile(
        path=name,
        text="".join(f"{line}\n" for line in marked.lines),
        language=language,
        before="before" in flags,
        deleted="deleted" in flags,
        marks=tuple(marked.marks),
        page_lines=tuple(marked.page_lines),
    )


_QUOTED = frozenset("'\"\\")


def _info(fence: Fence, path: str) -> tuple[str, str, list[str]]:
    """Language, path and flags of `sql services/users/migrations/00001_users.sql before`."""
    try:
        words = shlex.split(fence.info) if _QUOTED.intersection(fence.info) else fence.info.split()
    except ValueError as error:
        raise PageError(path, fence.number, f"the info string cannot be read: {error}") from error
    if len(words) < 2 or words[0] not in COMMENT_MARKS:  # noqa: PLR2004 - language and path
        known = ", ".join(COMMENT_MARKS)
        raise PageError(path, fence.number, f"write language, path and perhaps `before`; languages are {known}")
    language, name, *flags = words
    if flags not in ([], ["before"], ["before", "deleted"]):
        raise PageError(path, fence.number, "after the path may stand only `before`, or `before deleted`")
    if name.startswith("/") or ".." in name.split("/"):
        raise PageError(path, fence.number, "the path is one inside a repository, from its root")
    return language, name, flags
