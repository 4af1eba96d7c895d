"""The only caller of tree-sitter: a script's syntax tree, and the stretches that the grammar cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

EXTRA = "avion-lint[delivery]"


class Missing(Exception):  # noqa: N818 - it says what is missing, and is told as such
    """Shell is not read because the parts that read it are not installed."""

    def __init__(self) -> None:
        super().__init__(f"shell is read with tree-sitter and tree-sitter-bash: pip install '{EXTRA}'")


def is_available() -> bool:
    """Tell whether shell can be read here."""
    try:
        _parser()
    except Missing:
        return False
    return True


def parse(text: str) -> Tree:
    """Parse ASCII text; raises Missing where the extra is not installed."""
    return _parser().parse(text.encode("ascii"))


@cache
def _parser() -> Parser:
    try:
        import tree_sitter_bash  # noqa: PLC0415 - an extra, and only scripts need it
        from tree_sitter import Language, Parser  # noqa: PLC0415 - as above
    except ImportError:
        raise Missing from None
    return Parser(Language(tree_sitter_bash.language()))


def errors(root: Node) -> Iterator[tuple[int, int, bool]]:
    """Stretches that the grammar does not know, outermost, in order; and whether only something is missing there."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            yield node.start_byte, node.end_byte, node.is_missing
        elif node.has_error:
            waiting.extend(reversed(node.children))
