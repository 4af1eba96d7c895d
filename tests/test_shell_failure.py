"""What the shell reader says of a failure is what bash, dash and busybox ash do."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avion_lint.shell.fate import Failure, Outcome, Reason
from avion_lint.shell.read import Script, read
from avion_lint.shell.shells import Kind, Options, Shell, from_argv, from_github
from avion_lint.source import Document, Excerpt
from tests.shell_scripts import (
    AROUND,
    BASH_ONLY,
    MARK,
    SHELLS,
    SIMPLE,
    STARTS,
    Machine,
    knows_pipefail,
    script,
    wrapped,
)

pytest.importorskip("tree_sitter_bash")
THOROUGH = int(os.environ.get("AVION_SHELL_SCRIPTS", "25"))


def read_as(text: str, shell: Shell) -> Script:
    return read(Excerpt.whole(Document("script", text)), shell)


def claim(text: str, name: str, start: tuple[str, ...]) -> Failure:
    found = from_argv((name, *start))
    assert found is not None
    script_read = read_as(text, found[0])
    assert script_read.troubles == ()
    (command,) = script_read.named(MARK)
    return command.failure


def agrees(failure: Failure, status: int | None) -> bool:
    """Whether a claim fits what the shell did; where it leaves the end open, anything fits."""
    if status is None or failure.outcome in {Outcome.TESTED, Outcome.UNKNOWN}:
        return True
    return failure.reaches_exit == (status != 0)


def starts(name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(each for each in STARTS if "pipefail" not in each or knows_pipefail(name))


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("shell"))


@pytest.mark.parametrize("name", SHELLS)
def test_each_way_to_lose_or_see_a_failure_is_what_the_shell_does(name: str, machine: Machine) -> None:
    wrong = []
    for around in AROUND + (BASH_ONLY if name == "bash" else ()):
        text, _ = wrapped(MARK, SIMPLE, around)
        for start in starts(name):
            failure = claim(text, name, start)
            if not agrees(failure, machine.run(text, name, start)):
                wrong.append((text, start, failure.outcome, failure.reason))

    assert wrong == []


@pytest.mark.parametrize("name", SHELLS)
@settings(max_examples=THOROUGH, deadline=None, derandomize="AVION_SHELL_SCRIPTS" not in os.environ)
@given(seed=st.integers(0, 2**32), depth=st.integers(2, 4))
def test_ways_inside_each_other_are_what_the_shell_does(name: str, machine: Machine, seed: int, depth: int) -> None:
    text = script(seed, name, depth)
    for start in starts(name):
        assert agrees(claim(text, name, start), machine.run(text, name, start)), (text, start)


def the_claim(text: str, shell: Shell) -> tuple[Outcome, Reason]:
    (command,) = read_as(text, shell).named(MARK)
    return command.failure.outcome, command.failure.reason


def test_github_hides_a_failure_left_of_a_pipe_unless_the_step_says_bash() -> None:
    text = "fail | gzip > dump.gz\n"

    assert the_claim(text, from_github(None)) == (Outcome.MASKED, Reason.PIPE)
    assert the_claim(text, from_github("bash")) == (Outcome.ENDS, Reason.ERREXIT)
    assert the_claim(text, from_github("bash -x {0}")) == (Outcome.MASKED, Reason.PIPE)


def test_what_masks_a_failure_is_pointed_at() -> None:
    (command,) = read_as("set -e\nfail || true\necho ok\n", Shell(Kind.BASH)).named(MARK)

    assert command.failure.by is not None
    assert command.failure.by.place.text == "true"


def test_a_handler_that_cleans_up_and_exits_is_a_handler() -> None:
    text = 'fail --timeout=300s || {\n  echo "failed"\n  kubectl logs job/x\n  exit 1\n}\necho done\n'

    assert the_claim(text, from_github(None)) == (Outcome.HANDLED, Reason.EXIT)


def test_a_handler_that_only_looks_leaves_it_open() -> None:
    assert the_claim("fail || kubectl logs job/x\necho done\n", from_github(None)) == (Outcome.TESTED, Reason.OR)


def test_a_function_tested_at_one_call_loses_what_fails_inside() -> None:
    text = "set -e\nbackup() {\n  fail\n  echo done\n}\nbackup\nif backup; then echo ok; else exit 1; fi\n"
    (command,) = read_as(text, Shell(Kind.BASH)).named(MARK)

    assert (command.failure.outcome, command.failure.reason) == (Outcome.MASKED, Reason.IGNORED)


def test_options_are_those_in_force_at_the_command() -> None:
    text = "a\nset -euo pipefail\nb\n(set +e; c)\nd\nif x; then set +e; fi\ne\n"
    found = {each.name: each.options for each in read_as(text, Shell(Kind.BASH)).commands}

    assert found["a"] == Options()
    assert found["b"] == found["d"] == Options(errexit=True, pipefail=True, nounset=True)
    assert found["c"].errexit is False
    assert found["e"].errexit is None
