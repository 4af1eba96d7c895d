"""Fixes for what the rules find: text that is changed, and migrations that are split."""

from __future__ import annotations

from avion_lint.fixer import Fixers
from avion_rules.fixes.concurrently import concurrently
from avion_rules.fixes.directives import accepted_by_goose, directive_spelling, empty_block, missing_up
from avion_rules.fixes.down import down_skeleton
from avion_rules.fixes.lock_timeout import lock_timeout, timeout_that_counts
from avion_rules.fixes.not_valid import not_valid
from avion_rules.fixes.partitioned import index_concurrently
from avion_rules.fixes.refresh import refresh_concurrently
from avion_rules.fixes.split import enum_value_first, validated_apart
from avion_rules.fixes.statements import statement_block, visible_end
from avion_rules.fixes.transactions import transaction_control
from avion_rules.fixes.unique_key import unique_key


def all_fixers() -> Fixers:
    """Fixers by rule, in the order in which they are applied: what makes a file readable comes first."""
    return {
        "MG101": missing_up,
        "MG104": accepted_by_goose,
        "MG105": directive_spelling,
        "MG106": empty_block,
        "MG107": visible_end,
        "MG108": statement_block,
        "MG115": transaction_control,
        "SC110": enum_value_first,
        "LK117": validated_apart,
        "LK112": unique_key,
        "LK120": unique_key,
        "LK101": index_concurrently,
        **dict.fromkeys(("LK102", "LK103", "LK104", "LK109", "LK105"), concurrently),
        **dict.fromkeys(("LK110", "LK111", "LK114"), not_valid),
        "LK124": refresh_concurrently,
        "LK126": timeout_that_counts,
        "LK106": lock_timeout,
        "MG102": down_skeleton,
        "MG116": down_skeleton,
    }
