"""Versions that scripts ask the runner for and keep in variables."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.runs import Run
from avion_lint.shell.syntax import Simple


def captured(run: Run) -> Iterator[tuple[str, Act]]:
    """Every `variable=$(goose … version)` whose standard error is not taken along, with the name of the variable.

    goose writes the version to standard error, as all that it says (measured with 3.18.0 to 3.29.0).
    """
    for act in run.acts:
        taker = act.call.command.taken_by
        if taker is None or not any(deed.tool == "goose" and deed.word == "version" for deed in act.deeds):
            continue
        if _takes_errors(act):
            continue
        for name in _assigned(taker, act):
            yield name, act


def _assigned(taker: Simple, act: Act) -> Iterator[str]:
    node = act.call.command.node
    for each in taker.assignments:
        if each.value is not None and each.where.start <= node.where.start < each.where.end:
            yield each.name


def _takes_errors(act: Act) -> bool:
    """Whether standard error goes where standard output goes."""
    command = act.call.command
    if any(each.descriptor == 2 and each.operator.startswith(">&") for each in command.redirects):  # noqa: PLR2004 - standard error
        return True
    if any(each.operator.startswith("&>") for each in command.redirects):
        return True
    member = command.membership
    return member is not None and "|&" in member.pipeline.where.place.text
