"""Under which conditions of a template the text at an offset is written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from avion_lint.record import field, record
from avion_lint.source import Span
from avion_lint.yaml.actions import OPENING, Action, Kind

MAX_CONDITIONS = 500
"""Conditions around one place that are followed, refused branches included; real templates stay below 20."""
_TOO_DEEP = f"more than {MAX_CONDITIONS} conditions stand around this; further ones are not followed"

_WORDS: dict[Kind, str] = {
    "if": "when {}",
    "with": "when {} is not empty",
    "range": "for each of {}",
    "define": "where the template {} is used",
    "block": "in the block {}",
}


@record
class Condition:
    """What decides whether a part of a template is written.

    `text` is the condition as written (`eq .Environment "production"`), `negated` that the part stands in the `else`
    of it, `kind` the action's word, `span` the whole action that states it.
    """

    text: str
    negated: bool
    kind: Kind
    span: Span

    def __str__(self) -> str:
        text = " ".join(self.text.split())
        if self.negated:
            return f"unless {text}" if self.kind == "if" else f"when {text} is empty"
        return _WORDS[self.kind].format(text)


@record
class _State:
    """The conditions from an offset on: the innermost one, the state around it (an index, or -1), their number."""

    condition: Condition
    around: int
    depth: int


@record(frozen=False)
class _Block:
    """A block that is open: the state around it, the refused branches so far, and the condition of the last one."""

    action: Action
    base: int
    refused: int
    last: Condition | None


@record
class Conditions:
    """The conditions of a template, looked up by offset; `wrong` are its actions that open or close nothing."""

    starts: list[int]
    states_from: list[int]
    states: list[_State]
    wrong: tuple[tuple[Span, str], ...]

    def at(self, offset: int) -> tuple[Condition, ...]:
        """Conditions in effect at an offset, the outermost first."""
        place = bisect_right(self.starts, offset) - 1
        state = self.states_from[place] if place >= 0 else -1
        return tuple(reversed(list(self._outwards(state))))

    def _outwards(self, state: int) -> Iterator[Condition]:
        while state >= 0:
            yield self.states[state].condition
            state = self.states[state].around


def conditions(actions: tuple[Action, ...]) -> Conditions:
    """Follow the blocks that the actions open, turn and close."""
    follower = _Follower()
    for action in actions:
        follower.take(action)
    left = tuple((block.action.span, f"`{_head(block.action)}` is never ended") for block in follower.blocks)
    return Conditions(follower.starts, follower.states_from, follower.states, (*follower.wrong, *left))


@record(frozen=False)
class _Follower:
    starts: list[int] = field(default_factory=list)
    states_from: list[int] = field(default_factory=list)
    states: list[_State] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)
    wrong: list[tuple[Span, str]] = field(default_factory=list)
    current: int = -1

    def take(self, action: Action) -> None:
        if action.kind in OPENING:
            condition = _condition(action, action.kind, action.text)
            self.blocks.append(_Block(action, self.current, self.current, condition))
            self.go(action.span.end, self.under(condition, self.current))
        elif action.kind not in {"else", "end"}:
            return
        elif not self.blocks:
            self.wrong.append((action.span, f"`{action.kind}` belongs to nothing before it"))
        elif action.kind == "end":
            self.go(action.span.start, self.blocks.pop().base)
        else:
            self.turn(action, self.blocks[-1])

    def turn(self, action: Action, block: _Block) -> None:
        """Begin another branch: the ones before it are refused."""
        if block.last is None or block.last.kind in {"define", "block"}:
            self.wrong.append((action.span, "`else` has no condition before it that it could turn"))
            return
        last = block.last
        block.refused = self.under(Condition(last.text, negated=True, kind=last.kind, span=last.span), block.refused)
        rest = action.text.removeprefix("else").strip()
        kind: Kind = "with" if rest.startswith("with") else "if"
        block.last = _condition(action, kind, rest) if rest else None
        self.go(action.span.end, self.under(block.last, block.refused) if block.last else block.refused)

    def under(self, condition: Condition, around: int) -> int:
        depth = self.states[around].depth + 1 if around >= 0 else 1
        if depth > MAX_CONDITIONS:
            if not any(said == _TOO_DEEP for _, said in self.wrong[-1:]):
                self.wrong.append((condition.span, _TOO_DEEP))
            return around
        self.states.append(_State(condition, around, depth))
        return len(self.states) - 1

    def go(self, offset: int, state: int) -> None:
        self.current = state
        self.starts.append(offset)
        self.states_from.append(state)


def _condition(action: Action, kind: Kind, text: str) -> Condition:
    return Condition(text.removeprefix(kind).strip(), negated=False, kind=kind, span=action.span)


def _head(action: Action) -> str:
    return action.text.split("\n", 1)[0]
