"""What a rule says it is for is all that it has something to say of."""

import pytest

from avion_lint import testing
from avion_lint.record import replace
from avion_rules import all_rules

ASKED_OF_EVERYTHING = tuple(replace(rule, on=()) for rule in all_rules())


@pytest.mark.parametrize("family", ["CO", "DA", "LK", "MG", "SC"])
def test_a_rule_that_is_asked_of_every_statement_says_no_more(family: str) -> None:
    rules = [rule for rule in ASKED_OF_EVERYTHING if rule.family == family]
    for case in testing.cases(rules):
        testing.check(case, ASKED_OF_EVERYTHING)
