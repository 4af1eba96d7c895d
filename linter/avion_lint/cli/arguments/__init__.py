"""The command line: which command, with which arguments."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Each command's module in this package and the function there that reads its arguments.
COMMANDS = {
    "lint": ("judging", "lint_arguments"),
    "fix": ("judging", "fix_arguments"),
    "baseline": ("judging", "baseline_arguments"),
    "new": ("authoring", "new_arguments"),
    "renumber": ("authoring", "renumber_arguments"),
    "contract": ("authoring", "contract_arguments"),
    "init": ("authoring", "init_arguments"),
    "show": ("showing", "show_arguments"),
    "schema": ("showing", "schema_arguments"),
    "schema diff": ("showing", "schema_difference_arguments"),
    "rules": ("showing", "rules_arguments"),
    "explain": ("showing", "explain_arguments"),
    "policy test": ("policies", "test_arguments"),
    "policy show": ("policies", "show_arguments"),
    "policy": ("policies", "policy_arguments"),
    "history": ("applied", "history_arguments"),
    "applied": ("applied", "applied_arguments"),
    "sum": ("applied", "sums_arguments"),
    "verify": ("executing", "verify_arguments"),
    "stats": ("housekeeping", "stats_arguments"),
    "plan": ("operating", "plan_arguments"),
    "run": ("operating", "run_arguments"),
    "render": ("operating", "render_arguments"),
    "rollback": ("operating", "rollback_arguments"),
    "backup": ("operating", "backup_arguments"),
    "restore": ("operating", "restore_arguments"),
    "diagnose": ("operating", "diagnose_arguments"),
    "audit": ("operating", "audit_arguments"),
    "cache": ("housekeeping", "cache_arguments"),
}


def parse(arguments: list[str]) -> Callable[[], int]:
    """The command that the arguments ask for, ready to be called; wrong usage ends the process with code 2."""
    words = next((count for count in (2, 1) if " ".join(arguments[:count]) in COMMANDS), 0)
    module, name = COMMANDS[" ".join(arguments[:words]) or "lint"]
    read: Any = getattr(import_module(f"{__name__}.{module}"), name)
    command: Callable[[], int] = read(arguments[words:])
    return command
