"""The parts of a PromQL expression, each with its place in the expression's text."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.source import Span


@record
class Matcher:
    """What a label has to be: `op` is `=`, `!=`, `=~` or `!~`; `value` is the text without quotes."""

    label: str
    op: str
    value: str
    span: Span

    @property
    def known(self) -> bool:
        """Whether no variable and no template fills the value."""
        return "$" not in self.value.rstrip("$") and "[[" not in self.value and "\ue000" not in self.value


@record
class Selector:
    """Series by name and labels. `name` is "" where none is given or not known.

    `range` are the seconds of `[5m]`, None where it has none; not a number where a variable fills it, then
    `range_text` says which.
    """

    span: Span
    name: str
    matchers: tuple[Matcher, ...] = ()
    range: float | None = None
    range_text: str = ""

    def matcher(self, *labels: str) -> Matcher | None:
        """The first matcher of one of these labels."""
        return next((each for each in self.matchers if each.label in labels), None)


@record
class Call:
    """A function with its arguments; `name_span` is where its name stands."""

    span: Span
    name: str
    name_span: Span
    arguments: tuple[Node, ...]


@record
class Aggregate:
    """`sum`, `topk` and so on; `grouping` is `by`, `without` or "", `parameter` the first of two arguments."""

    span: Span
    name: str
    name_span: Span
    of: Node
    parameter: Node | None = None
    grouping: str = ""
    labels: tuple[str, ...] = ()


@record
class Binary:
    """Two operands; `matching` is `on`, `ignoring` or "" with its labels.

    `group` is `group_left`, `group_right` or "".
    """

    span: Span
    op: str
    op_span: Span
    left: Node
    right: Node
    is_bool: bool = False
    matching: str = ""
    labels: tuple[str, ...] = ()
    group: str = ""


@record
class Number:
    """A number, durations as seconds."""

    span: Span
    value: float


@record
class Text:
    """A text."""

    span: Span
    value: str


@record
class Negation:
    """`-x`."""

    span: Span
    of: Node


@record
class Subquery:
    """`(…)[1h:1m]`; `range` are seconds, not a number where a variable fills it."""

    span: Span
    of: Node
    range: float


@record
class Unknown:
    """What a variable or a template fills."""

    span: Span


Node = Selector | Call | Aggregate | Binary | Number | Text | Negation | Subquery | Unknown

COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
SETS = frozenset({"and", "or", "unless"})


def below(node: Node) -> tuple[Node, ...]:
    """The parts right below a node, in the order of the text."""
    match node:
        case Call():
            return node.arguments
        case Aggregate():
            return (node.parameter, node.of) if node.parameter else (node.of,)
        case Binary():
            return (node.left, node.right)
        case Negation() | Subquery():
            return (node.of,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """A node and all that is below it, outermost first."""
    waiting: list[Node] = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(below(one)))


def selectors(node: Node) -> Iterator[Selector]:
    """All series that an expression reads."""
    return (each for each in walk(node) if isinstance(each, Selector))
