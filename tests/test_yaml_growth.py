"""Reading YAML takes time that grows with the file, not with its square."""

from __future__ import annotations

import time

import pytest

from avion_lint.source import Document
from avion_lint.yaml.nodes import walk
from avion_lint.yaml.stream import read_stream

_GROWING = {
    "lines": lambda n: "".join(f"k{i}: [a, 'b']\n" for i in range(n)),
    "documents": lambda n: "---\nkind: Job\nmetadata: {name: x}\n" * n,
    "aliases": lambda n: "a: &a 1\nl:\n" + "- *a\n" * n,
    "text": lambda n: "a: |\n" + "  line é\n" * n,
    "conditions": lambda n: "".join(f"{{{{ if .a }}}}\nk{i}: {{{{ .b }}}}\n{{{{ end }}}}\n" for i in range(n)),
    "hidden": lambda n: "".join(f"k{i}:\n  {{{{ toYaml .x | nindent 2 }}}}\n" for i in range(n)),
    "one branch in another": lambda n: "{{ if .a }}\n" * n + "k: 1\n" + "{{ end }}\n" * n,
    "never closed": lambda n: "a: 1\n" + "{{ x\n" * n,
    "broken": lambda n: "a: b: c\n---\n" * n,
}


@pytest.mark.parametrize("kind", _GROWING)
def test_reading_time_grows_with_the_size(kind):
    make = _GROWING[kind]
    small, large = measured(make(1_000)), measured(make(8_000))

    assert large < 30 * small + 0.2


def measured(text: str) -> float:
    document = Document("chart/templates/a.yaml", text)
    best = 1e9
    for _ in range(2):
        start = time.perf_counter()
        stream = read_stream(document)
        for root in stream.roots:
            for _, node in walk(root):
                stream.conditions_at(node.span.start)
        best = min(best, time.perf_counter() - start)
    return best


def test_a_hundred_thousand_lines_are_read():
    stream = read_stream(Document("a.yaml", "".join(f"key{n}: value\n" for n in range(100_000))))

    assert len(stream.roots[0].entries) == 100_000
