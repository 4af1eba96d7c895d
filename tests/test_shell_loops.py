"""Loops and variables of scripts."""

from __future__ import annotations

import pytest

from avion_lint.shell.loops import Bound, Loop, loops
from avion_lint.shell.read import Script, read
from avion_lint.shell.shells import from_github
from avion_lint.shell.variables import empty_source, exports, step_values, sums
from avion_lint.source import Document, Excerpt

pytest.importorskip("tree_sitter_bash")


def script(text: str) -> Script:
    return read(Excerpt.whole(Document("x.sh", text)), from_github(None))


def loop(text: str) -> Loop:
    return next(loops(script(text)))


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("until nc -z $H $P; do echo wait; sleep 2; done", None),
        ("while ! pg_isready; do sleep 1; done", None),
        ("while true; do curl x && break; sleep 5; done", None),
        ("while true; do s=$(kubectl get x); if [ $s = Failed ]; then exit 1; fi; sleep 1; done", None),
        ("for ((;;)); do sleep 1; done", None),
        ("n=0; until x; do n=$((n+1)); [ $n -ge 30 ] && exit 1; sleep 2; done", Bound.COUNTER),
        ("n=0; until x || [ $n -eq 10 ]; do n=`expr $n + 1`; sleep 2; done", Bound.COUNTER),
        ("while (( n < 5 )); do x && break; (( n++ )); done", Bound.COUNTER),
        ("until x; do if [ $SECONDS -gt 300 ]; then exit 1; fi; done", Bound.CLOCK),
        ("until x; do [ $(date +%s) -gt $end ] && exit 1; done", Bound.CLOCK),
        ("while read -r line; do echo $line; done < f", Bound.INPUT),
        ("for i in 1 2 3; do x && break; sleep 1; done", Bound.ITEMS),
        ("for ((i=0; i<60; i++)); do x && break; sleep 1; done", Bound.COUNTER),
    ],
)
def test_a_loop_ends_by_itself_or_waits_for_ever(text: str, bound: Bound | None) -> None:
    assert loop(text).bound is bound
    assert loop(text).polls_forever is (bound is None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("for i in {1..30}; do x && break; sleep 2; done", 60),
        ("for i in $(seq 1 10); do x && break; sleep 1m; done", 600),
        ("n=0; until x; do n=$((n+1)); [ $n -ge 30 ] && exit 1; sleep 2; done", 60),
        ("until x; do sleep 2; done", None),
    ],
)
def test_how_long_a_loop_sleeps_at_most(text: str, seconds: int | None) -> None:
    assert loop(text).longest == seconds


def test_a_variable_from_a_filter_may_be_empty_when_it_is_a_target() -> None:
    found = script("V=$(goose status | grep Applied | awk '{print $1}')\ngoose down-to $V\nW=1\ngoose down-to $W\n")
    first, second = [command for command in found.commands if command.name == "goose" and len(command.argv) == 3]

    source = empty_source(found, first.argv[2])
    assert source is not None
    assert source.name == "V"
    assert empty_source(found, second.argv[2]) is None


def test_a_target_that_is_a_version_less_one_is_a_sum() -> None:
    found = script("T=$((CURRENT_VERSION - 1))\n")
    value = found.commands[0].assignments[0].value

    assert value is not None
    assert [(each.base, each.sign, each.amount) for each in sums(value)] == [("CURRENT_VERSION", "-", 1)]


def test_exports_are_told_and_what_later_steps_get() -> None:
    writes = 'echo "ENV=prod" >> $GITHUB_ENV\n{ echo "v=1"; } >> "$GITHUB_OUTPUT"\n'
    found = script("export KUBECONFIG=$(pwd)/kubeconfig\nA=1\n" + writes)

    assert [each.name for each in exports(found)] == ["KUBECONFIG"]
    assert [(each.name, each.file) for each in step_values(found)] == [("ENV", "GITHUB_ENV"), ("v", "GITHUB_OUTPUT")]
