"""Puts pipelines and lists together from a row of parts and operators, by the precedence that POSIX gives them."""

from __future__ import annotations

from avion_lint.shell.origin import Stretch
from avion_lint.shell.syntax import AndOr, Group, Negated, Node, Pipeline, Unread


def grouped(row: list[Node | str], where: Stretch) -> Node:
    """Group parts by `|` first, then by `&&` and `||`, which bind alike and to the left; `!` is of a whole pipeline."""
    parts: list[Node] = []
    operators: list[str] = []
    pipe: list[Node] = []
    strays: list[Node] = []
    after_operator = True
    for each in row:
        if isinstance(each, str):
            after_operator = True
            if each != "|" and pipe:
                parts.append(_piped(pipe))
                operators.append(each)
                pipe = []
        elif isinstance(each, Unread) or not after_operator:
            strays.append(each)
        else:
            pipe.append(each)
            after_operator = False
    if pipe:
        parts.append(_piped(pipe))
    del operators[len(parts) - 1 if parts else 0 :]
    whole = parts[0] if len(parts) == 1 else AndOr(where, tuple(parts), tuple(operators)) if parts else Unread(where)
    return Group(where, (whole, *strays)) if strays else whole


def _piped(parts: list[Node]) -> Node:
    if len(parts) == 1:
        return parts[0]
    first, last = parts[0].where, parts[-1].where
    where = Stretch(first.text, first.start, max(first.end, last.end))
    match parts:
        case [Negated(body=Pipeline(parts=inner)), *rest]:
            return Negated(where, Pipeline(where, (*inner, *rest)))
        case [Negated(body=inner), *rest]:
            return Negated(where, Pipeline(where, (inner, *rest)))
    return Pipeline(where, tuple(parts))


def taken_apart(node: Node) -> list[Node | str]:
    """A list or pipeline as a row again: where the grammar put one inside another, no brackets stood around it."""
    match node:
        case AndOr(parts=parts, operators=operators):
            row: list[Node | str] = []
            for number, part in enumerate(parts):
                row += ([operators[number - 1]] if number else []) + taken_apart(part)
            return row
        case Pipeline(parts=parts):
            return [each for number, part in enumerate(parts) for each in (("|", part) if number else (part,))]
        case Negated(body=Pipeline(parts=(first, *rest))):
            return [Negated(node.where, first), *(each for part in rest for each in ("|", part))]
    return [node]
