"""Commands that put an applied migration back as it was."""

from __future__ import annotations

import shlex

from avion_lint.subjects import Change


def restore(change: Change) -> str:
    """Write the git command that brings the file back as the base branch has it."""
    return f"`git checkout {shlex.quote(change.base_name)} -- {shlex.quote(change.before.path)}`"
