"""`avion-lint explain RULE`: a rule's page, for the terminal."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import rules_here
from avion_lint.cli.output import say
from avion_lint.cli.roots import root_of
from avion_lint.pages import load
from avion_lint.report.explain import explain as explained
from avion_lint.report.style import Style, wants_colour
from avion_lint.rule_names import rule_names


def explain(given: Namespace) -> int:
    """Print the page of the rule that is named; raises UsageError where there is no such rule."""
    names = rule_names(rules_here(root_of(".")).rules)
    rule = names.get(given.rule)
    if rule is None:
        raise UsageError(names.unknown(given.rule))
    say(explained(rule, load(rule), Style(colour=wants_colour(os.environ, terminal=sys.stdout.isatty()))))
    return Exit.CLEAN
