"""Loops over a list of several lines that GitHub writes into the script."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.runs import Run
from avion_lint.delivery.workflow import Step, WorkflowJob
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.shell.loops import loops
from avion_lint.shell.variables import step_values
from avion_lint.shell.words import PartKind, Word

_OUTPUT = pattern(r"^steps\.([\w-]+)\.outputs\.([\w-]+)$")


@rule("SH117", subject=Run)
def lines_in_loop_head(run: Run) -> Iterator[Finding]:
    """Find a loop over an output of several lines, which GitHub writes into the script as lines."""
    if run.job is None:
        return
    for loop in loops(run.script):
        for word in loop.node.words if loop.node.keyword == "for" else ():
            for name, step in _several_lines(word, run.job):
                yield _finding(run, word, name, step)


def _several_lines(word: Word, job: WorkflowJob) -> Iterator[tuple[str, Step]]:
    """Outputs of several lines that stand in a word as expressions, each with the step that makes it."""
    for part in word.parts:
        match = _OUTPUT.match(part.text) if part.kind is PartKind.UNKNOWN and not part.quoted else None
        step = next((each for each in job.steps if match and each.id == match[1]), None)
        if match and step is not None and _has_lines(step, match[2]):
            yield match[2], step


def _has_lines(step: Step, name: str) -> bool:
    """Whether a step writes an output between a delimiter and its repetition, as several lines need it."""
    if step.script is None:
        return False
    found = [each for each in step_values(step.script) if each.name == name and each.file == "GITHUB_OUTPUT"]
    return any(f"{name}<<" in step.script.text for _ in found)


def _finding(run: Run, word: Word, name: str, step: Step) -> Finding:
    expression = next(part.text for part in word.parts if part.kind is PartKind.UNKNOWN)
    return run.finding(
        word.where.place,
        f"A syntax error as soon as {name} has two lines: GitHub writes the lines into the script, and `for` ends its "
        "list at the first of them.",
        "Hand it over as a variable and read it line by line:\n"
        f"env:\n  LIST: ${{{{ {expression} }}}}\nrun: |\n  while IFS= read -r file; do\n    …\n"
        '  done <<< "$LIST"',
        related=(Related(step.part.place("run"), f"writes {name} as several lines"),),
    )
