"""A file that is a Go or Helm template, unrendered: its actions, its conditions, and its text as YAML."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from avion_lint.pattern import pattern
from avion_lint.record import cached_property, record
from avion_lint.source import UNKNOWN, Document, Span
from avion_lint.yaml.actions import Action
from avion_lint.yaml.conditions import Condition, Conditions
from avion_lint.yaml.nodes import Node, Scalar
from avion_lint.yaml.origin import origin
from avion_lint.yaml.values import rendered

_UNKNOWNS = pattern(f"{UNKNOWN}+")


@record(caches=True)
class Template:
    """A template: `masked` is its text as it was read, offset for offset that of `document`."""

    document: Document
    masked: str
    actions: tuple[Action, ...]
    conditions: Conditions

    @cached_property
    def _starts(self) -> list[int]:
        return [action.span.start for action in self.actions]

    def conditions_at(self, offset: int) -> tuple[Condition, ...]:
        """Every if, else, with, range and define around an offset, the outermost first."""
        return self.conditions.at(offset)

    def actions_in(self, span: Span) -> tuple[Action, ...]:
        """Actions of which some character stands in the span."""
        first = max(bisect_right(self._starts, span.start) - 1, 0)
        last = bisect_right(self._starts, span.end - 1)
        return tuple(action for action in self.actions[first:last] if action.span.end > span.start)

    def action_at(self, span: Span) -> Action | None:
        """The first action of which some character stands in the span, or None."""
        return next(iter(self.actions_in(span)), None)

    def original(self, scalar: Scalar) -> str:
        """The scalar's text with each unknown part as it is written, actions and all."""
        text = self._replaced(scalar, lambda actions: self._written(actions[0].span.start, actions[-1].span.end))
        return scalar.text if text is None else text

    def resolved(self, scalar: Scalar, values: Node | None) -> str | None:
        """The text that Helm makes of it with these values; None where they and the actions do not tell it surely.

        Plain look-ups only: `{{ .Values.a.b }}`, also piped through `quote`, `default "x"`, `trim`, `toString`.
        """
        if scalar.known:
            return scalar.text
        if scalar.is_open:
            return None
        return self._replaced(scalar, lambda actions: self._rendered(actions, values))

    def _replaced(self, scalar: Scalar, replace: Callable[[tuple[Action, ...]], str | None]) -> str | None:
        """The text with its unknown runs replaced; None where one run gives None."""
        places = origin(self.document, scalar, self.masked)
        pieces, at = [], 0
        for run in _UNKNOWNS.finditer(scalar.text):
            actions = self.actions_in(places.span(run.start(), run.end()))
            made = replace(actions) if actions else None
            if made is None:
                return None
            pieces += [scalar.text[at : run.start()], made]
            at = run.end()
        return "".join((*pieces, scalar.text[at:]))

    def _written(self, start: int, end: int) -> str:
        return self.document.text[start:end]

    def _rendered(self, actions: tuple[Action, ...], values: Node | None) -> str | None:
        pieces = [self._rendered_one(action, values) for action in actions]
        return None if None in pieces else "".join(piece for piece in pieces if piece is not None)

    def _rendered_one(self, action: Action, values: Node | None) -> str | None:
        around = self.conditions_at(action.span.start)
        is_root = not any(each.kind != "if" and not each.negated for each in around)
        return rendered(action.text, values, is_root=is_root) if action.kind == "value" else None
