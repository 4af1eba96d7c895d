"""Reads what a script does with `$?`: kept in a variable, compared, handed to exit."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.shell.syntax import AndOr, Group, Negated, Node, Pipeline, Simple
from avion_lint.shell.words import PartKind, Word

STATUS = frozenset({"?", "PIPESTATUS"})
_SUCCEEDS = frozenset(
    {"true", ":", "echo", "printf", "export", "unset", "set", "shift", "local", "readonly", "declare"}
)
_TESTS = frozenset({"[", "[[", "test", "(("})
_EQUAL = frozenset({"-eq", "=", "=="})
_UNEQUAL = frozenset({"-ne", "!=", "-gt", "-ge", ">", ">="})
_SUM_EQUAL = pattern(r"==\s*0")


def kept_in(node: Node, names: frozenset[str] = STATUS) -> str | None:
    """Name of the variable that takes the status, for `rc=$?` and `local rc=$?`."""
    if not isinstance(node, Simple):
        return None
    for each in node.assignments:
        if each.value is not None and reads(each.value, names):
            return each.name
    return None


def reads(word: Word, names: frozenset[str]) -> bool:
    """Whether a word reads one of these variables."""
    for part in word.parts:
        if part.kind is PartKind.VARIABLE and part.text in names:
            return True
        if part.kind is PartKind.ARITHMETIC and any(name in part.text for name in names):
            return True
    return False


def command_reads(node: Simple, names: frozenset[str]) -> bool:
    """Whether a simple command reads one of these variables in its words; inside `((` a bare name is enough."""
    if any(reads(word, names) for word in node.words):
        return True
    return node.name == "((" and any(name in word.shape for word in node.words[1:] for name in names)


def is_test(node: Node) -> bool:
    """Whether a node is `[`, `[[`, `test` or `((`."""
    return isinstance(node, Simple) and node.name in _TESTS


def holds_on_failure(node: Node, names: frozenset[str]) -> bool | None:
    """Whether a test of the status is true for a failure (`[ $? -ne 0 ]`) or for success; None where it is neither."""
    if isinstance(node, Negated):
        inner = holds_on_failure(node.body, names)
        return None if inner is None else not inner
    if not isinstance(node, Simple) or not is_test(node) or not command_reads(node, names):
        return None
    if node.name == "((":
        return not _SUM_EQUAL.search(node.words[1].shape)
    words = [word.text for word in node.words]
    flipped = "!" in words
    for at, word in enumerate(words):
        if word in _EQUAL | _UNEQUAL and at + 1 < len(words):
            zero = "0" in {words[at + 1], words[at - 1]}
            return ((word in _UNEQUAL) == zero) != flipped
    return None


def succeeds(node: Node) -> bool:
    """Whether a command is known to succeed: `true`, `:`, `echo`, a plain assignment, a group that ends in one."""
    match node:
        case Simple(name=str() as name):
            return name in _SUCCEEDS
        case Simple(words=()):
            values = [each.value for each in node.assignments if each.value is not None]
            return not any(part.kind is PartKind.SUBSTITUTION for value in values for part in value.parts)
        case Group(body=(*_, last)) | Pipeline(parts=(*_, last)):
            return succeeds(last)
        case AndOr(parts=(*_, last), operators=(*_, "||")):
            return succeeds(last)
    return False


def fails(node: Node) -> bool:
    """Whether a command is known to fail."""
    match node:
        case Simple(name="false"):
            return True
        case Group(body=(*_, last)):
            return fails(last) or (node.subshell and exit_value(last, first=False) is False)
    return False


def exit_value(node: Node, *, first: bool, kept: frozenset[str] = frozenset()) -> bool | None:
    """What `exit` or `return` says: True for success, False for failure, None where that is not known.

    `first` tells that it follows the failure at once, `kept` are the variables that hold the failure's status.
    """
    if not isinstance(node, Simple):
        return None
    words = node.words[1:]
    if not words or reads(words[0], STATUS):
        return not first
    text = words[0].text
    if text is not None:
        return text.strip() in {"0", ""} if text.strip().isdigit() or not text else None
    return False if reads(words[0], kept) else None
