"""Changes of a text that keep its length, so that the grammar reads it as the shell does."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.shell.scanning import HeredocSpan

_NEGATION = pattern(r"(?<![^\s;&|(`])![ \t]+(?=[({]|(?:if|while|until|for|case)\b)")


def blanked(text: str, heredocs: list[HeredocSpan]) -> str:
    """Make every heredoc a plain redirection and its body blank: the grammar reads few of them as the shell does."""
    parts: list[str] = []
    at = 0
    for each in heredocs:
        if each.operator < at:
            continue
        size = each.after - each.operator
        parts += (text[at : each.operator], "<" + " " * (size - 1))
        at = each.after
    text = "".join((*parts, text[at:]))
    bodies = sorted((each.start, each.stop) for each in heredocs)
    parts, at = [], 0
    for start, stop in bodies:
        if start < at:
            continue
        parts += (text[at:start], "\n" * (stop - start))
        at = stop
    return "".join((*parts, text[at:]))


def without_negations(text: str) -> tuple[str, dict[int, int]]:
    """Blank every `!` before a compound command, which the grammar refuses, and tell which compounds have one."""
    if "!" not in text:
        return text, {}
    found = {match.end(): match.start() for match in _NEGATION.finditer(text)}
    return _NEGATION.sub(lambda match: " " * len(match[0]), text) if found else text, found


def separated(text: str, line_ends: list[int]) -> str:
    """Write semicolons for line ends that the grammar did not take for ends of a command."""
    parts: list[str] = []
    at = 0
    for line_end in sorted(set(line_ends)):
        parts += (text[at:line_end], ";")
        at = line_end + 1
    return "".join((*parts, text[at:]))
