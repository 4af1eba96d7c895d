"""Questions that are asked where nobody can answer."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.shell.script import Command
from avion_rules.command._words import CHANGES, is_automatic


@rule("SH124", subject=Run)
def prompt_without_reader(run: Run) -> Iterator[Finding]:
    """Find a question before a change of the database that is asked where nobody can answer."""
    if not is_automatic(run) or not any(act.does(*CHANGES, Task.RESTORE) for act in run.acts):
        return
    for command in run.script.named("read"):
        if _asks(command):
            yield run.finding(
                command.place,
                "Asks where nobody can answer: there is no terminal, so `read` ends at once with nothing.",
                "Let the workflow ask: an `environment:` with required reviewers, or an input of `workflow_dispatch`.",
            )


def _asks(command: Command) -> bool:
    """Whether it reads from the terminal: with a prompt, and no file or pipe behind it."""
    prompts = any((word.text or "").startswith("-") and "p" in (word.text or "") for word in command.argv[1:])
    return prompts and not command.redirects and (command.membership is None or command.membership.index == 0)
