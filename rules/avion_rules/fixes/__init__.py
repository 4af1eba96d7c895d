"""Fixes for what the rules find: text that is changed, and migrations that are split."""

from __future__ import annotations

from avion_lint.fixer import Fixers
from avion_rules.fixes.concurrently import concurrently
from avion_rules.fixes.lock_timeout import lock_timeout
from avion_rules.fixes.not_valid import not_valid
from avion_rules.fixes.unique_key import unique_key


def all_fixers() -> Fixers:
    """Fixers by rule, in the order in which they are applied: what makes a file readable comes first."""
    return {
        "LK112": unique_key,
        "LK120": unique_key,
        **dict.fromkeys(("LK101", "LK102", "LK103", "LK104", "LK109", "LK105"), concurrently),
        **dict.fromkeys(("LK110", "LK111", "LK114"), not_valid),
        "LK106": lock_timeout,
    }
