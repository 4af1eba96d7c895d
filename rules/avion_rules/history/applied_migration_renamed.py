"""Migrations on the base branch that have another name now."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from posixpath import dirname

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import FileName, Kind, Runner
from avion_lint.subjects import Change, Edit

_RECORDED = {Kind.VERSIONED, Kind.BASELINE, Kind.REPEATABLE, Kind.CODE}


@rule("HI103", subject=Change, any_database=True)
def applied_migration_renamed(change: Change) -> Iterator[Finding]:
    """Find an applied migration whose new name makes it another one for the runner."""
    if change.edit is not Edit.RENAMED or change.after is None or change.kind not in _RECORDED:
        return
    effect = _effect(change, change.renamed_to if _is_in_place(change, change.after.path) else None)
    if effect:
        back = f"`git mv {shlex.quote(change.after.path)} {shlex.quote(change.before.path)}`"
        yield change.finding(effect, f"Give it its old name back: {back}.")


def _is_in_place(change: Change, path: str) -> bool:
    """Whether the runner still looks where the file is now: goose in one folder, Flyway below its location."""
    root = change.service.root if change.root is None else change.root
    if change.service.runner is Runner.GOOSE:
        return dirname(path) == root
    return not root or path.startswith(f"{root}/")


def _effect(change: Change, new: FileName | None) -> str:
    """Say what the new name does; "" where the runner does not mind it."""
    runner = change.service.runner
    if new is None or new.version != change.version:
        return _other_version(change, new)
    if runner is Runner.FLYWAY and new.kind is not change.kind:
        return _other_version(change, new)
    if runner is Runner.FLYWAY and new.description != change.description:
        if new.version is None:
            return _other_version(change, new)
        return (
            f"Flyway stops: version {new.version} {change.known} and recorded as `{change.description}`, and wherever "
            "it is applied `migrate` and `validate` end with a description mismatch."
        )
    return ""


def _other_version(change: Change, new: FileName | None) -> str:
    old = f"version {change.version}" if change.version else f"`{change.description}`"
    now = _now(new)
    if change.service.runner is Runner.GOOSE:
        again = f"and runs the same statements again as {now}" if new else "and new databases never get it"
        return (
            f"goose takes this for another migration: {old} {change.known}, and where it is applied it has no file any "
            f"more, {again}."
        )
    again = f"; what it did is run again as {now}" if new else ""
    return (
        f"Flyway stops: {old} {change.known}, and where it is applied, `migrate` and `validate` end with "
        f'"Detected applied migration not resolved locally"{again}.'
    )


def _now(new: FileName | None) -> str:
    if new is None:
        return ""
    return f"version {new.version}" if new.version else f"`{new.description}`"
