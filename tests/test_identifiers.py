"""Names as they must be written in SQL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pglast.keywords import RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS

from avion_lint.sql import actions as a
from avion_lint.sql.identifiers import identifier
from avion_lint.sql.statements import read


@pytest.mark.parametrize("name", ["users", "_x1", "a$b", "name", "type"])
def test_plain_names_stay_as_they_are(name: str) -> None:
    assert identifier(name) == name


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Users", '"Users"'),
        ("user", '"user"'),
        ("a b", '"a b"'),
        ('a"b', '"a""b"'),
        ("größe", '"größe"'),
        ("1a", '"1a"'),
    ],
)
def test_names_that_would_be_folded_or_misread_are_quoted(name: str, written: str) -> None:
    assert identifier(name) == written


def test_every_reserved_word_of_the_grammar_is_quoted() -> None:
    words = {*RESERVED_KEYWORDS, *TYPE_FUNC_NAME_KEYWORDS}
    unquoted = {word for word in words if not identifier(word).startswith('"')}
    assert unquoted == set(), sorted(unquoted)


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=15))
def test_a_name_written_as_sql_is_read_back_as_the_same_name(name: str) -> None:
    (statement,) = read(f"DROP TABLE {a.Name('app', name).sql}").statements
    (drop,) = statement.actions
    assert isinstance(drop, a.Drop)
    assert drop.name == a.Name("app", name)
