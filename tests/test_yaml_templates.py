"""Go and Helm templates are read unrendered: what an action decides is unknown, what stands around it is known."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avion_lint.source import Document
from avion_lint.yaml.actions import scan
from avion_lint.yaml.conditions import MAX_CONDITIONS
from avion_lint.yaml.nodes import UNKNOWN, UNKNOWN_VALUE, Listing, Mapping, Scalar, find, plain, walk
from avion_lint.yaml.stream import Stream, read_stream


def template(text: str) -> Stream:
    stream = read_stream(Document("chart/templates/a.yaml", text))
    assert stream.template is not None
    assert len(stream.template.masked) == len(text)
    assert stream.template.masked.count("\n") == text.count("\n")
    return stream


def good(text: str) -> Stream:
    stream = template(text)
    assert stream.problems == ()
    return stream


def values(text: str) -> object:
    return read_stream(Document("chart/values.yaml", text)).roots[0]


def test_a_value_is_unknown_and_what_stands_around_it_is_known():
    stream = good('image: "{{ .Values.registry }}/app:latest"\nname: {{ include "name" . | quote }}\n')
    image, name = find(stream.roots[0], ["image"]), find(stream.roots[0], ["name"])

    assert image.value is UNKNOWN_VALUE
    assert image.text.strip(UNKNOWN) == "/app:latest"
    assert stream.original(image) == "{{ .Values.registry }}/app:latest"
    assert stream.original(name) == '{{ include "name" . | quote }}'
    assert plain(stream.roots[0]) == {"image": UNKNOWN_VALUE, "name": UNKNOWN_VALUE}


def test_the_unknown_value_equals_no_other():
    assert UNKNOWN_VALUE != ""
    assert UNKNOWN_VALUE != None  # noqa: E711 - that it is no null is the point
    assert UNKNOWN_VALUE == UNKNOWN_VALUE  # noqa: PLR0124 - so that a tree of plain values can be compared


@pytest.mark.parametrize(
    "action",
    [
        '{{ "a }} b" }}',
        "{{ `a }} b` }}",
        "{{ '}' }}",
        "{{- .x -}}",
        '{{ "\\"}}" }}',
        "{{ .x\n  | quote }}",
        "{{(.x)}}",
        "{{ `{{ $labels.x }}` }}",
    ],
)
def test_an_action_ends_where_go_says(action):
    found, unended = scan(f"a: {action} b")

    assert unended is None
    assert [action.span.end for action in found] == [3 + len(action)]
    assert found[0].kind == "value"


@pytest.mark.parametrize(
    ("action", "kind", "text"),
    [
        ("{{/* it's }} */}}", "comment", "/* it's }} */"),
        ("{{- /* a */ -}}", "comment", "/* a */"),
        ("{{ $x := 1 }}", "assign", "$x := 1"),
        ("{{ $x = 1 }}", "assign", "$x = 1"),
        ("{{ $x }}", "value", "$x"),
        ("{{if .a}}", "if", "if .a"),
        ("{{ ifx }}", "value", "ifx"),
        ("{{- else if .b -}}", "else", "else if .b"),
        ("{{end}}", "end", "end"),
        ('{{ template "x" . }}', "template", 'template "x" .'),
        ("{{ .end }}", "value", ".end"),
    ],
)
def test_actions_have_kinds(action, kind, text):
    (found,), _ = scan(action)

    assert (found.kind, found.text) == (kind, text)


def conditions(stream: Stream, piece: str) -> list[str]:
    return [str(each) for each in stream.conditions_at(stream.document.text.index(piece))]


def test_conditions_around_a_place_are_said_in_words():
    stream = good(
        "top: 1\n{{- if and .a\n  .b }}\nin: 2\n{{- with .w }}\nwithin: 3\n{{- else }}\nwithout: 4\n{{- end }}\n"
        "{{- else if .c }}\nother: 5\n{{- else }}\nlast: 6\n{{- end }}\n"
        "list:\n{{- range $k, $v := .r }}\n- item: 7\n{{- end }}\n{{- if not .d }}\nno: 8\n{{- end }}\nbottom: 9\n"
    )

    assert conditions(stream, "top") == []
    assert conditions(stream, "in: 2") == ["when and .a .b"]
    assert conditions(stream, "within") == ["when and .a .b", "when .w is not empty"]
    assert conditions(stream, "without") == ["when and .a .b", "when .w is empty"]
    assert conditions(stream, "other") == ["unless and .a .b", "when .c"]
    assert conditions(stream, "last") == ["unless and .a .b", "unless .c"]
    assert conditions(stream, "item") == ["for each of $k, $v := .r"]
    assert conditions(stream, "no: 8") == ["when not .d"]
    assert conditions(stream, "bottom") == []


def test_both_branches_of_a_key_are_kept_and_are_no_mistake():
    stream = good("{{ if .a }}\nk: 1\n{{ else if .b }}\nk: 2\n{{ else }}\nk: 3\n{{ end }}\n")

    assert [entry.value.value for entry in stream.roots[0].alternatives("k")] == [1, 2, 3]


@pytest.mark.parametrize(
    "text",
    [
        "k: 1\n{{ if .a }}\nk: 2\n{{ end }}\n",
        "{{ if .a }}\nk: 1\nk: 2\n{{ end }}\n",
        "{{ if .a }}\nk: 0\n{{ else }}\nk: 1\nk: 2\n{{ end }}\n",
        "{{ if .a }}\nk: 1\n{{ if .b }}\nk: 2\n{{ end }}{{ end }}\n",
    ],
)
def test_a_key_that_may_stand_twice_at_once_is_a_problem(text):
    ((place, message),) = template(text).problems

    assert "given twice" in message
    assert place.document.text[place.span.start - 10 :].count("k: 2") == 1


def test_keys_under_conditions_that_may_exclude_each_other_are_no_problem():
    good("{{ if .a }}\nk: 1\n{{ end }}\n{{ if not .a }}\nk: 2\n{{ end }}\n")


def test_names_that_an_action_decides_are_not_the_same_key():
    stream = good("{{ .a }}: 1\n{{ .b }}: 2\n")

    assert stream.roots[0].is_open


def is_open(text: str, *path: str | int) -> bool:
    return find(good(text).roots[0], path).is_open


def test_what_an_include_adds_to_is_open_and_nothing_else_is():
    text = 'metadata:\n  labels:\n    app: x\n    {{- include "l" . | nindent 4 }}\n  name: y\nspec:\n  a: 1\n'

    assert is_open(text, "metadata", "labels")
    assert not is_open(text, "metadata")
    assert not is_open(text, "spec")
    assert not is_open(text)


def test_an_include_before_the_first_key_opens_its_mapping():
    text = 'labels:\n  {{- include "l" . | nindent 2 }}\n  app: x\nb: 1\n'

    assert is_open(text, "labels")
    assert not is_open(text)


def test_an_include_at_the_margin_may_add_to_everything_around():
    text = 'a:\n  b: 1\n{{ include "x" . }}\nc:\n  d: 1\n'

    assert is_open(text, "a")
    assert is_open(text)
    assert not is_open(text, "c", "d")


def test_indent_counts_from_the_column_of_its_action():
    text = "a:\n  b: 1\n{{ toYaml .x | indent 2 }}\nc: 1\n"

    assert is_open(text, "a")
    assert not is_open(text)


def test_a_range_opens_its_list_alone():
    text = "c:\n  env:\n  {{- range .e }}\n  - name: {{ .n }}\n  {{- end }}\n  image: x\n"

    assert is_open(text, "c", "env")
    assert not is_open(text, "c")


def test_a_condition_opens_nothing():
    assert not is_open("a:\n  {{- if .x }}\n  b: 1\n  {{- end }}\n", "a")


def test_a_value_that_only_an_action_writes_is_unknown_and_not_null():
    stream = good("a:\n  resources:\n    {{- toYaml .r | nindent 4 }}\n  b: 1\n")
    resources = find(stream.roots[0], ["a", "resources"])

    assert resources.value is UNKNOWN_VALUE
    assert stream.original(resources) == "{{- toYaml .r | nindent 4 }}"
    assert not find(stream.roots[0], ["a"]).is_open


def test_a_null_beside_a_condition_stays_a_null():
    stream = good("a:\n{{- if .x }}\nb: 1\n{{- end }}\n")

    assert plain(stream.roots[0]) == {"a": None, "b": 1}


def test_a_block_scalar_keeps_the_lines_that_actions_write_into_it():
    stream = good('run: |\n  set -e\n  {{ include "x" . | nindent 2 }}\n  goose up\n')
    run = find(stream.roots[0], ["run"])

    assert run.text.replace(UNKNOWN, "") == "set -e\n\ngoose up\n"
    assert not run.known
    assert stream.original(run) == 'set -e\n{{ include "x" . | nindent 2 }}\ngoose up\n'


def test_a_block_scalar_with_branches_in_it_is_not_known():
    stream = good("run: |\n  a\n  {{- if .x }}\n  b\n  {{- end }}\n")

    assert find(stream.roots[0], ["run"]).value is UNKNOWN_VALUE


@pytest.mark.parametrize("head", ["|", "|-", ">", "|+", "| # c"])
@pytest.mark.parametrize("last", ["{{- end }}", "{{ end }}\n\n", "{{- end }}\nb: 1"])
def test_the_end_of_a_condition_is_no_part_of_the_block_scalar_before_it(head, last):
    stream = good(f"{{{{ if .x }}}}\na: {head}\n  one\n{last}\n")
    scalar = find(stream.roots[0], ["a"])

    assert scalar.known
    assert scalar.text.strip("\n") == "one"


def test_an_item_that_is_a_block_scalar_keeps_its_unknown_lines():
    stream = good("args:\n- |\n  {{ .a }}\n  b\n- c\n")

    assert [item.text.strip(UNKNOWN) for item in find(stream.roots[0], ["args"]).items] == ["\nb\n", "c"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("a: x{{ if .c }}-y{{ end }}", "x*-y"),
        ("a: {{ if .c }}x{{ else }}y{{ end }}", "x*y"),
        ('a: "{{ if .c }}x{{ end }}"', "*x*"),
        ("a: {{ range .c }}x{{ end }}", "*x"),
        ("a: {{ .b }}{{ .c }}-d", "*-d"),
    ],
)
def test_a_condition_in_the_midst_of_a_value_makes_it_unknown_there(line, text):
    found = find(good(line + "\n").roots[0], ["a"])

    assert not found.known
    assert re.sub(f"{UNKNOWN}+", "*", found.text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ .Values.image.tag }}", "1.2"),
        ("{{ $.Values.image.tag }}", "1.2"),
        ('"{{ .Values.registry }}/x:{{ .Values.image.tag }}"', "ghcr.io/x:1.2"),
        ("{{ .Values.registry | quote }}", "ghcr.io"),
        ('{{ .Values.absent | default "d" }}', "d"),
        ('{{ default "d" .Values.registry }}', "ghcr.io"),
        ("{{ .Values.zero | default 3 }}", "3"),
        ("{{ .Values.on }}", "true"),
        ("{{ .Values.absent }}", None),
        ("{{ .Values.image }}", None),
        ("{{ .Values.large }}", None),
        ("{{ .Chart.Name }}", None),
        ("{{ .Values.registry | upper }}", None),
        ("{{ printf .Values.registry }}", None),
        ("known", "known"),
    ],
)
def test_plain_look_ups_are_resolved_by_values(text, expected):
    known = values("registry: ghcr.io\nimage: {tag: '1.2'}\nzero: 0\non: true\nlarge: 1000000\n")
    stream = good(f"a: {text}\nb: {{{{ .x }}}}\n")

    assert stream.template.resolved(find(stream.roots[0], ["a"]), known) == expected


def test_a_look_up_where_the_dot_is_another_one_is_not_resolved():
    stream = good("{{- with .Values.a }}\nk: {{ .Values.b }}\nl: {{ $.Values.b }}\n{{- end }}\n")
    known = values("b: x\n")

    assert stream.template.resolved(find(stream.roots[0], ["k"]), known) is None
    assert stream.template.resolved(find(stream.roots[0], ["l"]), known) == "x"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {{ .x\nb: 1\n", "never closed"),
        ("{{ if .x }}\na: 1\n", "never ended"),
        ("a: 1\n{{ end }}\n", "belongs to nothing"),
        ("{{ if .x }}\na: 1\n{{ else }}\n{{ else }}\n{{ end }}\n", "no condition before it"),
        ("a:\n{{ if .x }}\n  b: 1\n{{ else }}\n  - c\n{{ end }}\n", "not YAML"),
    ],
)
def test_what_is_no_template_or_no_yaml_is_a_problem_with_a_place(text, said):
    found = template(text).problems

    assert any(said in message for _, message in found)
    assert all(0 <= place.span.start <= place.span.end <= len(text) for place, _ in found)


def test_conditions_without_end_are_not_followed_and_it_is_said():
    stream = template("{{ if .a }}" + "{{ else if .b }}\nk: 1\n" * 3000 + "{{ end }}")

    assert [message for _, message in stream.problems if "more than" in message] != []
    assert len(stream.conditions_at(len(stream.document.text) - 10)) <= MAX_CONDITIONS


def test_a_shape_that_does_not_fit_is_changed():
    text = 'annotations: {{- include "a" . | nindent 2 }}\n  foo: bar\n'
    stream = good(text)

    assert plain(find(stream.roots[0], ["annotations"])) == {"foo": "bar"}
    assert find(stream.roots[0], ["annotations"]).is_open


def test_items_of_a_flow_list_may_have_a_condition():
    stream = good("c: ['a', '{{ .b }}'{{- if .c }}, 'd', '{{ .e }}'{{- end }}]\n")

    assert [item.text.strip(UNKNOWN) for item in find(stream.roots[0], ["c"]).items] == ["a", "", "d", ""]
    assert conditions(stream, "d'") == ["when .c"]


def test_a_value_with_more_of_it_on_the_lines_below_is_a_mapping():
    text = 'probe: {{- include "p" . | nindent 2 }}\n{{- if .c }}\n  exec: x\n{{- end }}\nb: {{ .d }}\nc: 1\n'
    stream = good(text)

    assert plain(stream.roots[0]) == {"probe": {"exec": "x"}, "b": UNKNOWN_VALUE, "c": 1}
    assert find(stream.roots[0], ["probe"]).is_open
    assert not stream.roots[0].is_open


def test_a_file_of_many_shapes_that_do_not_fit_is_read():
    part = "b: {{ .x }}\n    {{ .y }}: 1\n"

    assert len(good("---\n".join([part] * 10)).roots) == 10


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".github/workflows/a.yml", 'on: push\njobs: {a: {if: "${{ github.ref }}"}}\n'),
        ("a.yaml", "a: ${{ x }}\n"),
        ("rules.yaml", 'summary: "{{ $labels.x }} is {{ $value }}"\n'),
        ("a.yaml", "run: |\n  docker inspect -f {{.Id}} x\n"),
        ("chart/templates/plain.yaml", "a: 1\n"),
    ],
)
def test_braces_in_plain_yaml_are_text(path, text):
    stream = read_stream(Document(path, text))

    assert stream.template is None
    assert stream.problems == ()
    assert UNKNOWN not in str(plain(stream.roots[0]))


def test_a_file_is_found_to_be_a_template_when_it_is_none_otherwise():
    stream = read_stream(Document("deploy/job.yaml", "name: {{ .Name }}\n{{- if .x }}\na: 1\n{{- end }}\n"))

    assert stream.template is not None
    assert stream.problems == ()


def test_a_broken_workflow_does_not_become_a_template():
    stream = read_stream(Document(".github/workflows/a.yml", "a: b: {{ x }}\n"))

    assert stream.template is None
    assert len(stream.problems) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_byte_order_mark_and_letters_keep_their_places(end, mark):
    text = mark + end.join(["# 移行 🚀 {{ .x }}", "名: '{{ .y }}é'", "{{- if .z }}", "k: |", "  ü", "{{- end }}", ""])
    stream = good(text)
    name, block = find(stream.roots[0], ["名"]), find(stream.roots[0], ["k"])

    assert text[name.span.start : name.span.end] == "'{{ .y }}é'"
    assert stream.original(name) == "{{ .y }}é"
    assert block.value == "ü\n"
    assert text[stream.origin(block).origin(0)] == "ü"


def test_several_documents_with_conditions_between_are_read():
    stream = good("{{- if .a }}\n---\na: 1\n{{- end }}\n---\nb: 2\n{{- range .c }}\n---\nc: {{ . }}\n{{- end }}\n")

    assert [list(plain(root)) for root in stream.roots] == [["a"], ["b"], ["c"]]
    assert conditions(stream, "c: ") == ["for each of .c"]


_PIECES = [
    "{{ .x }}", "{{- if .a }}", "{{ else }}", "{{ end }}", "{{ range .r }}", "{{ toYaml .x | nindent 2 }}", "{{", "}}",
    '"', "'", "`", "\n", "\n  ", "a: ", "- ", "|", "x", "#", "---\n", "é😀", "{{/*", "*/}}", "[", "]", "{", "}", "\t",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join), st.sampled_from([None, True, False]))
def test_any_text_is_read_and_every_place_is_in_it(text, is_template):
    stream = read_stream(Document("a.yaml", text), template=is_template)

    for root in stream.roots:
        for _, node in walk(root):
            assert 0 <= node.span.start <= node.span.end <= len(text)
            if isinstance(node, Scalar):
                places = stream.origin(node)
                assert all(0 <= places.origin(n) <= len(text) for n in range(len(node.text)))
                stream.original(node)
    for place, message in stream.problems:
        assert 0 <= place.span.start <= place.span.end <= len(text)
        assert message
        assert stream.conditions_at(place.span.start) is not None


def test_nodes_of_a_template_are_of_the_three_kinds():
    stream = good("a: [{{ .x }}]\nb: {c: {{ .y }}}\n")

    assert [type(node) for _, node in walk(stream.roots[0])] == [Mapping, Listing, Scalar, Mapping, Scalar]
