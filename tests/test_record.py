"""Records behave as frozen dataclasses with slots do."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from avion_lint import widening, widths
from avion_lint.record import FrozenRecordError, field, record, replace


@record(order=True)
class Point:
    x: int
    y: int = 0


@record
class Line:
    points: tuple[Point, ...]
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False)


@record(frozen=False)
class Draft:
    lines: list[Line] = field(default_factory=list)


def test_fields_come_by_place_by_name_and_by_default() -> None:
    assert (Point(1), Point(1, y=0), Point(y=0, x=1)) == (Point(1, 0),) * 3


@pytest.mark.parametrize("call", [Point, lambda: Point(1, 2, 3), lambda: Point(1, z=3), lambda: Point(1, x=3)])  # type: ignore[call-arg,misc]
def test_missing_unknown_and_doubled_fields_are_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TypeError, match="Point"):
        call()


def test_a_record_cannot_be_changed_and_has_no_room_for_more() -> None:
    point = Point(1)
    with pytest.raises(FrozenRecordError, match=r"Point\.x"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenRecordError):
        point.z = 2  # type: ignore[attr-defined]
    assert not hasattr(point, "__dict__")


def test_mypy_refuses_to_change_a_record(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    given = tmp_path / "changing.py"
    given.write_text("from avion_lint.source import Span\n\n\ndef changed(span: Span) -> None:\n    span.start = 1\n")

    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), "--follow-imports", "silent", str(given)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert f'{given.name}:5: error: Property "start" defined in "Span" is read-only' in found.stdout


def test_an_unfrozen_record_can_be_changed_and_has_no_hash() -> None:
    draft = Draft()
    draft.lines = [Line(())]

    assert draft == Draft([Line(())])
    with pytest.raises(TypeError):
        hash(draft)


def test_equality_and_hash_leave_out_what_is_not_compared() -> None:
    assert Line((Point(1),), note="a") == Line((Point(1),), note="b")
    assert hash(Point(1)) == hash(Point(1, 0))
    assert Point(1) != (1, 0)


def test_a_default_factory_makes_a_new_value_for_each_record() -> None:
    assert Line(()).tags is not Line(()).tags


def test_order_is_field_by_field() -> None:
    assert sorted([Point(2, 1), Point(1, 9), Point(1, 2)]) == [Point(1, 2), Point(1, 9), Point(2, 1)]
    with pytest.raises(TypeError):
        assert Point(1) < 3  # type: ignore[operator]


def test_replace_copies_with_changes() -> None:
    assert replace(Point(1, 2), y=3) == Point(1, 3)
    with pytest.raises(TypeError):
        replace(Point(1), z=3)


def test_repr_pickle_and_patterns_know_the_fields() -> None:
    assert repr(Point(1)) == "Point(x=1, y=0)"
    assert pickle.loads(pickle.dumps(Line((Point(1),)))) == Line((Point(1),))
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


def test_a_class_that_is_made_often_keeps_its_ways() -> None:
    lines = [Line((), note=str(number)) for number in range(300)]

    assert [line.note for line in lines] == [str(number) for number in range(300)]
    assert lines[-1].tags is not lines[-2].tags
    for given, named in (((), {}), ((1, 2, 3, 4), {}), (((),), {"points": ()}), (((),), {"other": 1})):
        with pytest.raises(TypeError):
            Line(*given, **named)  # type: ignore[arg-type]


def test_a_field_that_is_given_is_not_made_and_one_that_is_made_may_be_given_by_name() -> None:
    tags = ["a"]
    assert Line((), tags).tags is tags
    assert Line((), tags=tags).tags is tags


def test_the_ways_of_making_records_are_those_that_are_written() -> None:
    assert Path(widths.__file__).read_text(encoding="utf-8") == widening.text(), "python -m avion_lint.widening"


def test_a_record_may_have_more_fields_than_what_is_compiled_ahead_is_made_for() -> None:
    names = [f"field_{number}" for number in range(widening.WIDEST + 3)]
    wide = record(type("Wide", (), {"__annotations__": dict.fromkeys(names, "int"), names[-1]: 7}))

    made = wide(*range(len(names) - 2), **{names[-2]: 5})

    assert [getattr(made, name) for name in names] == [*range(len(names) - 2), 5, 7]
