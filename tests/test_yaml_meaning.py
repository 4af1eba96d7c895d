"""What scalars mean to GitHub (YAML 1.2) and to Kubernetes (go-yaml 2)."""

from __future__ import annotations

import pytest

from avion_lint.source import Document
from avion_lint.yaml.meaning import number, truth
from avion_lint.yaml.nodes import find
from avion_lint.yaml.stream import read_stream

# As sigs.k8s.io/yaml 1.6.0, which kubectl and Helm read with, turns `a: <text>` into JSON.
GO_YAML_2 = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"], False),
    **dict.fromkeys(["tRue", "yEs", "_1", "12:30:00", "2020-01-01", "0x", "null", "text", ""]),
    "0644": 420, "0o17": 15, "0x1F": 31, "1_000": 1000, "0b11": 3, "-0b11": -3, "08": 8, "0779": 779, "1e3": 1000,
    "1.5": 1.5, ".5": 0.5, "-5": -5, "+5": 5, "+0x1f": 31, "1_0.5": 10.5, "0_7": 7, "1_": 1, "0": 0, "-0": 0, "00": 0,
    "-010": -8, "1E3": 1000, "+.5": 0.5, "5.": 5, "1__0": 10, "9999999999999999999999": 1e22,
    "0xFFFFFFFFFFFFFFFFFF": None,
}  # fmt: skip


def node(text: str):
    return find(read_stream(Document("a.yaml", f"a: {text}\n")).roots[0], ["a"])


@pytest.mark.parametrize("text", GO_YAML_2)
def test_kubernetes_reads_as_go_yaml_2_does(text):
    expected = GO_YAML_2[text]
    if isinstance(expected, bool):
        assert (truth(node(text), "kubernetes"), number(node(text), "kubernetes")) == (expected, None)
    else:
        assert (truth(node(text), "kubernetes"), number(node(text), "kubernetes")) == (None, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("FALSE", False), ("yes", None), ("on", None), ("'true'", None), ("1", None), ("", None)],
)
def test_github_knows_only_true_and_false(text, expected):
    assert truth(node(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("010", 10), ("0o10", 8), ("1_000", None), ("1.5", 1.5), ("'1'", None), ("true", None), ("[1]", None)],
)
def test_github_reads_numbers_of_yaml_1_2(text, expected):
    assert number(node(text)) == expected


def test_what_a_template_decides_is_neither_true_nor_false():
    root = read_stream(Document("chart/templates/a.yaml", "a: {{ .x }}\n")).roots[0]

    assert truth(find(root, ["a"])) is None
    assert number(find(root, ["a"])) is None
    assert truth(None) is None
