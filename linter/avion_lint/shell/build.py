"""From a masked script to its structure: what is parsed, what is built of it, what could not be read."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.shell import grammar
from avion_lint.shell.building.mending import blanked, separated, without_negations
from avion_lint.shell.building.state import Building, Trouble
from avion_lint.shell.building.structure import statements
from avion_lint.shell.masking import Masked
from avion_lint.shell.scanning import HeredocSpan
from avion_lint.shell.syntax import Node
from avion_lint.source import Excerpt

_TRIES = 4


@record
class Built:
    """A script's structure: statements, how many simple commands there are, and what could not be read."""

    body: tuple[Node, ...]
    simples: int
    troubles: tuple[Trouble, ...]


def build(masked: Masked, heredocs: list[HeredocSpan], text: Excerpt) -> Built:
    """Parse a masked script; raises grammar.Missing where the grammar is not installed."""
    by_operator = {each.operator: each for each in heredocs}
    parsed, negated = without_negations(blanked(masked.ascii, heredocs))
    for _ in range(_TRIES):
        building = Building(masked, by_operator, negated, text, statements)
        tree = grammar.parse(parsed)
        body = statements(building, tree.root_node.children)
        if not building.line_ends:
            break
        parsed = separated(parsed, building.line_ends)
    building.tell_errors(tree.root_node)
    troubles = sorted(building.troubles, key=lambda each: (each.where.start, each.where.end))
    return Built(body, building.count, tuple(troubles))


__all__ = ["Built", "Trouble", "build"]
