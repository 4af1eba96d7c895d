"""Every character of a scalar's text leads back to the character of the file that it was read from."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from avion_lint.source import Document
from avion_lint.yaml.nodes import Scalar, get, walk
from avion_lint.yaml.stream import read_stream

_BREAKS = "\n\r\x85\u2028\u2029"


@pytest.fixture(params=[True, False], ids=["libyaml", "pure Python"], autouse=True, scope="module")
def parser(request):
    if request.param and not yaml.__with_libyaml__:
        pytest.skip("PyYAML is built without libyaml here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", request.param)
        yield


def scalars(text: str, path: str = "a.yaml") -> tuple[object, list[Scalar]]:
    stream = read_stream(Document(path, text))
    return stream, [node for root in stream.roots for _, node in walk(root) if isinstance(node, Scalar)]


def assert_true(text: str) -> int:
    """Every scalar of the text has a true map; how many characters were compared."""
    stream, found = scalars(text)
    compared = 0
    for scalar in found:
        places = stream.origin(scalar)
        at = [places.origin(n) for n in range(len(scalar.text))]
        assert at == sorted(at), (text, scalar)
        assert len(set(at)) == len(at), (text, scalar)
        for character, offset in zip(scalar.text, at, strict=True):
            source = text[offset]
            escape = scalar.style == '"' and source == "\\"
            folded = character in " \n" and source in _BREAKS + " \t"
            assert scalar.span.start <= offset < scalar.span.end
            assert source == character or escape or folded, (text, scalar, offset)
            compared += 1
    return compared


def written(text: str, style: str, end: str, width: int) -> str:
    made = yaml.dump({"é": {"k": text, "l": [text]}}, default_style=style, allow_unicode=True, width=width)
    return made.replace("\n", end)


@given(
    st.text(alphabet="ab :#-'\"\\\t\n{}[]é😀%\u2028|>", max_size=60),
    st.sampled_from(["'", '"', "|", ">", None]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([5, 20, 80]),
)
def test_what_pyyaml_writes_in_any_style_is_mapped(text, style, end, width):
    assert_true(written(text, style, end, width))


_LINES = st.lists(st.text(alphabet="ab \t#:'é😀\\", max_size=8), max_size=6)


@given(
    st.sampled_from(["|", ">", "|-", ">+", "|1", ">2-", "|+ # c", "!!str >", "&x |2"]),
    _LINES,
    st.integers(0, 4),
    st.sampled_from(["\n", "\r\n", "\r", "\x85", "\u2028"]),
    st.sampled_from(["", "tail: 1"]),
)
def test_block_scalars_of_any_shape_are_mapped(head, lines, indent, end, tail):
    text = end.join([f"k: {head}", *(" " * indent + line for line in lines), tail])
    stream, _ = scalars(text)
    if not stream.problems:
        assert_true(text)


@given(
    st.sampled_from(["{}", "'{}'", '"{}"', "[ {} ]", "&x {}", "!!str '{}'", "!<tag:a,b> {}"]),
    st.lists(st.text(alphabet="ab \tx4n1é😀\\'\"", max_size=8), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n", "\r", "\x85", "\u2029"]),
)
def test_flow_scalars_of_any_shape_are_mapped(form, lines, end):
    text = "k: " + form.format((end + "  ").join(lines)) + end
    stream, _ = scalars(text)
    if not stream.problems:
        assert_true(text)


def mapped(text: str, piece: str) -> str:
    """The source of a piece of the text of the first value that holds it."""
    stream, found = scalars(text)
    scalar = next(scalar for scalar in found if piece in scalar.text)
    start = scalar.text.index(piece)
    span = stream.origin(scalar).span(start, start + len(piece))
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "piece", "source"),
    [
        ("a: goose up", "up", "up"),
        ("a: |\n  x\n    goose up\n", "goose up", "goose up"),
        ("a: |4-\n      x\n     goose\n", "goose", "goose"),
        ("a: >\n  one\n  two\n\n  three\n", "two\nthree", "two\n\n  three"),
        ("a: >\n  one\n  two\n", "one two", "one\n  two"),
        ('a: "x\\n\\u00e9 y"', "é", "\\u00e9"),
        ('a: "x\\\n   y z"', "xy", "x\\\n   y"),
        ("a: 'it''s x'", "'s", "''s"),
        ("a: one\r\n  two\r\n", "one two", "one\r\n  two"),
        ("a: &b !!str 'x y'", "y", "y"),
    ],
)
def test_a_piece_leads_to_what_is_written(text, piece, source):
    assert mapped(text, piece) == source


def test_a_character_of_json_in_two_halves_is_one():
    text = '{\n\t"a": "x\\ud83d\\ude00y"}'
    stream, (scalar,) = scalars(text, "a.json")
    places = stream.origin(scalar)

    assert scalar.text == "x😀y"
    assert [places.origin(n) for n in range(3)] == [9, 10, 22]
    assert text[22] == "y"


def test_a_long_text_is_mapped_in_time_that_grows_with_its_length():
    text = 'a: "' + "x\\n \n  " * 50_000 + '"\n'

    assert assert_true(text) > 100_000


@pytest.mark.parametrize("text", ['a: ""\n', "a: ''\n", "a: |\nb: 1\n", "a: >-\n\nb: 1\n"])
def test_an_empty_text_stands_where_its_scalar_does(text: str) -> None:
    stream = read_stream(Document("a.yaml", text))
    scalar = get(stream.roots[0], "a")

    assert isinstance(scalar, Scalar)
    assert stream.origin(scalar).span(0, 0).start == scalar.span.start
