"""The pages of all rules, read once for all tests of a process."""

from functools import cache

from avion_lint import testing
from avion_lint.pages import Page
from avion_lint.pages import load as read
from avion_lint.rule import Rule
from avion_rules import all_rules


@cache
def load(rule: Rule) -> Page:
    """A rule's page; raises PageError."""
    return read(rule)


@cache
def cases() -> tuple[testing.Case, ...]:
    """Every example of every rule's page."""
    return testing.cases(all_rules())
