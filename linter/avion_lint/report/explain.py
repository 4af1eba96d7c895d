"""A rule's page as `avion-lint explain` shows it: wrapped, indented, coloured where the terminal can."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from avion_lint.pages.markdown import Fence, Line, parts_of
from avion_lint.pages.model import Example, ExampleFile, ExampleKind, Page
from avion_lint.pages.render import shown_examples, shown_files, suppression, without_marks
from avion_lint.report.plain import harmless
from avion_lint.report.style import Paint, Style
from avion_lint.rule import Rule

_KIND_PAINT = {ExampleKind.BAD: Paint.ERROR, ExampleKind.FIXED: Paint.GOOD, ExampleKind.GOOD: Paint.GOOD}


def explain(rule: Rule, page: Page, style: Style, *, level: str = "", width: int = 88) -> str:
    """Page for a terminal of `width` columns; `level` is what the policy gives the rule, "" where unknown."""
    weight = f" ({level})" if level else ""
    blocks = [style.paint(Paint.PLACE, f"{rule.id} {rule.name}") + weight, _prose(page.summary, style, width)]
    blocks += [_titled(title, _prose(text, style, width), style) for title, text in _sections(page)]
    blocks += [_example(example, style, width) for example in shown_examples(page)]
    blocks.append(_titled("How to suppress", _prose(suppression(page), style, width), style))
    return "\n\n".join(blocks) + "\n"


def _sections(page: Page) -> Iterator[tuple[str, str]]:
    yield "Why", page.why
    yield "When it is fine", page.when_fine
    for way in page.safe_way:
        yield way.title, way.text


def _titled(title: str, body: str, style: Style) -> str:
    return f"{style.paint(Paint.PLACE, title)}\n{textwrap.indent(body, '  ')}"


def _example(example: Example, style: Style, width: int) -> str:
    title = style.paint(_KIND_PAINT[example.kind], str(example.kind).title())
    about = f": {harmless(example.title)}" if example.title else ""
    note = [textwrap.indent(_prose(example.note, style, width), "  ")] if example.note else []
    return "\n\n".join([title + about, *note, *(_file(file, style) for file in shown_files(example))])


def _file(file: ExampleFile, style: Style) -> str:
    lines = [harmless(line) for line in file.text.splitlines()]
    return "\n".join(
        [f"  {style.paint(Paint.QUIET, harmless(file.path))}", *(f"    {line}".rstrip() for line in lines)]
    )


def _prose(markdown: str, style: Style, width: int) -> str:
    """Paragraphs and list items wrapped, code as it is."""
    blocks = (_block(block, style, width) for block in _blocks(markdown))
    return "\n".join(blocks).strip("\n")


def _blocks(markdown: str) -> Iterator[Fence | list[str]]:
    """Fences, and runs of lines that are wrapped together: paragraph, list item, empty line, table row."""
    run: list[str] = []
    for part in parts_of(markdown):
        if isinstance(part, Line) and _continues(part.text, run):
            run.append(part.text)
            continue
        if run:
            yield run
        run = []
        if isinstance(part, Fence):
            yield part
        else:
            run = [part.heading[1] if part.heading else part.text]
    if run:
        yield run


def _is_code(text: str) -> bool:
    """Whether a line that begins a run is indented code."""
    return text.startswith("    ")


def _continues(text: str, run: list[str]) -> bool:
    begins = text.lstrip().startswith(("- ", "* ", "|", "#", "> ")) or text.lstrip().partition(". ")[0].isdigit()
    if not run or not run[0].strip() or not text.strip() or run[0].startswith("|") or _is_code(run[0]):
        return False
    return not begins


def _block(block: Fence | list[str], style: Style, width: int) -> str:
    if isinstance(block, Fence):
        return "\n".join(style.paint(Paint.QUIET, f"    {harmless(line.text)}".rstrip()) for line in block.lines)
    if _is_code(block[0]):
        return style.paint(Paint.QUIET, harmless(block[0]))
    if block[0].startswith("|"):
        return harmless(block[0])
    text = harmless(without_marks(" ".join(line.strip() for line in block)))
    mark, _, rest = text.partition(" ")
    listed = mark in ("-", "*") or (mark.endswith(".") and mark[:-1].isdigit() and bool(rest))
    hanging = " " * (len(mark) + 1) if listed else ""
    return textwrap.fill(text, width - 2, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)
