"""Rules by the words that people use for them: id or name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from avion_lint.problems import suggestion
from avion_lint.record import record
from avion_lint.rule import Rule


@record
class RuleNames:
    """Every rule under its id and its name."""

    rules: Mapping[str, Rule]

    def get(self, word: str) -> Rule | None:
        """Rule of that id or name, or None."""
        return self.rules.get(word)

    def unknown(self, word: str) -> str:
        """Say that a word names no rule, and which one may be meant."""
        return f"no rule is called `{word}`{suggestion(word, tuple(self.rules))}"


def rule_names(rules: Iterable[Rule]) -> RuleNames:
    """Index these rules by id and name; raises ValueError where two rules share an id or a name."""
    found: dict[str, Rule] = {}
    for rule in rules:
        for word in (rule.id, rule.name):
            if found.setdefault(word, rule) is not rule:
                raise ValueError(f"two rules are called {word}")
    return RuleNames(found)
