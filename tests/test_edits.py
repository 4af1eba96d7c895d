import pytest
from hypothesis import given
from hypothesis import strategies as st

from avion_lint.history.edits import Edit, edit_between, first_changed_line, likeness


def goose_obeys(comment):
    return "+goose" in comment


def edit(before, after):
    return edit_between(before, after, goose_obeys)


def test_the_same_text_is_no_edit():
    assert edit("SELECT 1;\n", "SELECT 1;\n") is Edit.NONE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SELECT 1;\nSELECT 2;\n", "SELECT 1;\r\nSELECT 2;\r\n"),
        ("SELECT 'a\nb';\n", "SELECT 'a\r\nb';\n"),
        ("SELECT 1;\r\n-- x\n", "SELECT 1;\n-- x\r\n"),
    ],
)
def test_line_ends_alone_are_told_apart(before, after):
    assert edit(before, after) is Edit.LINE_ENDS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SELECT 1;\n", "-- why\nSELECT 1;\n"),
        ("SELECT 1;\n", "SELECT 1; -- why\n"),
        ("SELECT 1; -- why", "SELECT 1; -- because"),
        ("SELECT 1;\nSELECT 2;\n", "SELECT 1;\n\n-- between\n\nSELECT 2;\n"),
        ("SELECT/* a */1;", "SELECT 1;"),
        ("/* a /* nested */ b */SELECT 1;", "SELECT 1;"),
        ("SELECT 1;", "SELECT 1;\r\n-- Größe 🐘\r\n"),
        ("SELECT '--x'; --a", "SELECT '--x'; --b"),
        ("SELECT $$a$$; --a", "SELECT $$a$$; --b"),
        ("CREATE TABLE t (\n  a int\n);\n", "CREATE TABLE t(\n\ta   int) ;\n"),
        ("SELECT 'a' , ( 'b' );", "SELECT 'a',('b');"),
        ("-- +goose Up\n-- a\nSELECT 1;\n", "-- +goose Up\n-- b\nSELECT 1;\n"),
        ("\ufeffSELECT 1; -- a", "\ufeffSELECT 1; -- b"),
    ],
)
def test_comments_and_blank_space_between_words_are_told_apart(before, after):
    assert edit(before, after) is Edit.COMMENTS
    assert edit(after, before) is Edit.COMMENTS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SELECT 1;", "SELECT 2;"),
        ("SELECT 'a -- b';", "SELECT 'a -- c';"),
        ("SELECT 'a  b';", "SELECT 'a b';"),
        ("SELECT 'a\nb';", "SELECT 'a\n\nb';"),
        ('SELECT "a  b";', 'SELECT "a b";'),
        ("SELECT E'it\\'s -- a';", "SELECT E'it\\'s -- b';"),
        ("SELECT $$a -- b$$;", "SELECT $$a -- c$$;"),
        ("CREATE FUNCTION f() AS $f$ -- a\n$f$;", "CREATE FUNCTION f() AS $f$ -- b\n$f$;"),
        ("SELECT E'a';", "SELECT E 'a';"),
        ("SELECT E'a' 'b';", "SELECT E'a'\n'b';"),
        ("SELECT 1 - -1;", "SELECT 1 --1;"),
        ("SELECT 1; -- a", "-- SELECT 1; a"),
        ("SELECT ab;", "SELECT a/**/b;"),
        ("SELECT 1;", ""),
        ("COPY t FROM stdin;\n1\t-- a\n\\.\n", "COPY t FROM stdin;\n1\t-- b\n\\.\n"),
        ("COPY t FROM STDIN;\n1\t2\n\\.\n", "COPY t FROM STDIN;\n1 2\n\\.\n"),
    ],
)
def test_whatever_the_server_may_read_is_sql(before, after):
    assert edit(before, after) is Edit.SQL
    assert edit(after, before) is Edit.SQL


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("-- +goose Up\nSELECT 1;", "-- +goose Down\nSELECT 1;"),
        ("-- +goose Up\nSELECT 1;", "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;"),
        ("-- +goose Up\nSELECT 1;", "  -- +goose Up\nSELECT 1;"),
        ("-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;", "-- +goose Up\nSELECT 1;\nSELECT 2;\n-- +goose Down"),
    ],
)
def test_a_comment_that_the_runner_obeys_is_not_only_a_comment(before, after):
    assert edit(before, after) is Edit.SQL


def test_obeyed_comments_stay_the_same_when_others_around_them_change():
    before = "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n"
    after = "-- Author: x\n\n-- +goose Up\n-- +goose StatementBegin\nSELECT 1; -- a\n\n-- +goose StatementEnd\n--\n"

    assert edit(before, after) is Edit.COMMENTS


# A comma after each literal: two literals on two lines are one, on one line they are two.
WORDS = st.sampled_from(
    ["SELECT", "1", ";", "'a b',", "'--',", '"c  d",', "$$ -- $$,", "E'\\'',", "a", "-", "/", "*", "(", ")"]
)
NOISE = st.sampled_from([" ", "\n", "\t", " -- c\n", " /* c */ ", "\r\n", " /* '\n */ ", " -- '$$\n"])


@given(st.lists(st.tuples(WORDS, NOISE, NOISE), max_size=12))
def test_other_noise_between_the_same_words_never_counts_as_sql(parts):
    before = "".join(word + noise for word, noise, _ in parts)
    after = "".join(word + noise for word, _, noise in parts)

    assert edit(before, after) is not Edit.SQL


@given(st.lists(st.tuples(WORDS, NOISE), max_size=8), st.lists(st.tuples(WORDS, NOISE), max_size=8))
def test_other_words_always_count_as_sql(one, other):
    different = [word for word, _ in one] != [word for word, _ in other]
    before, after = ("".join(word + noise for word, noise in parts) for parts in (one, other))

    assert (edit(before, after) is Edit.SQL) == different


@given(st.text(alphabet="a';-/*$\"E\\ \n\r", max_size=40), st.text(alphabet="a';-/*$\"E\\ \n\r", max_size=40))
def test_an_edit_has_the_same_kind_in_both_directions(one, other):
    assert edit(one, other) is edit(other, one)


def test_likeness_is_the_share_of_common_lines():
    text = "aaaa\nbbbb\ncccc\ndddd\n"

    assert likeness(text, text) == 1
    assert likeness(text, text.replace("\n", "\r\n")) == 1
    assert likeness(text, "aaaa\nbbbb\ncccc\neeee\n") == 0.75
    assert likeness(text, "aaaa\n") == 0.25
    assert likeness(text, "x\ny\n") == 0
    assert likeness("", "") == 1
    assert likeness("", "a") == 0


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("a\nb\nc\n", "a\nX\nc\n", "X"),
        ("a\nb\n", "X\nb\n", "X"),
        ("a\nb\n", "a\nb\nnew\n", "new"),
        ("a\nb\nc\n", "a\n", "a"),
        ("a\nb\nc", "a\nb", "b"),
        ("a\n", "", ""),
        ("", "a\n", "a"),
        ("a\nb\n", "a\r\nX\r\n", "X"),
        ("a\nb\n", "a\r\nb\r\n", "a"),
        ("a\nb\n", "a\nb\r\n", "b"),
        ("ä🐘\nb\u2028c\n", "ä🐘\nb\u2028d\n", "b\u2028d"),
        ("a\n\nb\n", "a\n\nc\n", "c"),
    ],
)
def test_the_first_changed_line_is_a_line_of_the_new_text(before, after, line):
    span = first_changed_line(before, after)

    assert after[span.start : span.end] == line
    assert span.start == 0 or after[span.start - 1] == "\n"
