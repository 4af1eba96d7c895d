from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avion_lint.report.plain import cells, harmless, harmless_lines, one_line, width, without_commands


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("abc", 3),
        ("請求書", 6),
        ("ｱｲｳ", 3),  # halfwidth katakana
        ("ＡＢ", 4),  # fullwidth letters
        ("　", 2),  # ideographic space
        ("e\u0301", 1),  # e with a combining acute
        ("か\u3099", 2),  # ka with a combining voiced mark
        ("🚀", 2),
        ("\u1112\u1161\u11ab", 2),  # decomposed Hangul: one syllable
        ("ü", 1),
        ("🇯🇵", 2),  # a flag of two letters
    ],
)
def test_width_counts_terminal_columns(text: str, columns: int) -> None:
    assert width(text) == columns


def test_tabs_reach_to_the_next_stop_counted_from_the_line_begin() -> None:
    assert "".join(cells("a\tb\t請\tc")) == "a   b   請  c"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("\x07\x00\x7f", "␇␀␡"),
        ("\x9b31m", "<U+009B>31m"),
        ("\u202edrop", "<U+202E>drop"),
        ("\u200bx\ufeff", "<U+200B>x<U+FEFF>"),
        ("a\u2028b", "a<U+2028>b"),
        ("a\nb\r", "a␊b␍"),
        ("\ue000", "<U+E000>"),
        ("caf\udce9.sql", "caf\\xe9.sql"),
        ("\ud800", "�"),
    ],
)
def test_what_steers_a_terminal_or_hides_is_made_visible(hostile: str, shown: str) -> None:
    assert harmless(hostile) == shown


def test_sequences_of_emoji_are_shown_as_their_parts_because_terminals_disagree_on_their_width() -> None:
    assert harmless("👩\u200d🚒 ❤\ufe0f 👍\U0001f3fd") == "👩🚒 ❤ 👍"
    assert harmless("a\u200db") == "a<U+200D>b"


@given(st.text())
def test_harmless_text_has_nothing_that_steers_a_terminal(text: str) -> None:
    shown = harmless(text)

    assert not [char for char in shown if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert len(cells(text)) == len(text)
    shown.encode()


def test_lines_keep_their_indentation_and_lose_blanks_and_empty_lines_around() -> None:
    assert harmless_lines("\n\na:\r\n\n    b \n\tc\n\n") == ["a:", "", "    b", "    c"]
    assert harmless_lines("") == []


def test_one_line_has_single_spaces() -> None:
    assert one_line(" a\n\n   b\tc\r\n") == "a b c"


def runner_obeys(line: str) -> bool:
    """Whether a runner may take a line for a command (actions/runner, TryParseV2 and TryParse)."""
    return line.lstrip().startswith("::") or "##[" in line


@given(st.text(alphabet=" \t\n:#[]ax", max_size=60))
def test_no_line_is_a_workflow_command(text: str) -> None:
    assert not any(map(runner_obeys, without_commands(text).split("\n")))


def test_a_line_without_commands_is_left_as_it_is() -> None:
    assert without_commands("a::text  # [b]\n") == "a::text  # [b]\n"
