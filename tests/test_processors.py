"""Work that is shared among processes comes to the same as work that is not."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from avion_lint.cli.parcels import packed, unpacked
from avion_lint.cli.processors import spread_of
from avion_lint.source import Document, Place, Span
from tests.cli_helper import avion_lint

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def spread_by(count: int, least: int = 1):
    spread = spread_of({"AVION_LINT_PROCESSES": str(count)}, least)
    assert spread is not None
    return spread


def test_each_part_is_done_by_a_process_of_its_own() -> None:
    done = spread_by(3)(lambda part, of: (part, of, os.getpid()), 3, ())
    assert [each[:2] for each in done] == [(0, 3), (1, 3), (2, 3)]
    assert len({process for _, _, process in done}) == 3
    assert done[0][2] == os.getpid()


def test_little_work_is_not_shared() -> None:
    assert spread_by(4, least=10)(lambda part, of: (part, of), 19, ()) == [(0, 1)]
    assert spread_by(4, least=10)(lambda part, of: (part, of), 20, ()) == [(0, 2), (1, 2)]


def test_one_processor_shares_nothing() -> None:
    assert spread_of({"AVION_LINT_PROCESSES": "1"}) is None


def test_a_part_whose_process_dies_is_done_here() -> None:
    here = os.getpid()

    def work(part: int, _: int) -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return f"part {part}"

    assert spread_by(2)(work, 2, ()) == ["part 0", "part 1"]


def test_a_part_that_raises_in_its_process_raises_here(capfd: pytest.CaptureFixture[str]) -> None:
    def work(part: int, _: int) -> str:
        if part:
            raise ValueError("of the work itself")
        return ""

    with pytest.raises(ValueError, match="of the work itself"):
        spread_by(2)(work, 2, ())
    assert capfd.readouterr().err == ""


def test_no_process_is_left_when_the_work_is_stopped() -> None:
    def work(part: int, _: int) -> str:
        if part == 0:
            raise KeyboardInterrupt
        signal.pause()
        return ""

    with pytest.raises(KeyboardInterrupt):
        spread_by(2)(work, 2, ())
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_answers_larger_than_a_pipe_come_whole() -> None:
    assert spread_by(3)(lambda part, _: str(part) * 3_000_000, 3, ()) == [str(part) * 3_000_000 for part in range(3)]


def test_what_is_common_comes_back_as_the_very_same() -> None:
    document = Document("a.sql", "SELECT 1;")
    done: Sequence[Place] = spread_by(2)(lambda part, _: Place(document, Span(part, 1)), 2, (document,))
    assert [each.span.start for each in done] == [0, 1]
    assert all(each.document is document for each in done)


def test_bytes_that_are_cut_off_are_no_answer() -> None:
    data = packed(["a", "b"], ())
    assert unpacked(data, ()) == (["a", "b"],)
    assert all(unpacked(data[:end], ()) is None for end in range(len(data)))


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_report_is_the_same_with_one_process_and_with_several(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    for number in range(1, 301):
        up = f"CREATE TABLE t{number} (id int, a text);\nCREATE INDEX i{number} ON t{(number + 1) // 2} (a);"
        up += f"\nALTER TABLE t{(number + 2) // 3} ADD COLUMN c{number} int NOT NULL;"
        text = f"-- +goose Up\n{up}\n-- +goose Down\nDROP TABLE t{number};\n"
        (folder / f"{number:05}_t.sql").write_text(text, encoding="utf-8")
    runs = [
        avion_lint("--no-git", "--all", "--no-cache", "--format", form, cwd=tmp_path, AVION_LINT_PROCESSES=count)
        for count in ("1", "2", "3")
    ]
    assert runs[0].code == 1
    assert len(runs[0].out) > 10_000
    assert runs[0] == runs[1] == runs[2]
