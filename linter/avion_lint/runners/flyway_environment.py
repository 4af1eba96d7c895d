"""`FLYWAY_*` environment variables written out in YAML: Kubernetes manifests, compose files, workflows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import Span


@record
class Variable:
    """A variable that is set, and where; `value` is None where the text does not tell it."""

    name: str
    value: str | None
    span: Span


@record
class _Line:
    """A line without its line end; `column` is that of its first key, behind the dash of a list item."""

    text: str
    start: int

    @property
    def column(self) -> int:
        found = _INDENT.match(self.text)
        return found.end() if found else 0

    @property
    def is_item(self) -> bool:
        return self.text.lstrip(" \t").startswith("- ")

    @property
    def is_blank(self) -> bool:
        return not self.text.strip() or self.text.lstrip().startswith("#")


_INDENT = pattern(r"[ \t]*(?:-[ \t]+)*")
_QUOTE = r"[\"']?"
_VARIABLE = r"(FLYWAY_[A-Za-z0-9_]+)"
_NAMED = pattern(rf"name:[ \t]*{_QUOTE}{_VARIABLE}{_QUOTE}[ \t]*(?:#.*)?$")
_MAPPED = pattern(rf"{_QUOTE}{_VARIABLE}{_QUOTE}[ \t]*:(?:[ \t]+(.*))?$")
_LISTED = pattern(rf"-[ \t]+({_QUOTE}){_VARIABLE}=(.*?)\1[ \t]*$")
_IN_FLOW = pattern(rf"\{{[ \t]*name:[ \t]*{_QUOTE}{_VARIABLE}{_QUOTE}[ \t]*,[ \t]*value:[ \t]*([^}}]*?)[ \t]*\}}")
_VALUE = pattern(r"value:[ \t]*(.*)$")

_DOUBLE = pattern(r'"((?:[^"\\]|\\["\\/])*)"[ \t]*(?:#.*)?$')
_SINGLE = pattern(r"'((?:[^']|'')*)'[ \t]*(?:#.*)?$")
_PLAIN = pattern(r"([^\s\"'|>&*!{\[#].*?)(?:[ \t]+#.*)?$")
_ARGUMENT = pattern(r"(?<![\w-])-([a-z][A-Za-z.]*)=")
# Filled in later by a shell, compose, Kubernetes, GitHub or Helm.
_FILLED_IN = pattern(r"\$[A-Za-z_]|\$\{+[ A-Za-z_]|\$\(|\{\{")


def variables(text: str) -> Iterator[Variable]:
    """The `FLYWAY_*` variables of a YAML text, in order, as far as single lines tell them.

    Known forms: `name:` and `value:` of a list item, `FLYWAY_X: value`, `- FLYWAY_X=value`.
    """
    lines = list(_lines(text))
    for index, line in enumerate(lines):
        if "FLYWAY_" not in line.text or line.is_blank:
            continue
        yield from _in_line(lines, index)


def arguments(text: str) -> Iterator[Variable]:
    """Arguments of Flyway's command line, `-key=value`, with the key as name; none where nothing speaks of Flyway.

    Known forms: items of a list, plain or quoted, and words of a command, their values quoted or not.
    """
    if "flyway" not in text.lower():
        return
    for found in _ARGUMENT.finditer(text):
        end = text.find("\n", found.end())
        value = _argument(text, found.start(), text[found.end() : end if end >= 0 else len(text)].rstrip())
        span = Span(found.start(), found.end() + len(value))
        yield Variable(found[1], None if _FILLED_IN.search(value) else value, span)


def _argument(text: str, start: int, rest: str) -> str:
    """The value of an argument, of what follows on its line."""
    before = text[start - 1 : start]
    if before in ("'", '"'):
        return rest.partition(before)[0]
    if rest[:1] in ("'", '"'):
        return rest[1:].partition(rest[0])[0]
    line = text[text.rfind("\n", 0, start) + 1 : start]
    if line.strip() == "-":
        return rest
    word = rest.partition(" ")[0]
    return word.rstrip(",]") if "[" in line else word


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for raw in text.split("\n"):
        yield _Line(raw.removesuffix("\r"), start)
        start += len(raw) + 1


def _in_line(lines: list[_Line], index: int) -> Iterator[Variable]:
    line = lines[index]
    span = Span(line.start + line.column, line.start + len(line.text))
    if named := _NAMED.match(line.text, line.column):
        yield _of_item(lines, index, named.group(1))
    elif mapped := _MAPPED.match(line.text, line.column):
        yield Variable(mapped.group(1), _scalar(mapped.group(2) or ""), span)
    elif listed := _LISTED.match(line.text.lstrip(" \t")):
        value = listed.group(3)
        yield Variable(listed.group(2), None if _FILLED_IN.search(value) else value, span)
    else:
        for found in _IN_FLOW.finditer(line.text):
            place = Span(line.start + found.start(), line.start + found.end())
            yield Variable(found.group(1), _scalar(found.group(2)), place)


def _of_item(lines: list[_Line], index: int, name: str) -> Variable:
    named = lines[index]
    for line in _siblings(lines, index):
        if value := _VALUE.match(line.text, line.column):
            first, last = sorted((named, line), key=lambda one: one.start)
            span = Span(first.start + first.column, last.start + len(last.text))
            return Variable(name, _scalar(value.group(1)), span)
    return Variable(name, None, Span(named.start + named.column, named.start + len(named.text)))


def _siblings(lines: list[_Line], index: int) -> Iterator[_Line]:
    """Lines of the same list item that begin a key of it."""
    column = lines[index].column
    for at in range(index + 1, len(lines)):
        line = lines[at]
        if not line.is_blank and (line.is_item or line.column < column):
            break
        if line.column == column:
            yield line
    at = index
    while at > 0 and not lines[at].is_item:
        at -= 1
        if lines[at].column < column and not lines[at].is_blank:
            return
        if lines[at].column == column:
            yield lines[at]


def _scalar(written: str) -> str | None:
    """The text of a scalar on one line, or None where it is another sort of value or is filled in later."""
    if found := _DOUBLE.match(written):
        value = re.sub(r"\\(.)", r"\1", found.group(1))
    elif found := _SINGLE.match(written):
        value = found.group(1).replace("''", "'")
    elif found := _PLAIN.match(written):
        value = found.group(1)
    else:
        return None
    return None if _FILLED_IN.search(value) else value
