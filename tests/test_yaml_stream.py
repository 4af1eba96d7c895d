"""YAML files of a repository are read as far as they can be read, templates unrendered."""

from __future__ import annotations

from avion_lint.source import Document
from avion_lint.yaml.nodes import find, plain
from avion_lint.yaml.stream import read_stream


def test_documents_before_and_after_a_broken_one_are_read():
    stream = read_stream(Document("a.yaml", "a: 1\n---\nb: c: d\n---\ne: 2\n"))

    assert [plain(root) for root in stream.roots] == [{"a": 1}, {"e": 2}]
    assert [place.start.line for place, _ in stream.problems] == [3]


def test_branches_of_a_template_are_alternatives_with_their_conditions():
    text = 'a:\n  {{- if eq .E "production" }}\n  k: 1\n  {{- else }}\n  k: 2\n  {{- end }}\n'
    stream = read_stream(Document("templates/a.yaml", text))
    found = find(stream.roots[0], ["a"]).alternatives("k")

    assert stream.problems == ()
    assert [entry.value.value for entry in found] == [1, 2]
    assert [[str(each) for each in stream.template.conditions_at(entry.key.span.start)] for entry in found] == [
        ['when eq .E "production"'],
        ['unless eq .E "production"'],
    ]
