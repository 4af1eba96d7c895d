"""A page as the help that travels with findings: plain text, or Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.pages.markdown import Fence, Part, parts_of
from avion_lint.pages.model import Example, ExampleFile, ExampleKind, Page
from avion_lint.pattern import pattern

_LINK = pattern(r"\[([^\]]+)\]\(([^)]+)\)")
_STRONG = pattern(r"\*\*([^*]+)\*\*")


def help_text(page: Page) -> str:
    """Prose of the page and how to suppress, as plain text; code is indented by four blanks."""
    blocks = [page.summary]
    for title, markdown in _prose(page):
        blocks.append(f"{title}\n\n{plain(markdown)}")
    return "\n\n".join(blocks) + "\n"


def help_markdown(page: Page) -> str:
    """Prose of the page, its first bad and good example without marks, and how to suppress, as Markdown."""
    blocks = [page.summary]
    *prose, suppression = _prose(page)
    blocks += [f"## {title}\n\n{markdown}" for title, markdown in prose]
    blocks += [f"## {example.kind.title()}\n\n{_files(example)}" for example in shown_examples(page)]
    blocks.append(f"## {suppression[0]}\n\n{suppression[1]}")
    return "\n\n".join(blocks) + "\n"


def shown_examples(page: Page) -> tuple[Example, ...]:
    """First bad and first good example, as far as the page has them."""
    firsts = (next((made for made in page.examples if made.kind is kind), None) for kind in ExampleKind)
    return tuple(example for example in firsts if example)


def shown_files(example: Example) -> tuple[ExampleFile, ...]:
    """Files that show the point: those of the change itself, or all where there are none."""
    return tuple(file for file in example.files if not file.before or file.deleted) or example.files


def suppression(page: Page) -> str:
    """How to accept a finding, as Markdown."""
    languages = {file.language for example in page.examples for file in example.files}
    comment = "#" if languages and "sql" not in languages else "--"
    return (
        "Above the line that is reported:\n\n"
        f"```\n{comment} avion-lint: ignore[{page.title}] the reason\n```\n\n"
        "A migration that is already applied must not be edited: accept its finding under `exceptions` in "
        "`avion-lint.yaml`, with `rule`, `object`, `reason`, `owner` and `expires`."
    )


def plain(markdown: str) -> str:
    """Markdown as plain text; code is indented by four blanks, links show where they lead."""
    return "\n".join(line for part in parts_of(markdown) for line in _plain_lines(part)).strip("\n")


def _prose(page: Page) -> Iterator[tuple[str, str]]:
    """Titles and Markdown of what a reader needs, how to suppress last."""
    yield "Why", page.why
    yield "When it is fine", page.when_fine
    for way in page.safe_way:
        yield way.title, way.text
    yield "How to suppress", suppression(page)


def _files(example: Example) -> str:
    return "\n\n".join(f"`{file.path}`\n\n{_fenced(file)}" for file in shown_files(example))


def _fenced(file: ExampleFile) -> str:
    ticks = "````" if "```" in file.text else "```"
    return f"{ticks}{file.language}\n{file.text}{ticks}"


def _plain_lines(part: Part) -> Iterator[str]:
    if isinstance(part, Fence):
        yield from (f"    {line.text}".rstrip() for line in part.lines)
        return
    text = part.heading[1] if part.heading else part.text
    yield without_marks(text)


def without_marks(text: str) -> str:
    """Line of Markdown without strong marks, its links as text and address."""
    return _STRONG.sub(r"\1", _LINK.sub(r"\1 (\2)", text))
