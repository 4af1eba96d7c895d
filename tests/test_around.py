"""What stands around the SQL is judged where it changed, with comments that turn rules off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from avion_lint import tool
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.runs import Run
from avion_lint.delivery.workflow import Workflow
from avion_lint.finding import Finding, Level, Related
from avion_lint.judgement.rehearse import rehearse
from avion_lint.policy.in_force import Policy
from avion_lint.rule import Rule, rule
from avion_lint.settings.rules import RuleSetting
from avion_lint.verdict import Verdict

A, B = ".github/workflows/a.yml", ".github/workflows/b.yml"
TEXT = """on: push
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - name: first
        run: make
      - name: second
        run: make
"""


@rule("WF901", subject=Workflow)
def every_step(workflow: Workflow) -> Iterator[Finding]:
    """Find every step."""
    for job, step in workflow.steps():
        yield workflow.finding(step.part.place("run"), "A step.", object=f"{job.id}/{step.name}")


@rule("WF902", subject=Delivery)
def same_names(delivery: Delivery) -> Iterator[Finding]:
    """Find what is called the same in two files."""
    first, *others = delivery.workflows
    for other in others:
        at = first.part.place("on")
        yield first.finding(at, "Two.", related=(Related(other.part.place("on"), "the other"),))


@rule("WF903", subject=Workflow)
def breaks(workflow: Workflow) -> Iterator[Finding]:
    """Break."""
    raise ValueError(workflow.path)


def judged(here: dict[str, str], before: dict[str, str], *rules: Rule) -> Verdict:
    policy = Policy({each.id: RuleSetting(each, Level.WARNING) for each in (*rules, *tool.RULES)})
    return rehearse({**before, **here}, before, rules, policy=policy)


def lines(verdict: Verdict) -> list[tuple[str, str, int]]:
    places = ((each.rule.id, each.finding.place) for each in verdict.results)
    return [(id_, place.document.path, place.start.line) for id_, place in places]


def test_files_that_did_not_change_are_known_and_not_judged() -> None:
    verdict = judged({B: TEXT}, {A: TEXT}, every_step)

    assert lines(verdict) == [("WF901", B, 7), ("WF901", B, 9)]
    assert verdict.scope.beside == 1
    assert set(verdict.judged) == {B}


def test_a_finding_across_files_counts_where_one_of_them_changed() -> None:
    assert lines(judged({B: TEXT}, {A: TEXT}, same_names)) == [("WF902", A, 1)]
    assert lines(judged({}, {A: TEXT, B: TEXT}, same_names)) == []


def test_where_nothing_changed_nothing_is_judged() -> None:
    verdict = judged({}, {A: TEXT}, every_step)

    assert (lines(verdict), verdict.scope.beside) == ([], 0)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (
            ("      - name: first\n", "      # avion-lint: ignore[every-step] it is only make\n      - name: first\n"),
            [10],
        ),
        (("        run: make\n", "        # avion-lint: ignore[every-step] ok\n        run: make\n"), [10]),
        (("    steps:\n", "    # avion-lint: ignore[every-step] all of them\n    steps:\n"), []),
        (("    steps:\n", "    steps:  # avion-lint: ignore[every-step] all of them\n"), []),
        (("run: make\n", "run: make # avion-lint: ignore[every-step] ok\n"), [9]),
        (("on: push\n", "# avion-lint: ignore-file[every-step] generated\non: push\n"), []),
    ],
)
def test_a_comment_turns_a_rule_off_for_what_it_stands_at(written: tuple[str, str], left: list[int]) -> None:
    verdict = judged({A: TEXT.replace(*written, 1)}, {}, every_step)

    assert [line for _, _, line in lines(verdict)] == left
    assert len(verdict.suppressed) == 2 - len(left)


def test_a_comment_that_turns_nothing_off_is_told() -> None:
    text = TEXT.replace("on: push\n", "# avion-lint: ignore[every-step] nothing here\non: push\n")
    verdict = judged({A: text}, {}, every_step)

    assert ("AV105", A, 1) in lines(verdict)


def test_a_comment_without_a_reason_is_told() -> None:
    text = TEXT.replace("    steps:\n", "    # avion-lint: ignore[every-step]\n    steps:\n")
    verdict = judged({A: text}, {}, every_step)

    assert ("AV106", A, 5) in lines(verdict)


def test_a_rule_that_breaks_is_told_and_the_others_are_asked() -> None:
    verdict = judged({A: TEXT}, {}, breaks, every_step)

    assert len(verdict.results) == 2
    (entry,) = verdict.unchecked
    assert (entry.path, entry.blocks) == (A, True)
    assert "rule breaks broke on this" in entry.why


def test_a_file_that_is_no_yaml_is_told_with_its_line() -> None:
    verdict = judged({A: "on: push\njobs: [\n"}, {}, every_step)

    assert lines(verdict) == [("AV103", A, 3)]
    assert verdict.results[0].finding.message.startswith("Not YAML: ")


@rule("SH901", subject=Run)
def every_command(run: Run) -> Iterator[Finding]:
    """Find every command."""
    for act in run.acts:
        yield run.finding(act.place, "A command.")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("#!/bin/sh\n# avion-lint: ignore[every-command] ok\nmake a\nmake b\n", [4]),
        ("#!/bin/sh\nmake a  # avion-lint: ignore[every-command] ok\nmake b\n", [3]),
        ("#!/bin/sh\n# avion-lint: ignore-file[every-command] generated\nmake a\nmake b\n", []),
    ],
)
def test_comments_of_scripts_turn_rules_off_too(text: str, left: list[int]) -> None:
    verdict = judged({"bin/x.sh": text}, {}, every_command)

    assert [line for _, _, line in lines(verdict)] == left


def test_comments_of_a_script_in_a_workflow_turn_rules_off_for_a_command() -> None:
    script = "      - run: |\n          # avion-lint: ignore[every-command] ok\n          make a\n          make b\n"
    text = f"on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n{script}"

    assert lines(judged({A: text}, {}, every_command)) == [("SH901", A, 9)]


@pytest.mark.parametrize(
    ("text", "what"), [("- a\n", "a list"), ("text\n", "one value"), ("", "empty"), ("\n", "empty")]
)
def test_a_workflow_that_is_no_mapping_is_told(text: str, what: str) -> None:
    verdict = judged({A: text, B: TEXT}, {}, every_step)

    assert lines(verdict) == [("AV103", A, 1), ("WF901", B, 7), ("WF901", B, 9)]
    assert f"it is {what}, and has to be a mapping with `on` and `jobs`" in verdict.results[0].finding.message


def test_kinds_of_others_are_left_alone_and_named_in_a_note() -> None:
    text = "apiVersion: example.com/v1\nkind: Widget\nspec: {}\n---\napiVersion: batch/v1\nkind: Job\nspec: {}\n"

    (note,) = [each for each in judged({"k8s/a.yaml": text}, {}).scope.notes if "left alone" in each]

    assert note.endswith(": Widget (example.com/v1)")
