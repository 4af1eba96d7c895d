from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from avion_lint.judgement.fingerprint import fingerprint

STATEMENT = "CREATE INDEX i ON users (email)"


def test_it_is_32_hexadecimal_digits() -> None:
    assert re.fullmatch("[0-9a-f]{32}", fingerprint("LK101", "a.sql", "users", STATEMENT, 0))


def test_it_is_the_same_in_every_run_and_release() -> None:
    # SHA-256 of "5:LK1015:a.sql5:users31:CREATE INDEX i ON users (email)1:0", by sha256sum
    assert fingerprint("LK101", "a.sql", "users", STATEMENT, 0) == "31ec534dbf5037c0849dbcc4be5ff8cd"


def test_another_layout_of_the_text_is_the_same() -> None:
    laid_out = "CREATE INDEX i\r\n\tON users\n  (email)"
    assert fingerprint("LK101", "a", "o", laid_out, 0) == fingerprint("LK101", "a", "o", STATEMENT, 0)


def test_case_is_kept_because_quoted_names_mean_it() -> None:
    assert fingerprint("LK101", "a", "o", 'DROP TABLE "A"', 0) != fingerprint("LK101", "a", "o", 'DROP TABLE "a"', 0)


def test_the_same_text_twice_in_a_file_is_told_apart_by_its_occurrence() -> None:
    assert len({fingerprint("LK101", "a.sql", "users", STATEMENT, number) for number in range(3)}) == 3


PARTS = st.tuples(st.text(max_size=4), st.text(max_size=4), st.text(max_size=4), st.sampled_from(["a", "b", "ab"]))


@given(PARTS, PARTS)
def test_other_parts_make_another_fingerprint(one: tuple[str, str, str, str], other: tuple[str, str, str, str]) -> None:
    assert (fingerprint(*one, 0) == fingerprint(*other, 0)) is (one == other)


def test_a_path_that_is_not_utf8_has_a_fingerprint() -> None:
    assert fingerprint("LK101", "caf\udce9.sql", "", "", 0) != fingerprint("LK101", "caf?.sql", "", "", 0)
