from __future__ import annotations

import pytest

from avion_lint.report.style import Paint, Style, wants_colour


@pytest.mark.parametrize(
    ("environ", "terminal", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": "0"}, True, False),  # any value but the empty one
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": ""}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colour_follows_the_environment_before_the_terminal(
    environ: dict[str, str], terminal: bool, colour: bool
) -> None:
    assert wants_colour(environ, terminal=terminal) is colour


def test_paint_is_undone_behind_the_text() -> None:
    assert Style(colour=True).paint(Paint.ERROR, "x") == "\x1b[1;31mx\x1b[0m"
    assert Style(colour=False).paint(Paint.ERROR, "x") == "x"
