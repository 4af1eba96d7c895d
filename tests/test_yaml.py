"""YAML files keep their places, and hostile ones are refused."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from avion_lint.source import Document, Place, Span
from avion_lint.yaml.comments import comments
from avion_lint.yaml.flat import read_flat
from avion_lint.yaml.nodes import Mapping, Scalar, find, key_span, plain, span_at, text_at
from avion_lint.yaml.reader import MAX_ALIASED, MAX_DEPTH, YamlError, load, load_all
from avion_lint.yaml.scalars import resolve


@pytest.fixture(params=[True, False], ids=["libyaml", "pure Python"], autouse=True, scope="module")
def parser(request):
    """Both parsers of PyYAML; the second is the fallback where it was built without libyaml."""
    if request.param and not yaml.__with_libyaml__:
        pytest.skip("PyYAML is built without libyaml here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", request.param)
        yield


def read(text: str) -> tuple[Document, object]:
    document = Document("a.yaml", text)
    return document, load(document)


def problem(text: str) -> tuple[int, int, str]:
    document = Document("a.yaml", text)
    with pytest.raises(YamlError) as caught:
        load(document)
    place = caught.value.place
    return place.start.line, place.start.column, caught.value.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("no", "no"),
        ("off", "off"),
        ("2026-01-31", "2026-01-31"),
        ("12:30:00", "12:30:00"),
        ("true", True),
        ("False", False),
        ("tRue", "tRue"),
        ("~", None),
        ("", None),
        ("null", None),
        ("0", 0),
        ("007", 7),
        ("-12", -12),
        ("0o17", 15),
        ("0xfF", 255),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("3.20", 3.2),
        ("3.18.0", "3.18.0"),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".", "."),
        ("-.inf", -math.inf),
        ("inf", "inf"),
        ("1٣", "1٣"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_unquoted_scalars_mean_what_the_core_schema_of_yaml_1_2_says(text, value):
    resolved = resolve(text)

    assert resolved == value
    assert type(resolved) is type(value)


def test_not_a_number_is_read():
    assert math.isnan(resolve(".NaN"))


def test_quotes_blocks_and_the_string_tag_make_text_of_anything():
    _, root = read("a: '1'\nb: \"null\"\nc: |\n  true\nd: !!str 5\ne: !!int '5'\n")

    assert plain(root) == {"a": "1", "b": "null", "c": "true\n", "d": "5", "e": 5}


def test_keys_are_text_whatever_they_look_like():
    _, root = read("on: push\n1: x\ntrue: y\n")

    assert plain(root) == {"on": "push", "1": "x", "true": "y"}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_are_character_offsets_with_any_line_end_byte_order_mark_and_letters(mark, end):
    text = mark + end.join(["# 移行 🚀", "名前: 値", "list:", "  - 'ä'", "  - 𝄞x", ""])
    document, root = read(text)

    def at(*path):
        return Place(document, span_at(root, path)).text

    assert at("名前") == "値"
    assert at("list") == "list"
    assert at("list", 0) == "'ä'"
    assert at("list", 1) == "𝄞x"
    assert Place(document, span_at(root, ("list", 1))).start.line == 5


def test_a_block_collection_ends_with_its_last_child():
    text = "a:\n  b: 1\n  c: 2\n\n\nd: 3\n"
    _, root = read(text)
    inner = find(root, ["a"])

    assert text[inner.span.start : inner.span.end] == "b: 1\n  c: 2"


def test_a_path_that_leads_nowhere_points_to_the_deepest_part_that_there_is():
    text = "a:\n  b:\n    - x: 1\n"
    document, root = read(text)

    def at(*path):
        return Place(document, span_at(root, path)).text

    assert at("a", "b", 0, "y") == "x"
    assert at("a", "b", 7) == "b"
    assert at("a", "z", "deeper") == "a"
    assert at() == "a"


def test_an_empty_value_is_pointed_to_by_its_key():
    document, root = read("a: 1\nb:\n")

    assert Place(document, span_at(root, ["b"])).text == "b"


def test_a_key_has_a_place_of_its_own():
    text = "a:\n  wrong: right\n"
    document, root = read(text)

    assert Place(document, key_span(root, ["a"], "wrong")).text == "wrong"
    assert Place(document, key_span(root, ["a"], "absent")).text == "a"


def test_text_is_kept_as_it_is_written_where_a_number_would_lose_it():
    _, root = read("goose: 3.20\nnothing:\n")

    assert text_at(root, "goose") == "3.20"
    assert text_at(root, "nothing") is None


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_file_is_a_null(text):
    _, root = read(text)

    assert plain(root) is None


def test_aliases_are_read():
    _, root = read("base: &b {x: 1}\nother: *b\n")

    assert plain(root) == {"base": {"x": 1}, "other": {"x": 1}}


def test_a_key_given_twice_is_refused_at_its_second_place():
    assert problem("a: 1\nb: 2\na: 3\n") == (3, 1, "the key `a` is given twice; it stands on line 1 already")


def test_every_key_given_twice_is_told():
    with pytest.raises(YamlError) as caught:
        load(Document("a.yaml", "a: 1\na: 2\nb: {c: 1, c: 2}\n"))

    assert [place.start.line for place, _ in caught.value.problems] == [2, 3]


def test_a_tab_that_indents_is_named():
    assert problem("a:\n\tb: 1\n") == (2, 1, "not YAML: a tab stands here; YAML indents with spaces only")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_is_not_yaml_is_refused_where_the_parser_stopped(mark):
    line, column, message = problem(f"{mark}ok: 1\nあ: b: c\n")

    assert (line, column) == (2, 5)
    assert message.startswith("not YAML: mapping values are not allowed")


def test_an_error_names_the_line_where_its_part_begins():
    line, _, message = problem('a: 1\nb: "never closed\n\nc: 2\n')

    assert line >= 4
    assert "begins on line 2" in message


@pytest.mark.parametrize("text", ["a: \x01\n", "é: \x00\n"])
def test_control_characters_are_refused_at_their_place(text):
    line, column, message = problem(text)

    assert (line, column) == (1, 4)
    assert "U+000" in message


def test_a_second_document_is_refused_where_only_one_is_read():
    assert problem("a: 1\n---\nb: 2\n") == (3, 1, "a second document begins here; only one is read")
    assert len(load_all(Document("a.yaml", "a: 1\n---\nb: 2\n"))) == 2


def test_aliases_that_explode_are_refused_at_once():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]

    line, _, message = problem("\n".join(lines))

    assert line <= 6
    assert str(MAX_ALIASED) in message


def test_an_alias_inside_what_it_names_is_refused():
    assert problem("a: &a\n  - *a\n") == (2, 5, "the alias `*a` stands inside what it names")


def test_an_alias_without_anchor_is_refused():
    assert problem("a: *nobody\n") == (1, 4, "no anchor `&nobody` stands before this alias")


def test_anchors_do_not_reach_into_the_next_document():
    with pytest.raises(YamlError, match="no anchor"):
        load_all(Document("a.yaml", "a: &x 1\n---\nb: *x\n"))


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "a: {" * 100_000, "? " * 100_000])
def test_nesting_without_end_is_refused(text):
    assert problem(text)[2] == f"nested more than {MAX_DEPTH} levels deep"


def test_nesting_as_deep_as_allowed_is_read():
    _, root = read("[" * MAX_DEPTH + "]" * MAX_DEPTH)

    assert plain(root) is not None


@pytest.mark.parametrize("tag", ["!ruby/object:X", "!!python/name:os.system", "!!binary", "!include"])
def test_tags_that_are_not_yamls_own_are_refused(tag):
    assert "is not read here" in problem(f"a: {tag} x\n")[2]


def test_a_key_that_is_a_collection_is_refused():
    assert problem("? [a, b]\n: 1\n")[2] == "a key must be a single value"


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@, \n\r\t\\x\ufeff日😀\x00\x85\ud800", max_size=40))
def test_any_text_is_read_or_refused_with_a_place(text):
    document = Document("a.yaml", text.replace("\ud800", ""))
    try:
        root = load(document)
    except YamlError as error:
        for place, message in error.problems:
            assert 0 <= place.span.start <= place.span.end <= len(document.text)
            assert message
    else:
        plain(root)
        assert 0 <= root.span.start <= root.span.end <= len(document.text)


def test_comments_are_found_but_not_in_values():
    text = (
        "# head\n"
        "a: b#c # tail\n"
        "'q # x': \"# no\"  # yes\n"
        "block: | # header\n"
        "  # inside\n"
        "more: plain\n"
        "  second # 終\r\n"
        "url: http://x/#frag\n"
    )
    document = Document("a.yaml", text)
    found = [Place(document, span).text for span in comments(document, load_all(document))]

    assert found == ["# head", "# tail", "# yes", "# header", "# 終"]


@pytest.mark.parametrize(
    "text",
    [
        "extends: default\nrules:\n  a-b: error # why\n  # apart\n\n  c: off\n",
        "# x\nrules:\n  a: warning\nversion: 1\n",
    ],
)
def test_the_flat_reader_gives_the_same_nodes_as_the_yaml_parser(text):
    document = Document("a.yaml", text)

    flat = read_flat(document)

    assert flat is not None
    assert flat == load(document)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rules:\n",
        "rules:\n  a: error\n  a: off\n",
        "a: b\na: c\n",
        "rules:\n    a: error\n",
        "  a: error\n",
        "rules:\n  a: {level: error}\n",
        "rules:\n  a: 'error'\n",
        "rules: x\n  a: error\n",
        "rules:\r\n  a: error\r\n",
        "rules:\n  a: error#no\n",
        "\ufeffrules:\n  a: error\n",
        "---\nrules:\n  a: error\n",
    ],
)
def test_the_flat_reader_leaves_what_it_does_not_know_to_the_yaml_parser(text):
    assert read_flat(Document("a.yaml", text)) is None


@given(st.text(alphabet="ab:- #'\n", max_size=30))
def test_the_flat_reader_never_disagrees_with_the_yaml_parser(text):
    document = Document("a.yaml", text)
    flat = read_flat(document)

    if flat is not None:
        assert flat == load(document)


def test_a_mapping_finds_its_entries():
    _, root = read("a: 1\n")

    assert isinstance(root, Mapping)
    assert root.entry("b") is None
    assert root.entry("a").value == Scalar(Span(3, 4), "1")
