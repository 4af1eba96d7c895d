"""YAML and JSON files of a repository are read as far as they can be read."""

from __future__ import annotations

import pytest
import yaml

from avion_lint.source import Document, Place
from avion_lint.yaml.nodes import Mapping, Scalar, find, path_of, plain, walk
from avion_lint.yaml.reader import MAX_ALIASED, MAX_DEPTH
from avion_lint.yaml.stream import Stream, read_stream


@pytest.fixture(params=[True, False], ids=["libyaml", "pure Python"], autouse=True, scope="module")
def parser(request):
    if request.param and not yaml.__with_libyaml__:
        pytest.skip("PyYAML is built without libyaml here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", request.param)
        yield


def read(text: str, path: str = "a.yaml") -> Stream:
    return read_stream(Document(path, text))


def said(stream: Stream) -> list[tuple[int, str]]:
    return [(place.start.line, message) for place, message in stream.problems]


def test_a_workflow_keeps_its_keys_as_text():
    stream = read("on: push\njobs: {a: {if: '${{ always() }}', timeout-minutes: 010}}\n")

    assert plain(stream.roots[0]) == {
        "on": "push",
        "jobs": {"a": {"if": "${{ always() }}", "timeout-minutes": 10}},
    }
    assert stream.template is None


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "\ufeff", "---\n...\n"])
def test_a_file_without_documents_has_no_value(text):
    stream = read(text)

    assert all(plain(root) is None for root in stream.roots)
    assert stream.problems == ()


def test_documents_before_and_after_a_broken_one_are_read():
    stream = read("a: 1\n---\nb: c: d\n---\ne: 2\n--- {f: 3}\n---\ng: 'x\n---\nh: 4\n")

    assert [plain(root) for root in stream.roots] == [{"a": 1}, {"e": 2}, {"f": 3}, {"h": 4}]
    assert len(stream.problems) == 2
    assert said(stream)[0][0] == 3


def test_places_after_a_broken_document_are_those_of_the_file():
    text = "\ufeffa: [\n---\nkey: välue\n"
    (root,) = read(text).roots

    assert text[root.entries[0].value.span.start : root.entries[0].value.span.end] == "välue"


def test_a_key_given_twice_is_a_problem_and_both_stay():
    stream = read("a: 1\nb: 2\na: 3\n")

    assert said(stream) == [(3, "the key `a` is given twice; it stands on line 1 already")]
    assert [entry.value.value for entry in stream.roots[0].alternatives("a")] == [1, 3]
    assert stream.roots[0].entry("a").value.value == 1
    assert plain(stream.roots[0]) == {"a": 1, "b": 2}


@pytest.mark.parametrize("text", ["a: !Ref x\n", "a: !vault |\n  x\n", "a: !!binary x\n"])
def test_values_with_tags_of_other_languages_stay_but_are_not_known(text):
    stream = read(text)
    value = find(stream.roots[0], ["a"])

    assert stream.problems == ()
    assert value.text.strip() == "x"
    assert not value.known


def test_collections_with_tags_of_other_languages_stay_but_are_open():
    assert find(read("a: !merge [x]\n").roots[0], ["a"]).is_open


@pytest.mark.parametrize("text", ["&a x", "!!str x", "&a !!str x", "!!str &a x", "!<tag:yaml.org,2002:str> x", "! x"])
def test_an_anchor_and_a_tag_are_not_part_of_a_values_place(text):
    document = Document("a.yaml", f"k: {text}\nl: [{text}]\n")
    for root in read_stream(document).roots:
        for _, node in walk(root):
            if isinstance(node, Scalar):
                assert Place(document, node.span).text == "x"


def test_merge_keys_bring_what_a_mapping_does_not_say_itself():
    stream = read("base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nown:\n  <<: [*b, *m]\n  x: 0\n")
    own = find(stream.roots[0], ["own"])

    assert plain(own) == {"x": 0, "y": 2, "z": 4}
    assert [(entry.key.text, entry.merged) for entry in own.entries] == [("x", False), ("y", True), ("z", True)]


@pytest.mark.parametrize("text", ["'<<': {a: 1}\n", "<<: text\n", "<<: [a]\n", "<<:\n"])
def test_what_is_no_merge_stays_a_key(text):
    assert [entry.key.text for entry in read(text).roots[0].entries] == ["<<"]


def test_aliases_that_explode_are_refused_and_other_documents_stay():
    lines = ["ok: 1", "---", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    stream = read("\n".join([*lines, "---", "ok: 2"]))

    assert [plain(root) for root in stream.roots] == [{"ok": 1}, {"ok": 2}]
    assert str(MAX_ALIASED) in stream.problems[0][1]


def test_merge_keys_that_explode_are_refused():
    lines = ["m0: &m0 {" + ", ".join(f"k{n}: {n}" for n in range(1000)) + "}"]
    lines += [f"m{n}: &m{n}\n  <<: *m{n - 1}" for n in range(1, 300)]

    assert str(MAX_ALIASED) in read("\n".join(lines)).problems[0][1]


@pytest.mark.parametrize("text", ["[" * 10_000, "- " * 10_000, "a: {" * 10_000])
def test_nesting_without_end_is_refused(text):
    assert f"nested more than {MAX_DEPTH} levels deep" in read(text).problems[0][1]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a:\n\tb: 1\n", 2, "a tab stands here"),
        ("a: *x\n", 1, "no anchor `&x`"),
        ("? [a]\n: 1\n", 1, "a key must be a single value"),
        ("a: \x01\n", 1, "U+0001"),
        ("a: 'x\n", 2, "begins on line 1"),
    ],
)
def test_what_is_not_yaml_is_a_problem_with_its_place(text, line, message):
    ((found_line, found),) = said(read(text))

    assert found_line == line
    assert message in found


def test_json_is_read_with_its_tabs_and_escapes():
    stream = read(
        '{\n\t"a":\t"x\\u00e9\\/\\ud83d\\ude80\\ud83d",\n\t"b": [1,\t2.5, true, null],\t"c\\\\ud83d": {}\n}\n', "a.json"
    )

    assert stream.problems == ()
    assert plain(stream.roots[0]) == {"a": "xé/🚀\ufffd", "b": [1, 2.5, True, None], "c\\ud83d": {}}


def test_braces_of_grafana_in_json_are_text():
    stream = read('{"legendFormat": "{{instance}}"}', "chart/templates/a.json")

    assert plain(stream.roots[0]) == {"legendFormat": "{{instance}}"}


def test_every_node_has_a_path():
    root = read("a: [1, {b: 2}]\nc: 3\n").roots[0]

    assert [path for path, _ in walk(root)] == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("c",)]
    assert path_of(root, find(root, ["a", 1, "b"])) == ("a", 1, "b")
    assert path_of(root, Mapping(root.span, ())) is None


def test_a_scalar_tells_its_style():
    root = read("a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: >-\n  x\n").roots[0]

    assert [entry.value.style for entry in root.entries] == ["", "'", '"', "|", ">"]


def test_a_file_of_broken_documents_is_not_read_to_its_end_and_says_so():
    stream = read("a: b: c\n---\n" * 60 + "z: 1\n")

    assert len(stream.problems) == 51
    assert "from here on it is not read" in stream.problems[-1][1]
